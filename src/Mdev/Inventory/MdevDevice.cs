namespace Mdev.Inventory;

/// <summary>A mediated device as it was when it was read. Source: Documentation/driver-api/vfio-mediated-device.rst.</summary>
public sealed record MdevDevice
{
    /// <summary>The UUID that it was created under.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Its type id; null while it is being removed, because the kernel takes the type link away first.</summary>
    public required string? Type { get; init; }

    /// <summary>The parent that it belongs to.</summary>
    public required string Parent { get; init; }

    /// <summary>Which VFIO device a VM gets: <c>vfio-pci</c>, <c>vfio-ccw</c>, <c>vfio-ap</c> or <c>vfio-platform</c>.</summary>
    public string? DeviceApi { get; init; }

    /// <summary>The driver bound to it; null after an unbind.</summary>
    public string? Driver { get; init; }

    /// <summary>The number of its IOMMU group.</summary>
    public int? IommuGroup { get; init; }

    /// <summary>The node of its VFIO group as the host sees it, such as <c>/dev/vfio/63</c>.</summary>
    public string? VfioPath => IommuGroup is { } group ? $"/dev/vfio/{group}" : null;

    /// <summary>The NUMA node of its parent; null when the platform names none.</summary>
    public int? NumaNode { get; init; }

    /// <summary>Whether it works, has lost its driver, or is on its way out.</summary>
    public required MdevDeviceState State { get; init; }

    /// <summary>Who holds it open; null when that was not asked for or cannot be known.</summary>
    public MdevDeviceUser[]? Users { get; init; }

    /// <summary>Whether New-MdevDevice handed out a device that was there already instead of making one.</summary>
    public bool Reused { get; init; }

    /// <summary>Its directory as the host sees it, without the root.</summary>
    public required string SysfsPath { get; init; }

    /// <summary>The root of the host it is on.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Uuid.ToString();
}
