using System.Collections;
using System.Management.Automation;
using Mdev;

namespace MdevPS.Binding;

/// <summary>
/// Turns what is given for a parameter into what the parameter takes, or refuses it. PowerShell leaves a parameter unbound where the property of a
/// piped object does not convert to its type, and a key that is left out means all. What this refuses is an error of that object instead. So every
/// parameter that binds by property name has an attribute of this kind.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class StrictAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether the parameter takes one value and not a list.</summary>
    public bool One { get; set; }

    /// <summary>
    /// Whether an object may leave the property empty, because objects that are listed do so where it does not apply. The value is then null or, where
    /// the parameter takes a list, an empty list, so that the cmdlet can tell it from a property that is not there.
    /// </summary>
    public bool AllowEmpty { get; set; }

    /// <inheritdoc/>
    public sealed override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (AllowEmpty && IsEmpty(Plain(inputData)))
            return One ? null! : Array.Empty<object>();
        object?[] items = LanguagePrimitives.GetEnumerable(inputData) is { } list ? list.Cast<object?>().ToArray() : [inputData];
        if (items.Length == 0)
            throw Refused(null, "The list is empty.");
        if (One && items.Length > 1)
            throw Refused(null, $"{items.Length} values were given, and one is taken.");
        return One ? Convert(items[0]) : items.Select(Convert).ToArray();
    }

    /// <summary>The value of one item, which may still be wrapped by PowerShell.</summary>
    /// <exception cref="ArgumentTransformationMetadataException">It cannot be one.</exception>
    protected abstract object Convert(object? item);

    /// <summary>Whether a value stands for none.</summary>
    protected virtual bool IsEmpty(object? plain) => plain is null or "" or IList { Count: 0 };

    /// <summary>The value without PowerShell's wrapping.</summary>
    protected static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    /// <summary>
    /// The text of a value that people would take for text: a string, a number as it was typed, a UUID. Null for everything else.
    /// </summary>
    protected static string? Text(object? item) => Plain(item) switch
    {
        string text => text,
        Guid or Enum or IConvertible and not (DateTime or DBNull) => LanguagePrimitives.ConvertTo<string>(item),
        _ => null,
    };

    /// <summary>How a refused value is called in an error.</summary>
    protected static string Called(object? item) => Text(item) is { } text ? $"'{Printable.Text(text, 60)}'" : Plain(item) is { } other ? $"A {other.GetType().Name}" : "Null";

    /// <summary>
    /// The refusal of a value. Where an object is refused that was piped as a whole, its properties are bound next; of all else it is an error. The engine
    /// tells the two apart by the inner exception.
    /// </summary>
    protected static ArgumentTransformationMetadataException Refused(object? item, string message) =>
        Plain(item) is null || Text(item) is not null ? new(message) : new(message, new PSInvalidCastException(message));
}
