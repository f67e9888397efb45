namespace Mdev.Simulation.Drivers;

/// <summary>
/// A host on which much is wrong, everything of it seen on real ones. An attribute that a driver fails to answer reads EIO there; no
/// ordinary file does, so that a directory stands in its place, which reads EISDIR.
/// </summary>
internal sealed class BrokenDriver : SimulatedMdevDriver
{
    private const int Devices = 8;
    private static readonly string[] s_faults = ["good", "no-api", "eio", "empty", "words", "bare", "crlf", "escape"];

    public override string DriverString => "broken";

    public override int Available(SimulatedParent parent, string type) => Devices - parent.TypesInUse.Count;

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        SimulatedTree tree = host.Tree;
        host.AddDriver(MdevDriver);
        SimulatedParent parent = host.AddVirtualParent("broken", s_faults.Select(fault =>
            new SimulatedType($"broken-{fault}", $"Type {fault}", fault == "escape" ? "\x1b]0;title\a\x1b[31mred" : $"framebuffer=512M, {fault}")));
        void Replace(string type, string attribute, string value) => tree.Replace($"{parent.TypesPath}/broken-{type}/{attribute}", value);
        tree.RemoveFile($"{parent.TypesPath}/broken-no-api/device_api");
        tree.RemoveFile($"{parent.TypesPath}/broken-eio/available_instances");
        tree.AddDirectory($"{parent.TypesPath}/broken-eio/available_instances");
        Replace("empty", "available_instances", "");
        Replace("words", "available_instances", "many\n");
        foreach ((string type, string end) in new[] { ("bare", ""), ("crlf", "\r\n") })
        {
            Replace(type, "available_instances", "3" + end);
            Replace(type, "device_api", "vfio-pci" + end);
            Replace(type, "name", $"Type {type}{end}");
        }

        host.AddVirtualParent("broken", "no-types-yet", []);
        tree.AddDirectory("/sys/devices/virtual/broken/no-types-yet/mdev_supported_types");
        host.AddVirtualParent("broken", "no-types-directory", []);
        // A parent that vanishes between the listing of its name and the look at it leaves the same as this link.
        tree.AddLink("/sys/class/mdev_bus/0000:99:00.0", "/sys/devices/pci0000:99/0000:99:00.0");

        var maker = new SimulatedDevices(tree);
        maker.Add(this, parent, "broken-good", "b0000000-0000-4000-8000-000000000001", host.NewGroup());
        const string goingAway = "b0000000-0000-4000-8000-000000000002";
        maker.Add(this, parent, "broken-good", goingAway, host.NewGroup());
        tree.RemoveFile($"{parent.SysfsPath}/{goingAway}/mdev_type");
        maker.Add(this, parent, "broken-good", "no-uuid", host.NewGroup());
        tree.AddLink("/sys/bus/mdev/devices/b0000000-0000-4000-8000-000000000003", $"{parent.SysfsPath}/b0000000-0000-4000-8000-000000000003");
    }
}
