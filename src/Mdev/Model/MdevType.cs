namespace Mdev.Model;

/// <summary>
/// A type: one configuration that a parent can make devices of, as it was when it was read. Source: Documentation/ABI/testing/sysfs-bus-vfio-mdev.
/// </summary>
public sealed record MdevType
{
    /// <summary>The type id, which means the same configuration on every host, such as <c>nvidia-63</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The vendor's human name; not unique, and null on drivers that give none.</summary>
    public string? Name { get; init; }

    /// <summary>The parent that offers it.</summary>
    public required string Parent { get; init; }

    /// <summary>The physical device behind that parent.</summary>
    public required string PhysicalDevice { get; init; }

    /// <summary>By which interface the parent offers it: one of <see cref="MdevInterface"/>.</summary>
    public required string Interface { get; init; }

    /// <summary>The vendor driver, the first part of the type id.</summary>
    public string? Driver { get; init; }

    /// <summary>Which VFIO device a VM gets: <c>vfio-pci</c>, <c>vfio-ccw</c>, <c>vfio-ap</c> or <c>vfio-platform</c>.</summary>
    public string? DeviceApi { get; init; }

    /// <summary>How many more devices of this type the parent can make; often shared with its other types.</summary>
    public int? AvailableInstances { get; init; }

    /// <summary>The vendor's description, as the kernel gives it.</summary>
    public string? Description { get; init; }

    /// <summary>Graphics memory in bytes, from the description.</summary>
    public long? FramebufferBytes { get; init; }

    /// <summary>The largest resolution, such as <c>1920x1200</c>, from the description.</summary>
    public string? MaxResolution { get; init; }

    /// <summary>How many displays it has, from the description.</summary>
    public int? Heads { get; init; }

    /// <summary>Frames per second that it is held to, from the description.</summary>
    public int? FrameRateLimit { get; init; }

    /// <summary>How many devices of this type one physical device can have, from the description.</summary>
    public int? MaxInstances { get; init; }

    /// <summary>Its directory as the host sees it, without the root.</summary>
    public required string SysfsPath { get; init; }

    /// <summary>The root of the host it is on.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Type;
}
