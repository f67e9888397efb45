namespace Mdev.Simulation;

/// <summary>The processes of a simulated host: directories below its /proc whose descriptors are links, as in proc(5).</summary>
internal sealed class SimulatedProcesses(SimulatedTree tree)
{
    private const string DeviceDescriptor = "anon_inode:[vfio-device]";

    /// <summary>Whether a process has the group open, which keeps everybody else from opening it.</summary>
    public bool HoldGroup(string group) => Descriptors().Any(targets => targets.Contains($"/dev/vfio/{group}"));

    /// <summary>Whether a process has the device in the group open, which keeps a removal waiting.</summary>
    public bool HoldDevice(string group) => Descriptors().Any(targets => targets.Contains($"/dev/vfio/{group}") && targets.Contains(DeviceDescriptor));

    private IEnumerable<List<string?>> Descriptors() =>
        tree.Names("/proc").Select(pid => tree.Names($"/proc/{pid}/fd").Select(fd => new FileInfo(tree.OnMachine($"/proc/{pid}/fd/{fd}")).LinkTarget).ToList());
}
