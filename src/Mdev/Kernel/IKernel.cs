using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>
/// What a kernel does when something is asked of it beyond reading its files. Two implement it: <see cref="LiveKernel"/> and the
/// simulated one. Reading is no part of it, because a simulated host's files are read by the same code as the kernel's. Paths are host paths.
/// </summary>
public interface IKernel
{
    /// <summary>Whether this is the kernel of a simulated host.</summary>
    bool IsSimulated { get; }

    /// <summary>The same kernel for undoing, whose answer is waited for also after Ctrl+C.</summary>
    IKernel Patient => this;

    /// <summary>Opens an attribute for writing: one open(2) without O_CREAT and O_TRUNC.</summary>
    /// <exception cref="MdevException">
    /// ENOENT: there is none; EACCES: the mode forbids it; EROFS: sysfs is mounted read-only; <see cref="MdevError.NotLive"/>: the file is
    /// no kernel's.
    /// </exception>
    IAttributeWriter OpenAttribute(string hostPath);

    /// <summary>Opens a VFIO group and holds it until disposed; nobody else can open it meanwhile (Documentation/driver-api/vfio.rst).</summary>
    /// <param name="node">The group's node, such as <c>/dev/vfio/63</c>.</param>
    /// <exception cref="MdevException">EBUSY: somebody has it open; EACCES; ENOENT: there is no such node; <see cref="MdevError.NotLive"/>: it is no node of VFIO's.</exception>
    IDisposable OpenGroup(string node);

    /// <summary>Opens a device through VFIO: container, IOMMU driver, group, device.</summary>
    /// <param name="container">The container's node.</param>
    /// <param name="group">The node of the device's group.</param>
    /// <param name="name">The device's name as the kernel writes it.</param>
    /// <exception cref="MdevException">EBUSY: somebody has the group open; <see cref="MdevError.VfioNoIommuDriver"/>; whatever else refused, by its errno.</exception>
    IVfioDevice OpenVfioDevice(string container, string group, string name);
}

/// <summary>An attribute opened for writing.</summary>
public interface IAttributeWriter : IDisposable
{
    /// <summary>The attribute, on this machine.</summary>
    string Path { get; }

    /// <summary>Writes a value by one write(2).</summary>
    /// <exception cref="MdevException">The kernel refused it; the errno says how.</exception>
    void Write(ReadOnlySpan<byte> value);

    /// <summary>Has the value written by a process of its own, which goes on when this one ends, and returns at once.</summary>
    /// <exception cref="MdevException">The process cannot be started. How the kernel answers the write can only be seen by its effect.</exception>
    void WriteDetached(string value);
}

/// <summary>What VFIO_DEVICE_GET_INFO says (linux/vfio.h).</summary>
/// <param name="Flags">VFIO_DEVICE_FLAGS_*.</param>
/// <param name="RegionCount">How many region indexes there are.</param>
/// <param name="InterruptCount">How many interrupt indexes there are.</param>
public readonly record struct VfioDeviceFacts(uint Flags, int RegionCount, int InterruptCount);

/// <summary>What VFIO_DEVICE_GET_REGION_INFO says (linux/vfio.h).</summary>
/// <param name="Flags">VFIO_REGION_INFO_FLAG_*.</param>
/// <param name="Size">Its size in bytes; 0 for an index without a region.</param>
/// <param name="Offset">Where it begins in the device's file.</param>
public readonly record struct VfioRegionFacts(uint Flags, ulong Size, ulong Offset);

/// <summary>What VFIO_DEVICE_GET_IRQ_INFO says (linux/vfio.h).</summary>
/// <param name="Flags">VFIO_IRQ_INFO_*.</param>
/// <param name="Count">How many interrupts the index has.</param>
public readonly record struct VfioInterruptFacts(uint Flags, int Count);

/// <summary>A device opened through VFIO to be asked what it is. While it is open, nobody else can open its group.</summary>
public interface IVfioDevice : IDisposable
{
    /// <summary>What it is.</summary>
    /// <exception cref="MdevException">The driver refused to say.</exception>
    VfioDeviceFacts Info();

    /// <summary>A region; null for an index that the driver does not know (EINVAL).</summary>
    /// <exception cref="MdevException">The driver refused to say.</exception>
    VfioRegionFacts? Region(int index);

    /// <summary>An interrupt; null for an index that the driver does not know (EINVAL).</summary>
    /// <exception cref="MdevException">The driver refused to say.</exception>
    VfioInterruptFacts? Interrupt(int index);

    /// <summary>Reads from the beginning of a region.</summary>
    /// <returns>How many bytes were read.</returns>
    /// <exception cref="MdevException">The driver refused it.</exception>
    int Read(VfioRegionFacts region, Span<byte> buffer);
}
