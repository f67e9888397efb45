namespace Mdev.Attributes;

/// <summary>A vendor attribute of a parent, a type or a device, as it was when it was read.</summary>
#pragma warning disable CA1711 // An attribute of sysfs, named as the cmdlets name it.
public sealed record MdevAttribute
#pragma warning restore CA1711
{
    /// <summary>Its name; one in a sub-directory has that in front: <c>vendor/memory</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its value without the line end behind it; null when it can only be written, or could not be read.</summary>
    public string? Value { get; init; }

    /// <summary>Whether it can be read and written.</summary>
    public required AttributeAccess Access { get; init; }

    /// <summary>The UUID of the device that it belongs to; null when it belongs to a type or a parent.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>The type that it belongs to, or that the device is of; null when it belongs to a parent.</summary>
    public string? Type { get; init; }

    /// <summary>The parent that it belongs to, or that the type or device is of.</summary>
    public required string Parent { get; init; }

    /// <summary>What it belongs to, for people: a UUID, a type on a parent, or a parent.</summary>
    public string Owner => Uuid?.ToString() ?? (Type is null ? Parent : $"{Type} on {Parent}");

    /// <summary>Its path as the host sees it, without the root.</summary>
    public required string SysfsPath { get; init; }

    /// <summary>The root of the host it is on.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}={Value}";
}
