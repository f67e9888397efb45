namespace Mdev.Model;

/// <summary>A mediated device as it was when it was read. Source: Documentation/driver-api/vfio-mediated-device.rst.</summary>
public sealed record MdevDevice
{
    /// <summary>The UUID that it was created under.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Its type id; null while it is being removed, because the kernel takes the type link away first.</summary>
    public required string? Type { get; init; }

    /// <summary>The parent that it belongs to.</summary>
    public required string Parent { get; init; }

    /// <summary>The physical device behind its parent.</summary>
    public required string PhysicalDevice { get; init; }

    /// <summary>By which interface the kernel offers it: one of <see cref="MdevInterface"/>.</summary>
    public required string Interface { get; init; }

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

    /// <summary>Whether it works, has lost its driver, or is on its way out: one of <see cref="MdevDeviceState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Who holds it open; null when that was not asked for or cannot be known.</summary>
    public MdevDeviceUser[]? Users { get; init; }

    /// <summary>
    /// The attributes that it was given, as far as they can be read back, in an order in which they can be given to a new device; null when they were not
    /// asked for.
    /// </summary>
    public AttributeValue[]? Attribute { get; init; }

    /// <summary>Whether New-MdevDevice handed out a device that was there already instead of making one.</summary>
    public bool Reused { get; init; }

    /// <summary>Its directory as the host sees it, without the root.</summary>
    public required string SysfsPath { get; init; }

    /// <summary>The root of the host it is on.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Uuid.ToString();
}

/// <summary>The states of a mediated device. They are words, so that they stay words in JSON, in CSV and on another host.</summary>
public static class MdevDeviceState
{
    /// <summary>Bound to its driver and ready for a VM.</summary>
    public const string Active = "Active";

    /// <summary>Its driver was unbound; only removing it helps.</summary>
    public const string Unbound = "Unbound";

    /// <summary>Gone from the bus while its directory is still there: a removal waits for whoever holds it open.</summary>
    public const string Removing = "Removing";
}

/// <summary>A process that holds a mediated device open.</summary>
public sealed record MdevDeviceUser
{
    /// <summary>The process id.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The name of the process (/proc/PID/comm); null when it cannot be read.</summary>
    public string? ProcessName { get; init; }

    /// <summary>The name of the virtual machine, when the process is a QEMU that was given one.</summary>
    public string? VmName { get; init; }

    /// <summary>The UUID of the virtual machine, when the process is a QEMU that was given one.</summary>
    public Guid? VmUuid { get; init; }

    /// <inheritdoc/>
    public override string ToString() => VmName is null ? $"{ProcessName ?? "?"} ({ProcessId})" : $"{VmName} ({ProcessName ?? "?"} {ProcessId})";
}
