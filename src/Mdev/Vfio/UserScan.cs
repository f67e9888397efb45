using System.Globalization;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Vfio;

/// <summary>
/// Which processes hold VFIO devices open, as one walk over /proc/PID/fd finds them (proc(5)). It opens no VFIO group: that would fail a VM
/// which is just starting. What it cannot see is never taken for unused.
/// </summary>
public sealed class UserScan
{
    private const string DeviceDescriptor = "anon_inode:[vfio-device]";
    private const string Nodes = "/dev/vfio/";
    private const string DeviceNodes = "/dev/vfio/devices/";

    // The number of the first PID namespace is fixed: PROC_PID_INIT_INO in linux/proc_ns.h.
    private const string FirstPidNamespace = "pid:[4026531836]";

    private readonly HostRoot _host;
    private readonly Dictionary<string, List<MdevDeviceUser>> _holders = [];
    private bool _sawDeviceNodes;
    private string? _blind;
    private int _unseen;

    private UserScan(HostRoot host) => _host = host;

    /// <summary>Why holders may have been missed; null when every process of the host was seen.</summary>
    public string? Blind => _unseen > 0 ? $"this user may not look into {_unseen} of its processes" : _blind;

    /// <summary>Looks at the processes of a host.</summary>
    public static UserScan Of(HostRoot host, CancellationToken cancel = default)
    {
        var scan = new UserScan(host);
        try
        {
            scan.Run(cancel);
        }
        catch (MdevException e)
        {
            scan._blind = e.Message.TrimEnd('.');
        }

        if (cancel.IsCancellationRequested)
            scan._blind ??= "the look at its processes was stopped";
        return scan;
    }

    /// <summary>Who holds a device open: nobody is an empty list, and null says that it cannot be known.</summary>
    public MdevDeviceUser[]? UsersOf(MdevDevice device)
    {
        // Unbinding a driver waits until nobody has the device open, and takes the group away only then; without a driver nobody can open it.
        if (device is { State: MdevDeviceState.Unbound, IommuGroup: null })
            return [];
        List<string> names = NamesOf(device);
        MdevDeviceUser[] users = names
            .SelectMany(name => _holders.GetValueOrDefault(name) ?? [])
            .DistinctBy(user => user.ProcessId)
            .OrderBy(user => user.ProcessId)
            .ToArray();
        if (users.Length > 0)
            return users;
        // A removal that waits does so because somebody holds the device.
        return Blind is null && names.Count > 1 && device.State == MdevDeviceState.Active ? [] : null;
    }

    /// <summary>The holders of a device in words.</summary>
    public static string Holders(MdevDeviceUser[]? users) => users is { Length: > 0 }
        ? string.Join(" and ", users.Select(user => Printable.Text(user.ToString(), 80)))
        : "a process that cannot be told";

    // What a descriptor of the device can be called: its directory (newer kernels tell it in fdinfo), its group's node, its own node.
    private List<string> NamesOf(MdevDevice device)
    {
        List<string> names = [device.SysfsPath];
        if (device.VfioPath is { } group)
            names.Add(group);
        if (_sawDeviceNodes || device.VfioPath is null)
        {
            using DirectoryHandle? directory = _host.Files.OpenDirectory($"{device.SysfsPath}/vfio-dev");
            names.AddRange(directory?.Entries().Select(entry => DeviceNodes + entry.Name) ?? []);
        }

        return names;
    }

