using System.Globalization;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Interfaces.MdevBus;

/// <summary>
/// The mediated devices of one parent, whose directory is open. A device is told from the parent's other entries by its type link. There are two
/// ways to learn the types of many: each device's own link, or the directories <c>devices</c> of the types, which hold a link for each device of theirs
/// and cost one look for hundreds of devices. The second pays where there are more than twice as many devices as types.
/// </summary>
internal sealed class MdevBusDevices(HostRoot host, MdevBusParent parent, DirectoryHandle directory, Action<MdevException> report)
{
    // A device is on the bus while its driver is still being asked, and gets its type only then (mdev_device_create). One listing waits so long
    // in vain for types, whatever the number of entries without one.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly AttributeReader _attributes = new(report);
    private readonly Dictionary<string, string?> _deviceApis = [];
    private readonly Lazy<int?> _numaNode = new(() => new AttributeReader(report).NumaNode(directory));
    private TimeSpan _waited;
    private bool _hasGone;
    private string? _driver;

    /// <summary>How many there are.</summary>
    public int Count() => TypesInUse().Count;

    /// <summary>The types of all devices.</summary>
    public List<string> TypesInUse()
    {
        List<string> children = Children(directory);
        Dictionary<string, string>? types = TypesByDevice(children, new NameFilter());
        return children.Select(name => types?.GetValueOrDefault(name) ?? _attributes.Try(() => TypeOf(name))).OfType<string>().ToList();
    }

    /// <summary>The UUIDs of all devices with their types; the type is null where it is not known yet or any more.</summary>
    public List<(Guid Uuid, string? Type)> TypesByUuid()
    {
        List<string> children = Children(directory);
        Dictionary<string, string>? types = TypesByDevice(children, new NameFilter());
        var devices = new List<(Guid, string?)>(children.Count);
        foreach (string name in children)
        {
            if (KernelUuid.TryParse(name, out Guid uuid))
                devices.Add((uuid, types?.GetValueOrDefault(name) ?? _attributes.Try(() => TypeOf(name))));
        }

        return devices;
    }

    /// <summary>All devices of these types, those on their way out too where every type is asked for.</summary>
    public IEnumerable<MdevDevice> All(NameFilter types)
    {
        List<string> children = Children(directory);
        Dictionary<string, string>? known = TypesByDevice(children, types);
        foreach (string name in children)
        {
            if (Look(name, known?.Remove(name, out string? type) == true ? type : null, types) is { } device)
                yield return device;
        }

        // What only the directory of a type has was made after the parent's directory was listed.
        List<string> looked = known?.Keys.Where(name => KernelUuid.TryParse(name, out _) && IsDirectory(name)).ToList() ?? [];
        foreach (MdevDevice device in looked.Select(name => Look(name, null, types)).OfType<MdevDevice>())
            yield return device;

        // Where the kernel is interrupted in a list by a removal, it may leave out the entry behind (kernfs_dir_next_pos in fs/kernfs/dir.c). So the
        // directory is listed once more where an entry of it is gone.
        looked.AddRange(children);
        while (_hasGone)
        {
            _hasGone = false;
            using DirectoryHandle? again = _attributes.Try(() => directory.OpenDirectory("."));
            List<string> others = again is null ? [] : Children(again).Except(looked).ToList();
            foreach (MdevDevice device in others.Select(name => Look(name, null, types)).OfType<MdevDevice>())
                yield return device;
            looked.AddRange(others);
        }
    }

    /// <summary>The device of this UUID; null when there is none.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.BrokenEntry"/>; or something cannot be read.</exception>
    public MdevDevice? Find(Guid uuid)
    {
        try
        {
            using DirectoryHandle? device = directory.OpenDirectory($"{uuid}");
            return device is null ? null : Read($"{uuid}", new NameFilter());
        }
        catch (MdevException e) when (e.Errno is Errno.ELOOP)
        {
            throw new MdevException(MdevError.BrokenEntry, $"'{directory.Path}/{uuid}' is a link where the directory of a device should be", e);
        }
    }

