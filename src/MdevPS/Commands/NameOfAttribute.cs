using System.Collections;
using System.Management.Automation;

namespace MdevPS.Commands;

/// <summary>
/// Lets a parameter of names take text, and objects of the one kind whose names they are, but nothing else. Without it PowerShell would
/// turn any object of the pipeline into text for a parameter that binds by value, and never look at its Parent, Type and Root.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NameOfAttribute(Type kind) : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Plain(inputData) switch
    {
        // A property that is null names nothing.
        null => null!,
        string text => text,
        IEnumerable items => items.Cast<object>().Select(Name).ToArray(),
        var item => Name(item),
    };

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private string Name(object item) => Plain(item) switch
    {
        string text => text,
        var value when value is ValueType || kind.IsInstanceOfType(value) => value.ToString()!,
        // This very exception says "not by value": the engine goes on to bind by property name.
        var value => throw new ArgumentTransformationMetadataException(
            $"A {value?.GetType().Name ?? "null"} is no name.", new PSInvalidCastException($"Cannot take a {value?.GetType().Name ?? "null"} for a name.")),
    };
}
