using Mdev.Errors;

namespace Mdev.Kernel;

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
