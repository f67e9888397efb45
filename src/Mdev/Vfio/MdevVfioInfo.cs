namespace Mdev.Vfio;

/// <summary>What VFIO says a mediated device is, to whoever opens it. Source: linux/vfio.h.</summary>
public sealed record MdevVfioInfo
{
    /// <summary>The device's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Its type id.</summary>
    public required string? Type { get; init; }

    /// <summary>The parent that it belongs to.</summary>
    public required string Parent { get; init; }

    /// <summary>Which VFIO device it is, by its flags: <c>vfio-pci</c>, <c>vfio-ccw</c>, <c>vfio-ap</c>, <c>vfio-platform</c> …; null when it is none of those known.</summary>
    public required string? DeviceApi { get; init; }

    /// <summary>Whether it can be reset.</summary>
    public required bool CanReset { get; init; }

    /// <summary>PCI vendor and device id in hexadecimal, such as <c>4348:3253</c>; null when it is no PCI device.</summary>
    public string? PciId { get; init; }

    /// <summary>PCI class code in hexadecimal, such as <c>030000</c>; null when it is no PCI device.</summary>
    public string? PciClass { get; init; }

    /// <summary>PCI subsystem vendor and subsystem id in hexadecimal; null when it is no PCI device.</summary>
    public string? PciSubsystemId { get; init; }

    /// <summary>Its regions, by index. One of size 0 stands for an index that is not in use.</summary>
    public required MdevVfioRegion[] Regions { get; init; }

    /// <summary>Its interrupts, by index, without those that the driver does not know.</summary>
    public required MdevVfioInterrupt[] Interrupts { get; init; }

    /// <summary>The root of the host it is on.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Uuid.ToString();
}
