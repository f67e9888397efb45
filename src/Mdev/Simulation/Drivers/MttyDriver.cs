namespace Mdev.Simulation.Drivers;

/// <summary>The kernel's sample serial card: 24 ports shared by its types (samples/vfio-mdev/mtty.c).</summary>
internal sealed class MttyDriver : SimulatedDriver
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

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        host.AddDriver("mtty");
        host.AddVirtualParent("mtty", [new("mtty-1", "Single port serial", null), new("mtty-2", "Dual port serial", null)]);
    }

    private static int PortsOf(string type) => type == "mtty-2" ? 2 : 1;
}
