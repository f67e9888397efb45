using Mdev.Kernel;
using Mdev.Vfio;

namespace Mdev.Simulation.Drivers;

/// <summary>The kernel's sample serial card: 24 ports shared by its types (samples/vfio-mdev/mtty.c).</summary>
internal sealed class MttyDriver : SimulatedMdevDriver
{
    private const int Ports = 24;

    public override string DriverString => "mtty";

    public override int Available(SimulatedParent parent, string type) =>
        (Ports - parent.TypesInUse.Sum(PortsOf)) / PortsOf(type);

    public override void AddDeviceAttributes(SimulatedTree tree, string device, string uuid, SimulatedParent parent, string type)
    {
        tree.AddDirectory($"{device}/vendor");
        tree.AddReadOnly($"{device}/vendor/sample_mdev_dev", $"This is MDEV {uuid}\n");
    }

    public override SimulatedVfio Vfio(SimulatedTree tree, SimulatedParent parent, string type) => new(
        SimulatedVfio.PciFlag,
        Enumerable.Range(0, 9).Select(i => (VfioRegionFacts?)new VfioRegionFacts(3, i == 7 ? 0xffu : i < PortsOf(type) ? 8u : 0, (ulong)i << 40)).ToArray(),
        // Linux 6.1 also answers for interrupt 4.
        [new(7, 1), new(9, 1), null, null, null],
        PciConfig.Header(0x4348, 0x3253, 0x070002, 0x4348, 0x3253));

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        host.AddDriver("mtty");
        host.AddVirtualParent("mtty", [new("mtty-1", "Single port serial", null), new("mtty-2", "Dual port serial", null)]);
    }

    private static int PortsOf(string type) => type == "mtty-2" ? 2 : 1;
}
