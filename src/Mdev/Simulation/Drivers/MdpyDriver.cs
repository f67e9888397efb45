using Mdev.Errors;
using Mdev.Vfio;

namespace Mdev.Simulation.Drivers;

/// <summary>The kernel's sample display: four devices in all, whatever their types (samples/vfio-mdev/mdpy.c).</summary>
internal sealed class MdpyDriver : SimulatedMdevDriver
{
    private const int Displays = 4;

    private static readonly Dictionary<string, string> s_resolutions = new()
    {
        ["mdpy-vga"] = "640x480",
        ["mdpy-xga"] = "1024x768",
        ["mdpy-hd"] = "1920x1080",
    };

    // Four bytes a pixel, rounded up to a power of two.
    private static readonly Dictionary<string, ulong> s_memory = new()
    {
        ["mdpy-vga"] = 0x200000,
        ["mdpy-xga"] = 0x400000,
        ["mdpy-hd"] = 0x800000,
    };

    public override string DriverString => "mdpy";

    public override int FullErrno => Errno.EUSERS;

    public override int Available(SimulatedParent parent, string type) => Displays - parent.TypesInUse.Count;

    public override void AddDeviceAttributes(SimulatedTree tree, string device, string uuid, SimulatedParent parent, string type)
    {
        tree.AddDirectory($"{device}/vendor");
        tree.AddReadOnly($"{device}/vendor/resolution", $"{s_resolutions[type]}\n");
    }

    public override SimulatedVfio Vfio(SimulatedTree tree, SimulatedParent parent, string type) => new(
        SimulatedVfio.PciFlag,
        SimulatedVfio.RegionsOf(9, (0, new(7, s_memory[type], 0x1000)), (7, new(3, 0xff, 0))),
        [new(0, 0), new(0, 0), new(0, 0), new(0, 0), new(0, 0)],
        PciConfig.Header(0x1b36, 0x000f, 0x038000, 0x1af4, 0x1100));

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        host.AddDriver("mdpy");
        host.AddVirtualParent("mdpy", s_resolutions.Select(t => new SimulatedType(t.Key, t.Key, $"virtual display, {t.Value} framebuffer")));
    }
}
