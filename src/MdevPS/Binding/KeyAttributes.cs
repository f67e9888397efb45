using System.Management.Automation;
using Mdev;
using Mdev.Model;
using Mdev.Simulation;

namespace MdevPS.Binding;

/// <summary>Makes UUIDs of text, UUIDs and devices of the default host.</summary>
internal sealed class UuidAttribute : StrictAttribute
{
    /// <inheritdoc/>
    protected override object Convert(object? item) => Plain(item) switch
    {
        Guid uuid => uuid,
        string text when Guid.TryParse(text, out Guid uuid) => uuid,
        MdevDevice device => DefaultHost.Has(device.Root) ? device.Uuid : throw DefaultHost.HasNot(device.Root, nameof(device.Uuid)),
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
            return DefaultHost.Has(parent.Root) ? parent.Parent : throw DefaultHost.HasNot(parent.Root, nameof(parent.Parent));
        // It is a type of one parent, which a type id alone would forget.
        if (Plain(item) is MdevType && kind == typeof(MdevType))
            throw Refused(item, "Pipe an MdevType, so that its parent and its host go with it. For the type id alone give its property Type.");
        return Text(item) is { Length: > 0 } text ? text : throw Refused(item, $"{Called(item)} is no name.");
    }
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
file static class DefaultHost
{
    public static bool Has(string root) => root == HostOpener.Default;

    public static ArgumentTransformationMetadataException HasNot(string root, string property)
    {
        string message = $"The object is of host '{Printable.Text(root)}'. Pipe it, so that its host goes with it, or give its property {property} and -Root.";
        return new(message, new PSInvalidCastException(message));
    }
}
