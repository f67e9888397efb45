using System.Globalization;
using Mdev.Kernel;
using Mdev.Vfio;

namespace Mdev.Simulation;

/// <summary>What VFIO says of a device of a simulated driver.</summary>
/// <param name="Flags">The device's flags.</param>
/// <param name="Regions">Its regions by index; null for an index that the driver does not know.</param>
/// <param name="Interrupts">Its interrupts by index; null for an index that the driver does not know.</param>
/// <param name="Config">The header of its PCI configuration space; empty when it has none.</param>
internal sealed record SimulatedVfio(uint Flags, VfioRegionFacts?[] Regions, VfioInterruptFacts?[] Interrupts, byte[] Config)
{
    /// <summary>The flags of a PCI device that cannot be reset.</summary>
    public static readonly uint PciFlag = VfioNames.Flag("vfio-pci");

    /// <summary>As many regions, of which these have a size.</summary>
    public static VfioRegionFacts?[] RegionsOf(int count, params (int Index, VfioRegionFacts Facts)[] used) =>
        Enumerable.Range(0, count).Select(i => (VfioRegionFacts?)Array.Find(used, region => region.Index == i).Facts).ToArray();

    /// <summary>
    /// What a device of that API at least says: the indexes that linux/vfio.h gives it, and the ids of its parent. For drivers whose devices
    /// could not be asked; their regions are left without size.
    /// </summary>
    public static SimulatedVfio Plain(SimulatedTree tree, SimulatedParent parent, string type)
    {
        uint flags = VfioNames.Flag(tree.ReadText($"{parent.TypesPath}/{type}/device_api")) | VfioNames.ResetFlag;
        return VfioNames.Api(flags) switch
        {
            "vfio-pci" => Pci(tree, parent.SysfsPath),
            "vfio-ccw" => new(flags, [new VfioRegionFacts(3, 0, 0)], [new VfioInterruptFacts(1, 1), null, null], []),
            _ => new(flags, [], [], []),
        };
    }

    /// <summary>What a PCI device at least says, with the ids of a function.</summary>
    public static SimulatedVfio Pci(SimulatedTree tree, string function) => new(
        PciFlag | VfioNames.ResetFlag,
        RegionsOf(9, (LibC.VFIO_PCI_CONFIG_REGION_INDEX, new(3, 0x100, 0))),
        [new(0, 0), new(0, 0), new(0, 0), new(0, 0), new(0, 0)],
        PciConfig.Header(Id(tree, function, "vendor"), Id(tree, function, "device"), 0x030000, Id(tree, function, "vendor"), 0));

    private static ushort Id(SimulatedTree tree, string function, string attribute) =>
        tree.ReadText($"{function}/{attribute}") is ['0', 'x', .. var digits] && ushort.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ushort id)
            ? id
            : (ushort)0;
}

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
