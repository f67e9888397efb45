using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Interfaces.MdevBus;

/// <summary>Mediated devices, as on every host. Whoever makes one chooses its UUID.</summary>
internal sealed class MdevBusKind : InterfaceKind
{
    public override string Name => MdevInterface.Mdev;

    public override bool IsOfMdevctl => true;

    // MDEV_STATE alone would not do: udev's event at boot does not carry it, and a driver of the initial RAM disk would be missed.
    public override string UdevMatch => "ACTION!=\"remove\", ENV{MDEV_STATE}!=\"unregistered\", TEST==\"mdev_supported_types\"";

    public override IDeviceInterface On(HostRoot host) => new MdevBus(host);

    public override bool CanHave(Guid uuid) => true;

    public override GivenDevice Given(Guid uuid) => new($"{MdevBus.Devices}/{uuid}");
}

/// <summary>
/// The mediated device bus. Its parents are in /sys/class/mdev_bus or, where the kernel has not made that class, wherever a device has a
/// directory mdev_supported_types; its devices are on /sys/bus/mdev. Source: Documentation/driver-api/vfio-mediated-device.rst.
/// </summary>
/// <param name="host">The host.</param>
internal sealed class MdevBus(HostRoot host) : IDeviceInterface
{
    internal const string Devices = "/sys/bus/mdev/devices";
    private const string Bus = "/sys/bus/mdev";
    private const string Drivers = "/sys/bus/mdev/drivers";
    internal const string Class = "/sys/class/mdev_bus";

    // Where this user may not know, it is looked for all the same, and what refuses is told.
    public bool IsPresent => new AttributeReader(_ => { }).Try<bool?>(() => host.Files.HasDirectory(Bus)) ?? true;

    public string WhyAbsent => "no mediated device bus (/sys/bus/mdev)";

    public IEnumerable<HostParent> Parents(Action<MdevException> report)
    {
        try
        {
            using DirectoryHandle? directory = host.Files.OpenDirectory(Class);
            return directory is not null ? InClass(directory, report) : IsPresent ? ScanDevices(report) : [];
        }
        catch (MdevException e)
        {
            report(e);
            return [];
        }
    }

    public HostParent? FindParent(string name, Action<MdevException> report)
    {
        if (!NamePattern.IsName(name))
            return null;
        try
        {
            if (host.Files.ReadLink($"{Class}/{name}") is { } target)
                return At(host.Resolve(Class, target), name);
        }
        catch (MdevException)
        {
            // A broken entry is told where the parents are gone through.
            return null;
        }

        return host.Files.HasDirectory(Class) || !IsPresent ? null : ScanDevices(report).FirstOrDefault(parent => parent.Name == name);
    }

    public MdevDevice? FindDevice(Guid uuid, Action<MdevException> report)
    {
        using DirectoryHandle? bus = host.Files.OpenDirectory(Devices);
        if (bus is null)
            return null;
        // One whose removal waits is gone from the bus and looked for below the parents.
        return ParentOf(bus, $"{uuid}") is { } parent
            ? Find(bus, parent, uuid, report)
            : Parents(_ => { }).Where(p => host.Files.HasDirectory($"{p.SysfsPath}/{uuid}")).Select(p => p.FindDevice(uuid, report)).FirstOrDefault();
    }

    // A device that was made, unbound or began to go in between is in some of the lists only, and then looked at more closely.
    public IEnumerable<(Guid Uuid, (string Parent, string Type)? Known)> Overview()
    {
        HashSet<Guid> bound = [.. Uuids(Names(Drivers, _ => { }).SelectMany(driver => Names($"{Drivers}/{driver}", _ => { })))];
        var found = new HashSet<Guid>();
        foreach (MdevBusParent parent in Parents(_ => { }).Cast<MdevBusParent>())
        {
            foreach ((Guid uuid, string? type) in parent.TypesByUuid())
            {
                if (found.Add(uuid))
                    yield return (uuid, type is not null && bound.Contains(uuid) ? (parent.Name, type) : null);
            }
        }

        foreach (Guid uuid in Uuids(Names(Devices, _ => { })).Where(found.Add))
            yield return (uuid, null);
    }

