using Mdev.Kernel;

namespace Mdev.Simulation.Drivers;

/// <summary>The kernel's sample display: four devices in all, whatever their types (samples/vfio-mdev/mdpy.c).</summary>
internal sealed class MdpyDriver : SimulatedDriver
{
    private const int Displays = 4;

    private static readonly Dictionary<string, string> s_resolutions = new()
    {
        ["mdpy-vga"] = "640x480",
        ["mdpy-xga"] = "1024x768",
        ["mdpy-hd"] = "1920x1080",
    };

    public override string DriverString => "mdpy";

    public override int FullErrno => Errno.EUSERS;

    public override int Available(SimulatedParent parent, string type) => Displays - parent.TypesInUse.Count;

    public override void AddDeviceAttributes(SimulatedTree tree, string device, string uuid, SimulatedParent parent, string type)
    {
        tree.AddDirectory($"{device}/vendor");
        tree.AddReadOnly($"{device}/vendor/resolution", $"{s_resolutions[type]}\n");
    }

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        host.AddDriver("mdpy");
        host.AddVirtualParent("mdpy", s_resolutions.Select(t => new SimulatedType(t.Key, t.Key, $"virtual display, {t.Value} framebuffer")));
    }
}
