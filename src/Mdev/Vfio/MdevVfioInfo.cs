using Mdev.Model;

namespace Mdev.Vfio;

/// <summary>What VFIO says a mediated device is, to whoever opens it. Source: linux/vfio.h.</summary>
public sealed class MdevVfioInfo : Snapshot
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

/// <summary>A region of a VFIO device: memory or registers that a VM reaches by reading, writing or mapping.</summary>
public sealed class MdevVfioRegion : Snapshot
{
    /// <summary>Its index.</summary>
    public required int Index { get; init; }

    /// <summary>What the index stands for, such as <c>BAR0</c> or <c>Config</c>; null when that is up to the driver.</summary>
    public string? Name { get; init; }

    /// <summary>Its size in bytes; 0 when the index is not in use.</summary>
    public required long Size { get; init; }

    /// <summary>Whether it can be read.</summary>
    public required bool Readable { get; init; }

    /// <summary>Whether it can be written.</summary>
    public required bool Writable { get; init; }

    /// <summary>Whether it can be mapped into memory.</summary>
    public required bool Mappable { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name ?? $"region {Index}"} 0x{Size:x} {(Readable ? "r" : "")}{(Writable ? "w" : "")}{(Mappable ? "m" : "")}".TrimEnd();
}

/// <summary>An interrupt index of a VFIO device.</summary>
public sealed class MdevVfioInterrupt : Snapshot
{
    /// <summary>Its index.</summary>
    public required int Index { get; init; }

    /// <summary>What the index stands for, such as <c>INTx</c> or <c>MSI</c>; null when that is up to the driver.</summary>
    public string? Name { get; init; }

    /// <summary>How many interrupts it has.</summary>
    public required int Count { get; init; }

    /// <summary>Whether it is delivered by eventfd.</summary>
    public required bool EventFd { get; init; }

    /// <summary>Whether it can be masked.</summary>
    public required bool Maskable { get; init; }

    /// <summary>Whether it masks itself when it is delivered.</summary>
    public required bool AutoMasked { get; init; }

    /// <summary>Whether its number is fixed once it is set up.</summary>
    public required bool NoResize { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name ?? $"interrupt {Index}"} {Count}";
}
