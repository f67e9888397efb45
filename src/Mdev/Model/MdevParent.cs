namespace Mdev.Model;

/// <summary>
/// A parent: a device that can have mediated children, as it was when it was read. Source: Documentation/driver-api/vfio-mediated-device.rst.
/// </summary>
public sealed class MdevParent : Snapshot
{
    /// <summary>The name of the parent in sysfs, such as <c>0000:06:00.0</c> or <c>mtty</c>.</summary>
    public required string Parent { get; init; }

    /// <summary>The physical device that it is, or is a virtual function of; never null.</summary>
    public required string PhysicalDevice { get; init; }

    /// <summary>By which interface it offers devices: one of <see cref="MdevInterface"/>.</summary>
    public required string Interface { get; init; }

    /// <summary>The driver bound to it; null when none is, as with the kernel's sample devices.</summary>
    public string? Driver { get; init; }

    /// <summary>The bus or class it belongs to, such as <c>pci</c>.</summary>
    public string? Subsystem { get; init; }

    /// <summary>The NUMA node it is attached to; null when the platform names none (the kernel's −1).</summary>
    public int? NumaNode { get; init; }

    /// <summary>The physical function of an SR-IOV virtual function; null for every other parent.</summary>
    public string? PhysicalFunction { get; init; }

    /// <summary>PCI vendor and device id in hexadecimal, such as <c>10de:25b6</c>; null when it is no PCI device.</summary>
    public string? PciId { get; init; }

    /// <summary>The ids of the types it offers; empty while the vendor's daemon has not registered any. Of a function with vGPU types, which are the driver's answer, those
    /// that the vendor's package names and the one that it has.</summary>
    public required string[] Types { get; init; }

    /// <summary>How many mediated devices it has now.</summary>
    public required int DeviceCount { get; init; }

    /// <summary>Its directory as the host sees it, without the root.</summary>
    public required string SysfsPath { get; init; }

    /// <summary>The root of the host it is on.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Parent;
}

/// <summary>The interfaces by which the kernel offers devices. They are words, as <see cref="MdevDeviceState"/> is.</summary>
public static class MdevInterface
{
    /// <summary>Mediated devices: the bus mdev (Documentation/driver-api/vfio-mediated-device.rst).</summary>
    public const string Mdev = "Mdev";

    /// <summary>SR-IOV virtual functions to which the vendor's driver gives a vGPU type, without the bus mdev.</summary>
    public const string VendorVfio = "VendorVfio";
}
