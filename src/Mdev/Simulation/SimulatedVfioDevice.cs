using Mdev.Kernel;

namespace Mdev.Simulation;

/// <summary>A device of a simulated host, opened through VFIO.</summary>
/// <param name="facts">What it answers.</param>
/// <param name="group">Its group, held as long as this is.</param>
internal sealed class SimulatedVfioDevice(SimulatedVfio facts, IDisposable group) : IVfioDevice
{
    /// <summary>The module that brings VFIO its IOMMU driver. A simulated host without this directory has none.</summary>
    public const string IommuModule = "/sys/module/vfio_iommu_type1";

    public VfioDeviceFacts Info() => new(facts.Flags, facts.Regions.Length, facts.Interrupts.Length);

    public VfioRegionFacts? Region(int index) => facts.Regions[index];

    public VfioInterruptFacts? Interrupt(int index) => facts.Interrupts[index];

    public int Read(VfioRegionFacts region, Span<byte> buffer)
    {
        buffer.Clear();
        if (region == facts.Regions[LibC.VFIO_PCI_CONFIG_REGION_INDEX])
            facts.Config.AsSpan(0, Math.Min(buffer.Length, facts.Config.Length)).CopyTo(buffer);
        return buffer.Length;
    }

    public void Dispose() => group.Dispose();
}