    private void Run(CancellationToken cancel)
    {
        _blind = NamespaceBlindness();
        using DirectoryHandle? processes = _host.Files.OpenDirectory("/proc");
        if (processes is null)
            return;
        foreach (DirectoryEntry entry in processes.Entries())
        {
            if (cancel.IsCancellationRequested)
                return;
            if (int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                Look(pid);
        }
    }

    // A procfs shows one PID namespace and the ones below it, and its process 1 belongs to that one.
    private string? NamespaceBlindness()
    {
        try
        {
            return _host.Files.ReadLink("/proc/1/ns/pid") switch
            {
                FirstPidNamespace => null,
                null => $"its processes cannot be seen in '{_host.OnMachine("/proc")}'",
                _ => $"'{_host.OnMachine("/proc")}' shows only the processes of a PID namespace, not all of the host",
            };
        }
        catch (MdevException)
        {
            return "this user may not look into the processes of others";
        }
    }

    private void Look(int pid)
    {
        try
        {
            using DirectoryHandle? process = _host.Files.OpenDirectory($"/proc/{pid}");
            using DirectoryHandle? descriptors = process?.OpenDirectory("fd");
            if (descriptors is not null)
                Look(pid, process!, descriptors);
        }
        catch (MdevException)
        {
            // A process that ended meanwhile reads like one that is not ours to look into.
            if (_host.Files.HasDirectory($"/proc/{pid}"))
                _unseen++;
        }
    }

    private void Look(int pid, DirectoryHandle process, DirectoryHandle descriptors)
    {
        HashSet<string>? names = null;
        bool hasUntold = false;
        foreach (DirectoryEntry entry in descriptors.Entries())
        {
            if (descriptors.ReadLink(entry.Name) is not { } target)
                continue;
            if (target == DeviceDescriptor)
            {
                if (PathInInfo(process, entry.Name) is { } path)
                    (names ??= []).Add(path);
                else
                    hasUntold = true;
            }
            else if (target.StartsWith(Nodes, StringComparison.Ordinal) && target != Nodes + "vfio")
            {
                const string Deleted = " (deleted)";
                (names ??= []).Add(target.EndsWith(Deleted, StringComparison.Ordinal) ? target[..^Deleted.Length] : target);
            }
        }

        // The group's descriptor, which tells the devices apart, may be left with another process.
        if (hasUntold && names is null)
            _blind ??= $"process {pid} holds a VFIO device of which the kernel does not say which it is";
        if (names is not null)
            Add(names, ProcessReader.User(_host, pid));
    }

    // Since Linux 6.17 fdinfo names the device of an anonymous descriptor (vfio_device_show_fdinfo in drivers/vfio/vfio_main.c).
    private static string? PathInInfo(DirectoryHandle process, string name)
    {
        const string Key = "vfio-device-syspath:";
        return process.ReadAttribute($"fdinfo/{name}")?.Split('\n')
            .FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..].Trim();
    }

    private void Add(HashSet<string> names, MdevDeviceUser user)
    {
        foreach (string name in names)
        {
            _sawDeviceNodes |= name.StartsWith(DeviceNodes, StringComparison.Ordinal);
            if (!_holders.TryGetValue(name, out List<MdevDeviceUser>? users))
                _holders.Add(name, users = []);
            users.Add(user);
        }
    }
}

/// <summary>Reads from /proc what a process is and, when it is a QEMU, which virtual machine it runs.</summary>
internal static class ProcessReader
{
    /// <summary>The process as a user of a device. What cannot be read of it is null.</summary>
    public static MdevDeviceUser User(HostRoot host, int pid)
    {
        string[] commandLine = Text(host, pid, "cmdline")?.Split('\0') ?? [];
        bool isQemu = commandLine.Length > 0 && IsQemu(commandLine[0]);
        return new MdevDeviceUser
        {
            ProcessId = pid,
            ProcessName = Text(host, pid, "comm"),
            VmName = isQemu ? QemuName(Option(commandLine, "name")) : null,
            VmUuid = isQemu && Guid.TryParse(Option(commandLine, "uuid"), out Guid uuid) ? uuid : null,
        };
    }

    // Distributions call it qemu-system-x86_64, qemu-kvm, kvm. The process name is no guide: -name process=… changes it.
    private static bool IsQemu(string program)
    {
        string name = HostFiles.Name(program);
        return name.Contains("qemu", StringComparison.OrdinalIgnoreCase) || name == "kvm";
    }

    // QEMU takes one hyphen or two before an option, and the last of several counts.
    private static string? Option(string[] commandLine, string name)
    {
        int at = Array.FindLastIndex(commandLine, argument => argument == "-" + name || argument == "--" + name);
        return at >= 0 && at + 1 < commandLine.Length ? commandLine[at + 1] : null;
    }

    // "-name NAME,…" or "-name guest=NAME,…", where a comma of the name itself is written twice.
    private static string? QemuName(string? value)
    {
        const string Key = "guest=";
        if (value is null)
            return null;
        string[] parts = value.Replace(",,", "\0", StringComparison.Ordinal).Split(',');
        string? name = Array.FindLast(parts, part => part.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..]
            ?? (parts[0].Contains('=') ? null : parts[0]);
        return string.IsNullOrEmpty(name) ? null : name.Replace('\0', ',');
    }

    private static string? Text(HostRoot host, int pid, string file)
    {
        try
        {
            using DirectoryHandle? process = host.Files.OpenDirectory($"/proc/{pid}");
            return process?.ReadAttribute(file) is { Length: > 0 } text ? text : null;
        }
        catch (MdevException)
        {
            return null;
        }
    }
}
