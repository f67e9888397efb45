using System.Globalization;
using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>
/// Finds and reads the mediated devices of a host. One UUID is one look-up; the devices of one parent cost only that parent's
/// entries; a device costs four links (bus, type, IOMMU group, driver), and what its type and parent have in common is read once.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
public sealed class DeviceReader(HostRoot host, Action<MdevException> report)
{
    private const string Bus = "/sys/bus/mdev/devices";

    private readonly ParentReader _parents = new(host, report);
    private readonly TypeReader _types = new(host, report);
    private readonly Dictionary<string, ParentFacts> _facts = [];

    /// <summary>Reads the devices, each as soon as it is asked for.</summary>
    public IEnumerable<MdevDevice> Read(DeviceQuery query)
    {
        NameFilter types = query.Types.IsAll ? query.Types : SettleTypes(query.Types);
        IEnumerable<MdevDevice> found = query.Uuids.Count > 0 ? ByUuid(query.Uuids, query.Parents)
            : query.Parents.IsAll ? OnBus(types)
            : OfParents(query.Parents, types);
        foreach (MdevDevice device in found)
        {
            if (types.IsAll || (device.Type is not null && types.Matches(device.Type)))
                yield return device;
        }

        // No device of a type is no error; a type that nobody offers is one.
        foreach (string name in types.Unmatched)
        {
            List<ParentPlace> places = _parents.Places(new NameFilter()).ToList();
            if (!places.Exists(place => _parents.TypeNames(place).Exists(id => string.Equals(id, name, StringComparison.OrdinalIgnoreCase))))
                report(_types.TypeNotFound(name, places));
        }
    }

    /// <summary>The device of this UUID; null when there is none. One whose removal waits is gone from the bus and looked for below the parents.</summary>
    public MdevDevice? Find(Guid uuid)
    {
        string name = uuid.ToString();
        return host.ReadLink($"{Bus}/{name}") is { } target
            ? ReadOne(host.Resolve(Bus, target), name, onBus: true)
            : _parents.Places(new NameFilter())
                .Select(place => $"{place.SysfsPath}/{name}")
                .Where(host.HasDirectory)
                .Select(path => ReadOne(path, name, onBus: false))
                .FirstOrDefault();
    }

    /// <summary>The device of this UUID below its parent's directory; null when there is none.</summary>
    internal MdevDevice? Find(ParentPlace place, Guid uuid) => ReadOne($"{place.SysfsPath}/{uuid}", uuid.ToString(), onBus: true);

    private NameFilter SettleTypes(NameFilter types)
    {
        List<ParentPlace>? places = null;
        return types.Settle(name => (places ??= _parents.Places(new NameFilter()).ToList()).Exists(place => _types.HasType(place, name)));
    }

    private IEnumerable<MdevDevice> ByUuid(IReadOnlyList<Guid> uuids, NameFilter parents)
    {
        NameFilter settled = parents.Settle(name => _parents.Find(name) is not null);
        foreach (Guid uuid in uuids)
        {
            MdevDevice? device = null;
            bool broken = false;
            try
            {
                device = Find(uuid);
            }
            catch (MdevException e)
            {
                report(e);
                broken = true;
            }

            if (device is not null && settled.Matches(device.Parent))
                yield return device;
            else if (!broken)
                report(new MdevException(MdevError.DeviceNotFound, $"No mediated device has the UUID {uuid} on host '{host.Root}'."));
        }
    }

    private IEnumerable<MdevDevice> OnBus(NameFilter types)
    {
        using DirectoryHandle? bus = OpenBus();
        if (bus is null)
            yield break;
        foreach (DirectoryEntry entry in bus.Entries())
        {
            if (ReadFromBus(bus, entry.Name, types) is { } device)
                yield return device;
        }
    }

