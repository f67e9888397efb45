namespace Mdev.Model;

/// <summary>A vendor attribute of a parent, a type or a device, as it was when it was read.</summary>
#pragma warning disable CA1711 // An attribute of sysfs, named as the cmdlets name it.
public sealed class MdevAttribute : Snapshot
#pragma warning restore CA1711
{
    /// <summary>Its name; one in a sub-directory has that in front: <c>vendor/memory</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its value without the line end behind it; null when it can only be written, or could not be read.</summary>
    public string? Value { get; init; }

    /// <summary>Why it has no value at the moment although it can be read, where its driver says so by ENXIO: there is no device yet. Null otherwise.</summary>
    public string? Note { get; init; }

    /// <summary>What can be done with it: one of <see cref="AttributeAccess"/>.</summary>
    public required string Access { get; init; }

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

/// <summary>What can be done with an attribute, going by its file mode. They are words, as <see cref="MdevDeviceState"/> is.</summary>
public static class AttributeAccess
{
    /// <summary>It can be read only.</summary>
    public const string ReadOnly = "ReadOnly";

    /// <summary>It can be written only.</summary>
    public const string WriteOnly = "WriteOnly";

    /// <summary>It can be read and written.</summary>
    public const string ReadWrite = "ReadWrite";
}

/// <summary>A value to be written to an attribute.</summary>
/// <param name="name">The name of the attribute.</param>
/// <param name="value">The value.</param>
public sealed class AttributeValue(string name, string value) : Snapshot
{
    /// <summary>The name of the attribute.</summary>
    public string Name { get; } = name;

    /// <summary>What is written.</summary>
    public string Value { get; } = value;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}={Value}";
}

/// <summary>What attributes hang off: a device, a type of a parent, or a parent.</summary>
/// <param name="Uuid">The device; null when it is a type or a parent.</param>
/// <param name="Type">The type, or that of the device; null when it is a parent.</param>
/// <param name="Parent">The parent.</param>
/// <param name="SysfsPath">Its directory as the host sees it.</param>
public sealed record AttributeOwner(Guid? Uuid, string? Type, string Parent, string SysfsPath)
{
    /// <summary>A device.</summary>
    public static AttributeOwner Of(MdevDevice device) => new(device.Uuid, device.Type, device.Parent, device.SysfsPath);

    /// <inheritdoc/>
    public override string ToString() =>
        Uuid is { } uuid ? $"device {uuid}" : Type is null ? $"parent '{Parent}'" : $"type '{Type}' of parent '{Parent}'";
}
