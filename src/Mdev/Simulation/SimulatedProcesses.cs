using System.Globalization;
using Mdev.Errors;

namespace Mdev.Simulation;

/// <summary>The processes of a simulated host: directories below its /proc whose descriptors are links, as in proc(5).</summary>
internal sealed class SimulatedProcesses(SimulatedTree tree)
{
    private const string DeviceDescriptor = "anon_inode:[vfio-device]";

    /// <summary>The first process. It shows that this /proc is of the first PID namespace, so that no process is hidden.</summary>
    public void AddInit()
    {
        Add(1, "systemd", ["/sbin/init"], []);
        tree.AddPrivateDirectory("/proc/1/ns");
        tree.AddProcLink("/proc/1/ns/pid", "pid:[4026531836]");
    }

    /// <summary>Starts a process that holds the devices of these groups open.</summary>
    public int Start(string name, IEnumerable<string> commandLine, IEnumerable<string> groups)
    {
        int last = tree.Names("/proc").Max(entry => int.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0);
        int pid = Math.Max(last, 1000) + 1;
        Add(pid, name, commandLine, groups);
        return pid;
    }

    /// <summary>Ends a process.</summary>
    public void End(int pid)
    {
        if (pid <= 1 || !tree.HasDirectory($"/proc/{pid}"))
            throw new MdevException(MdevError.ProcessNotFound, $"The simulated host '{tree.Root}' has no process {pid} that could be ended.");
        tree.RemoveDirectory($"/proc/{pid}");
    }

    /// <summary>Ends all processes but the first.</summary>
    public void EndAll()
    {
        foreach (string pid in tree.Names("/proc").Where(name => name != "1" && name.All(char.IsAsciiDigit)))
            tree.RemoveDirectory($"/proc/{pid}");
    }

    /// <summary>The groups that a process has open.</summary>
    public List<string> GroupsOf(int pid) => tree.Names($"/proc/{pid}/fd")
        .Select(fd => tree.LinkText($"/proc/{pid}/fd/{fd}"))
        .OfType<string>()
        .Where(target => target.StartsWith("/dev/vfio/", StringComparison.Ordinal))
        .Select(target => target["/dev/vfio/".Length..])
        .ToList();

    /// <summary>Whether a process has the group or its device open, which keeps everybody else from opening the group.</summary>
    public bool HoldGroup(string group) => Descriptors().Any(targets => targets.Contains($"/dev/vfio/{group}") || targets.Contains($"/dev/vfio/devices/vfio{group}"));

    /// <summary>Whether a process has the device in the group open, which keeps a removal waiting.</summary>
    public bool HoldDevice(string group) => Descriptors().Any(targets =>
        (targets.Contains($"/dev/vfio/{group}") && targets.Contains(DeviceDescriptor)) || targets.Contains($"/dev/vfio/devices/vfio{group}"));

    private IEnumerable<List<string?>> Descriptors() =>
        tree.Names("/proc").Select(pid => tree.Names($"/proc/{pid}/fd").Select(fd => tree.LinkText($"/proc/{pid}/fd/{fd}")).ToList());

    private void Add(int pid, string name, IEnumerable<string> commandLine, IEnumerable<string> groups)
    {
        string staged = tree.NewStagingPath();
        tree.AddDirectory(staged);
        // As in proc(5), what a process has open is for its own user and for root.
        tree.AddPrivateDirectory($"{staged}/fd");
        tree.AddReadOnly($"{staged}/comm", $"{name}\n");
        tree.AddReadOnly($"{staged}/cmdline", string.Concat(commandLine.Select(argument => argument + '\0')));
        string[] held = groups.ToArray();
        List<string> targets = ["/dev/null", "/dev/null", "/dev/null"];
        if (held.Length > 0)
            targets.Add("/dev/vfio/vfio");
        foreach (string group in held)
            targets.AddRange([$"/dev/vfio/{group}", DeviceDescriptor]);
        for (int fd = 0; fd < targets.Count; fd++)
            tree.AddProcLink($"{staged}/fd/{fd}", targets[fd]);
        tree.Publish(staged, $"/proc/{pid}");
    }
}
