using System.Collections;
using System.Management.Automation;
using Mdev.Model;

namespace MdevPS.Commands;

/// <summary>
/// Lets a parameter of names take text and parents, and what else a name may be. Without it PowerShell would turn any object of the
/// pipeline into text for a parameter that binds by value, and never look at its Parent, Type and Root.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NameOfAttribute(Type kind) : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => ObjectArgument.Plain(inputData) switch
    {
        // A property that is null names nothing.
        null => null!,
        string text => text,
        IEnumerable items => items.Cast<object>().Select(Name).ToArray(),
        var item => Name(item),
    };

    private string Name(object item) => ObjectArgument.Plain(item) switch
    {
        string text => text,
        MdevParent parent when kind == typeof(MdevParent) => ObjectArgument.IsOfDefaultHost(parent.Root) ? parent.Parent : throw ObjectArgument.OfOtherHost(parent.Root, "Parent"),
        // It is a type of one parent, which a type id alone would forget.
        MdevType when kind == typeof(MdevType) => throw ObjectArgument.Refused("Pipe an MdevType, so that its parent and its host go with it. For the type id alone give its property Type."),
        ValueType value => value.ToString()!,
        var value => throw ObjectArgument.Refused($"A {value?.GetType().Name ?? "null"} is no name."),
    };
}