    // Null for what is no device of these types, and for what cannot be read, which is told.
    private MdevDevice? Look(string name, string? type, NameFilter types)
    {
        try
        {
            return type is not null ? OfType(name, type) : KernelUuid.TryParse(name, out _) || TypeOf(name) is not null ? Read(name, types) : null;
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

    private bool IsDirectory(string name) => _attributes.Try(() => directory.Kind(name)) == FileKind.Directory;

    private List<string> Children(DirectoryHandle directory) => Entries(directory)
        .Where(entry => entry.Kind is EntryKind.Directory or EntryKind.Unknown && entry.Name != MdevBusParent.TypesDirectory)
        .Select(entry => entry.Name)
        .ToList();

    private List<DirectoryEntry> Entries(DirectoryHandle? directory) => _attributes.Try(() => directory?.Entries().ToList()) ?? [];

    // Null where each device's own link is the shorter way.
    private Dictionary<string, string>? TypesByDevice(List<string> children, NameFilter types)
    {
        int devices = children.Count(name => KernelUuid.TryParse(name, out _));
        // A parent has one type or more, so that the types of two devices are not worth a look at the directory.
        if (devices <= 2)
            return null;
        using DirectoryHandle? all = _attributes.Try(() => directory.OpenDirectory(MdevBusParent.TypesDirectory));
        List<string> ids = Entries(all).Where(entry => entry.Kind is EntryKind.Directory or EntryKind.Unknown).Select(entry => entry.Name).ToList();
        if (devices <= 2 * ids.Count || ids.Count == 0)
            return null;
        var found = new Dictionary<string, string>(devices);
        foreach (string id in ids.Where(types.Matches))
        {
            using DirectoryHandle? ofType = _attributes.Try(() => all!.OpenDirectory($"{id}/devices"));
            foreach (DirectoryEntry entry in Entries(ofType))
                found[entry.Name] = id;
        }

        return found;
    }

    // A device that its type's directory was just seen to have.
    private MdevDevice? OfType(string name, string type)
    {
        if (!KernelUuid.TryParse(name, out Guid uuid))
            throw NoUuid(name);
        return Group(name) is { } group && Driver(name) is { } driver
            ? Make(uuid, type, group, driver, MdevDeviceState.Active)
            : Read(name, new NameFilter());
    }

    private MdevDevice? Read(string name, NameFilter types)
    {
        if (!KernelUuid.TryParse(name, out Guid uuid))
            throw NoUuid(name);
        string? type = TypeOf(name);
        if (type is not null && !types.Matches(type))
            return null;
        // Looked at last: what is being made is on the bus before it has a type and a group, and what is being removed leaves the bus before the group.
        int? group = Group(name);
        if (type is null && IsOnBus(name))
        {
            // Gone since it was listed is no fault; without a type for long is one.
            if (WaitForType(name) is not null)
                return Read(name, types);
            group = Group(name);
        }

        if (type is null)
        {
            _hasGone |= group is null;
            return group is null || !types.IsAll ? null : Make(uuid, null, group, null, MdevDeviceState.Removing);
        }

        string? driver = _attributes.Try(() => directory.ReadLinkNameBelow(name, "driver"));
        // What has gone between two looks has no driver either.
        if (driver is null && TypeOf(name) != type)
            return Read(name, types);
        return Make(uuid, type, group, driver, driver is null ? MdevDeviceState.Unbound : MdevDeviceState.Active);
    }

    private MdevDevice Make(Guid uuid, string? type, int? group, string? driver, string state) => new()
    {
        Uuid = uuid,
        Type = type,
        Parent = parent.Name,
        PhysicalDevice = parent.PhysicalDevice,
        Interface = MdevInterface.Mdev,
        DeviceApi = type is null ? null : DeviceApi(type),
        Driver = driver,
        IommuGroup = group,
        NumaNode = _numaNode.Value,
        State = state,
        SysfsPath = $"{parent.SysfsPath}/{uuid}",
        Root = host.Root,
    };

    private int? Group(string name) =>
        int.TryParse(_attributes.Try(() => directory.ReadLinkNameBelow(name, "iommu_group")), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    // A parent names the one driver of all its devices (mdev_match in drivers/vfio/mdev/mdev_driver.c), and one without that driver has no group.
    private string? Driver(string name) => _driver ??= _attributes.Try(() => directory.ReadLinkNameBelow(name, "driver"));

    private string? DeviceApi(string type)
    {
        if (_deviceApis.TryGetValue(type, out string? api))
            return api;
        return _deviceApis[type] = NamePattern.IsName(type) ? _attributes.Text(directory, $"{MdevBusParent.TypesDirectory}/{type}/device_api") : null;
    }

    // The name mdev_supported_type, and a link that bears the type id itself, are those of the interface's drafts of 2016.
    private string? TypeOf(string name) => TypeLink(name, "mdev_type") ?? TypeLink(name, "mdev_supported_type") ?? (KernelUuid.TryParse(name, out _) ? LinkNamedById(name) : null);

    private string? TypeLink(string name, string link)
    {
        try
        {
            return directory.ReadLinkNameBelow(name, link);
        }
        catch (MdevException e) when (e.Errno == Errno.EINVAL)
        {
            return null;
        }
    }

    private string? LinkNamedById(string name)
    {
        using DirectoryHandle? device = directory.OpenDirectory(name);
        return device?.Entries()
            .Where(entry => entry.Kind == EntryKind.Link)
            .Select(entry => entry.Name)
            .FirstOrDefault(id => device.ReadLink(id) is { } target && target.EndsWith($"/{MdevBusParent.TypesDirectory}/{id}", StringComparison.Ordinal));
    }

    private bool IsOnBus(string name) => host.Files.ReadLink($"{MdevBus.Devices}/{name}") is not null;

    // Null when it goes away; somebody may have made it anew by then.
    private string? WaitForType(string name)
    {
        string? type = null;
        long start = Environment.TickCount64;
        bool isKnown = Waiting.Until(() => (type = TypeOf(name)) is not null || !IsOnBus(name) || !host.Files.HasDirectory($"{parent.SysfsPath}/{name}"), s_patience - _waited);
        if (isKnown)
            return type;
        _waited += TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
        throw NoType(name);
    }

    private MdevException NoUuid(string name) => new(MdevError.BrokenEntry, $"'{directory.Path}/{name}' is among the devices, but its name is no UUID.", $"{directory.Path}/{name}");

    private MdevException NoType(string name) => new(
        MdevError.BrokenEntry, $"'{directory.Path}/{name}' has no mdev_type link: it is being made or going away, or it is no mediated device.", $"{directory.Path}/{name}");
}