    private static IEnumerable<Guid> Uuids(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (KernelUuid.TryParse(name, out Guid uuid))
                yield return uuid;
        }
    }

    public IEnumerable<MdevDevice> Strays(NameSum seen, IReadOnlyCollection<Guid>? told, IReadOnlyCollection<HostParent> parents, Action<MdevException> report)
    {
        if (Names(Devices, report) is not { Count: > 0 } names)
            yield break;
        var onBus = new NameSum();
        names.ForEach(onBus.Add);
        if (onBus.IsSame(seen))
            yield break;

        // A broken entry, or devices that came or went meanwhile: only now is it worth to know which.
        var read = parents.SelectMany(parent => Entries(parent.SysfsPath, _ => { })).Where(entry => entry.Kind != EntryKind.Link).Select(entry => entry.Name).ToHashSet();
        var listed = parents.Select(parent => parent.SysfsPath).ToHashSet();
        // Where the kernel is interrupted in a list by a removal, it may leave out the entry behind (kernfs_dir_next_pos in fs/kernfs/dir.c).
        HashSet<Guid>? before = told?.ToHashSet();
        bool IsTold(string name) => before is null || !KernelUuid.TryParse(name, out Guid uuid) ? read.Contains(name) : before.Contains(uuid);
        using DirectoryHandle? bus = TryOpen(Devices, report);
        foreach (string name in bus is null ? [] : names.Where(name => !IsTold(name)))
        {
            MdevDevice? device = null;
            // A fault of what its parent lists was told there.
            Action<MdevException> tell = read.Contains(name) ? _ => { } : report;
            try
            {
                if (ParentOf(bus!, name) is not { } parent)
                    continue;
                device = KernelUuid.TryParse(name, out Guid uuid) ? Find(bus!, parent, uuid, tell) : throw Broken(name, "is among the devices, but its name is no UUID");
                // What is there now has been made since the parent's devices were listed, perhaps anew, and then it was among them.
                if (device is not null && before is null && listed.Contains(parent.SysfsPath))
                    device = null;
            }
            catch (MdevException e)
            {
                tell(e);
            }

            if (device is not null)
                yield return device;
        }
    }

    // Null when it went away meanwhile, with its entry.
    private MdevDevice? Find(DirectoryHandle bus, MdevBusParent parent, Guid uuid, Action<MdevException> report) => parent.FindDevice(uuid, report) is { } device ? device
        : host.Files.HasDirectory($"{parent.SysfsPath}/{uuid}") || bus.ReadLink($"{uuid}") is null ? null
        : throw Broken($"{uuid}", $"leads to '{parent.SysfsPath}/{uuid}', which is not there");

    private MdevBusParent At(string path, string? name = null) => new(host) { Name = name ?? HostFiles.Name(path), SysfsPath = path };

    private List<HostParent> InClass(DirectoryHandle directory, Action<MdevException> report)
    {
        var parents = new List<HostParent>();
        foreach (DirectoryEntry entry in directory.Entries())
        {
            try
            {
                if (directory.ReadLink(entry.Name) is { } target)
                    parents.Add(At(host.Resolve(Class, target), entry.Name));
            }
            catch (MdevException e)
            {
                string path = $"{directory.Path}/{entry.Name}";
                report(e.Errno == 0 ? e : new MdevException(MdevError.BrokenEntry, $"'{path}' is no link to a parent", e));
            }
        }

        return parents;
    }

    // Before Linux 6.1 the class is made by the first parent, and a kernel may lack it altogether while the bus is there.
    private IEnumerable<HostParent> ScanDevices(Action<MdevException> report)
    {
        IEnumerable<string> buses = Names("/sys/bus", report).Select(bus => $"/sys/bus/{bus}/devices");
        IEnumerable<string> virtuals = Names("/sys/devices/virtual", report).Select(name => $"/sys/devices/virtual/{name}");
        var seen = new HashSet<string>();
        foreach (string place in buses.Concat(["/sys/devices"]).Concat(virtuals))
        {
            foreach (string name in Names(place, report))
            {
                if (ParentIn(place, name, report) is { } path && seen.Add(path))
                    yield return At(path, name);
            }
        }
    }

    // Null when the entry is that of no parent, or is broken, which is told.
    private string? ParentIn(string place, string name, Action<MdevException> report)
    {
        try
        {
            return Device(place, name) is { } path && host.Files.HasDirectory($"{path}/{MdevBusParent.TypesDirectory}") ? path : null;
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

    private string? Device(string place, string name)
    {
        try
        {
            return host.Files.ReadLink($"{place}/{name}") is { } target ? host.Resolve(place, target) : null;
        }
        catch (MdevException e) when (e.Errno == Errno.EINVAL)
        {
            return $"{place}/{name}";
        }
    }

    // The parent that an entry of the bus leads to; null when there is no such entry.
    private MdevBusParent? ParentOf(DirectoryHandle bus, string name)
    {
        string? target;
        try
        {
            target = bus.ReadLink(name);
        }
        catch (MdevException e) when (e.Errno == Errno.EINVAL)
        {
            throw new MdevException(MdevError.BrokenEntry, $"'{e.Path}' is no link to a device", e);
        }

        if (target is null)
            return null;
        string path = host.Resolve(Devices, target);
        if (HostFiles.Name(path) != name)
            throw Broken(name, $"leads to '{Printable.Text(target)}', which is not the device of that name");
        if (!host.Files.HasDirectory(HostFiles.Parent(path)))
            throw Broken(name, $"leads to '{Printable.Text(target)}', which is not there");
        return At(HostFiles.Parent(path));
    }

    private MdevException Broken(string name, string what)
    {
        string path = host.OnMachine($"{Devices}/{name}");
        return new MdevException(MdevError.BrokenEntry, $"'{path}' {what}.", path);
    }

    private List<string> Names(string hostPath, Action<MdevException> report) => Entries(hostPath, report).ConvertAll(entry => entry.Name);

    private List<DirectoryEntry> Entries(string hostPath, Action<MdevException> report)
    {
        using DirectoryHandle? directory = TryOpen(hostPath, report);
        return new AttributeReader(report).Try(() => directory?.Entries().ToList()) ?? [];
    }

    private DirectoryHandle? TryOpen(string hostPath, Action<MdevException> report) => new AttributeReader(report).Try(() => host.Files.OpenDirectory(hostPath));
}