    private DirectoryHandle? OpenBus()
    {
        try
        {
            return host.OpenDirectory(Bus);
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

    private MdevDevice? ReadFromBus(DirectoryHandle bus, string name, NameFilter types)
    {
        try
        {
            return bus.ReadLink(name) is { } target ? ReadOne(host.Resolve(Bus, target), name, onBus: true, types) : null;
        }
        catch (MdevException e)
        {
            report(e.Errno == Errno.EINVAL ? new MdevException(MdevError.BrokenEntry, $"'{e.Path}' is no link to a device.", e.Path, e) : e);
            return null;
        }
    }

    private IEnumerable<MdevDevice> OfParents(NameFilter parents, NameFilter types)
    {
        foreach (ParentPlace place in _parents.Places(parents))
        {
            using DirectoryHandle? directory = _parents.Open(place);
            if (directory is null)
                continue;
            foreach (string name in ParentReader.Children(directory))
            {
                if (ReadChild(directory, place, name, types) is { } device)
                    yield return device;
            }
        }
    }

    private MdevDevice? ReadChild(DirectoryHandle parent, ParentPlace place, string name, NameFilter types)
    {
        try
        {
            bool looksLikeOne = KernelUuid.TryParse(name, out _);
            if (!looksLikeOne && TypeLink.Read(parent, name) is null)
                return null;
            return ReadOne($"{place.SysfsPath}/{name}", name, onBus: false, types);
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

    private MdevDevice? ReadOne(string path, string name, bool onBus, NameFilter? types = null)
    {
        string onMachine = host.OnMachine(path);
        if (!KernelUuid.TryParse(name, out Guid uuid))
            throw new MdevException(MdevError.BrokenEntry, $"'{onMachine}' is among the devices, but its name is no UUID.", onMachine);

        string? type = ReadType(path, name);
        string? group = LinkName(path, "iommu_group");
        // Looked at last: what is being made is on the bus before it has a type and a group, and what is being removed leaves the bus before the group.
        onBus = onBus || host.ReadLink($"{Bus}/{name}") is not null;
        if (type is null && onBus)
        {
            // Gone since it was listed is no fault; still listed is one.
            if (host.ReadLink($"{Bus}/{name}") is null)
                return null;
            throw new MdevException(
                MdevError.BrokenEntry,
                host.HasDirectory(path) ? $"'{onMachine}' has no mdev_type link: it is going away, or it is no mediated device." : $"'{host.OnMachine($"{Bus}/{name}")}' leads to '{path}', which is not there.",
                onMachine);
        }

        if (types is not null && !types.IsAll && (type is null || !types.Matches(type)))
            return null;
        if (type is null && group is null)
            return null;
        string? driver = LinkName(path, "driver");
        string parentPath = path[..path.LastIndexOf('/')];
        ParentFacts facts = Facts(parentPath);
        return new MdevDevice
        {
            Uuid = uuid,
            Type = type,
            Parent = AttributeReader.LastPart(parentPath),
            DeviceApi = type is null ? null : facts.DeviceApi(type),
            Driver = driver,
            IommuGroup = int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null,
            NumaNode = facts.NumaNode,
            State = !onBus ? MdevDeviceState.Removing : driver is null ? MdevDeviceState.Unbound : MdevDeviceState.Active,
            SysfsPath = path,
            Root = host.Root,
        };
    }

    private string? ReadType(string path, string name)
    {
        if (LinkName(path, "mdev_type") is { } type)
            return type;
        using DirectoryHandle? parent = host.OpenDirectory(path[..path.LastIndexOf('/')]);
        return parent is null ? null : TypeLink.Read(parent, name);
    }

    private string? LinkName(string directory, string link)
    {
        try
        {
            return host.ReadLink($"{directory}/{link}") is { } target ? AttributeReader.LastPart(target) : null;
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

    private ParentFacts Facts(string parentPath)
    {
        if (!_facts.TryGetValue(parentPath, out ParentFacts? facts))
            _facts.Add(parentPath, facts = new ParentFacts(host, parentPath, report));
        return facts;
    }
}
