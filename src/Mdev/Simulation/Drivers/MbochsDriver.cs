using Mdev.Vfio;

namespace Mdev.Simulation.Drivers;

/// <summary>The kernel's sample of the Bochs display: 256 MB of video memory shared by its types (samples/vfio-mdev/mbochs.c).</summary>
internal sealed class MbochsDriver : SimulatedMdevDriver
{
    private const int Megabytes = 256;

    private static readonly Dictionary<string, int> s_sizes = new()
    {
        ["mbochs-small"] = 4,
        ["mbochs-medium"] = 16,
        ["mbochs-large"] = 64,
    };

    public override string DriverString => "mbochs";

    public override int Available(SimulatedParent parent, string type) =>
        (Megabytes - parent.TypesInUse.Sum(used => s_sizes[used])) / s_sizes[type];

    public override void AddDeviceAttributes(SimulatedTree tree, string device, string uuid, SimulatedParent parent, string type)
    {
        tree.AddDirectory($"{device}/vendor");
        tree.AddReadOnly($"{device}/vendor/memory", $"{s_sizes[type]} MB\n");
    }

    public override SimulatedVfio Vfio(SimulatedTree tree, SimulatedParent parent, string type) => new(
        SimulatedVfio.PciFlag,
        SimulatedVfio.RegionsOf(10, (0, new(7, (ulong)s_sizes[type] << 20, 0x3000)), (2, new(3, 0x1000, 0x1000)), (7, new(3, 0xff, 0)), (9, new(0xb, 0x1000, 0x2000))),
        [new(0, 0), new(0, 0), new(0, 0), new(0, 0), new(0, 0)],
        PciConfig.Header(0x1234, 0x1111, 0x038000, 0x1af4, 0x1100));

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        host.AddDriver("mbochs");
        host.AddVirtualParent("mbochs", s_sizes.Select(t => new SimulatedType(t.Key, t.Key, $"virtual display, {t.Value} MB video memory")));
    }
}
