using Mdev.Inventory;

namespace Mdev.Attributes;

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
