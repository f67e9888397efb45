using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using Mdev.Definitions;
using Mdev.Model;
using Mdev.Simulation;
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
        return One ? Convert(items[0]) : ConvertAll(items);
    }

    /// <summary>The value of one item, which may still be wrapped by PowerShell.</summary>
    /// <exception cref="ArgumentTransformationMetadataException">It cannot be one.</exception>
    protected abstract object Convert(object? item);

    /// <summary>The values of all items, as the array that the parameter gets.</summary>
    protected virtual Array ConvertAll(object?[] items) => items.Select(Convert).ToArray();

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
    protected static string Called(object? item) => Text(item) is { } text ? $"'{Printable.Text(text, 60)}'" : Plain(item) is { } other ? $"An object of the class {other.GetType().Name}" : "Null";

    /// <summary>
    /// The refusal of a value. Where an object is refused that was piped as a whole, its properties are bound next; of all else it is an error. The engine
    /// tells the two apart by the inner exception.
    /// </summary>
    protected static ArgumentTransformationMetadataException Refused(object? item, string message) =>
        Plain(item) is null || Text(item) is not null ? new(message) : new(message, new PSInvalidCastException(message));
}

/// <summary>Makes UUIDs of text, UUIDs, and devices and definitions of the default host.</summary>
internal sealed class UuidAttribute : StrictAttribute
{
    // The parameter takes UUIDs alone, so what the objects say besides goes along with the array that it gets.
    private static readonly ConditionalWeakTable<Guid[], Dictionary<Guid, ListedDevice>> s_objects = new();

    /// <summary>What the object was, or was defined to be, that a UUID was given by; null where it was given as text or as a UUID.</summary>
    /// <param name="uuids">The value of the parameter.</param>
    /// <param name="uuid">One of them.</param>
    public static ListedDevice? ObjectOf(Guid[]? uuids, Guid uuid) => uuids is not null && s_objects.TryGetValue(uuids, out Dictionary<Guid, ListedDevice>? objects) ? objects.GetValueOrDefault(uuid) : null;

    /// <inheritdoc/>
    protected override Array ConvertAll(object?[] items)
    {
        Guid[] uuids = Array.ConvertAll(items, item => (Guid)Convert(item));
        var objects = new Dictionary<Guid, ListedDevice>();
        foreach (object? item in items)
        {
            if (Plain(item) is MdevDevice device)
                objects.TryAdd(device.Uuid, new ListedDevice(device.Type ?? "", device.Parent));
            else if (Plain(item) is MdevDefinition definition)
                objects.TryAdd(definition.Uuid, new ListedDevice(definition.Type, definition.Parent));
        }

        if (objects.Count > 0)
            s_objects.Add(uuids, objects);
        return uuids;
    }

    /// <inheritdoc/>
    protected override object Convert(object? item) => Plain(item) switch
    {
        Guid uuid => uuid,
        string text when Guid.TryParse(text, out Guid uuid) => uuid,
        MdevDevice device => HostOfArgument.Has(device.Root) ? device.Uuid : throw HostOfArgument.HasNot(device.Root, nameof(device.Uuid)),
        MdevDefinition definition => HostOfArgument.Has(definition.Root) ? definition.Uuid : throw HostOfArgument.HasNot(definition.Root, nameof(definition.Uuid)),
        _ => throw Refused(item, $"{Called(item)} is no UUID."),
    };

    // Text without a UUID in it is one that got lost.
    /// <inheritdoc/>
    protected override bool IsEmpty(object? plain) => plain is null;
}

/// <summary>
/// Makes names of text and, for a parameter of parents, of parents of the default host. Any other object is refused by value, or PowerShell would
/// turn it into text and never look at its Parent, Type and Root.
/// </summary>
/// <param name="kind">The class of the objects that have such names.</param>
internal sealed class NameAttribute(Type kind) : StrictAttribute
{
    /// <inheritdoc/>
    protected override object Convert(object? item)
    {
        if (Plain(item) is MdevParent parent && kind == typeof(MdevParent))
            return HostOfArgument.Has(parent.Root) ? parent.Parent : throw HostOfArgument.HasNot(parent.Root, nameof(parent.Parent));
        // It is a type of one parent, which a type id alone would forget.
        if (Plain(item) is MdevType && kind == typeof(MdevType))
            throw Refused(item, "Pipe an MdevType, so that its parent and its host go with it. For the type id alone give its property Type.");
        return Text(item) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Refused(item, $"{Called(item)} is no name.");
    }
}

/// <summary>Makes names of physical devices of text. Objects of other hosts and of older versions leave it out, or have null there.</summary>
internal sealed class PhysicalDeviceAttribute : StrictAttribute
{
    public PhysicalDeviceAttribute() => AllowEmpty = true;

    /// <inheritdoc/>
    protected override object Convert(object? item) => Text(item) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Refused(item, $"{Called(item)} is no name of a physical device.");

    // Text without a name in it is one that got lost.
    /// <inheritdoc/>
    protected override bool IsEmpty(object? plain) => plain is null;
}

/// <summary>Makes the root of a host of text, of a location and of a simulated host.</summary>
internal sealed class RootAttribute : StrictAttribute
{
    public RootAttribute() => One = true;

    /// <inheritdoc/>
    protected override object Convert(object? item) => Plain(item) switch
    {
        string text when !string.IsNullOrWhiteSpace(text) => text,
        PathInfo location => location.Path,
        DirectoryInfo directory => directory.FullName,
        SimulatedHost host => host.Root,
        _ => throw Refused(item, $"{Called(item)} is no directory that could be the root of a host."),
    };
}

/// <summary>
/// The host of objects that are given as arguments. Through the pipeline an object brings its Root along; as an argument it cannot, so one of another
/// host must not be taken for one of the default host.
/// </summary>
file static class HostOfArgument
{
    public static bool Has(string root) => root == HostOpener.Default;

    public static ArgumentTransformationMetadataException HasNot(string root, string property)
    {
        string message = $"The object is of host '{Printable.Text(root)}'. Pipe it, so that its host goes with it, or give its property {property} and -Root.";
        return new(message, new PSInvalidCastException(message));
    }
}
