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
    internal const string Bus = "/sys/bus/mdev/devices";

    private readonly ParentPlaces _parents = new(host, report);
    private readonly TypeReader _types = new(host, report);
    private readonly DeviceEntry _entry = new(host, report);

    /// <summary>Reads the devices, each as soon as it is asked for.</summary>
    public IEnumerable<MdevDevice> Read(DeviceQuery query)
    {
        NameFilter types = query.Types.IsAll ? query.Types : SettleTypes(query.Types);
        IEnumerable<MdevDevice> found = query.Uuids.Count > 0 ? ByUuid(query.Uuids, query.Parents, types)
            : query.Parents.IsAll ? OnBus(types)
            : OfParents(query.Parents, types);
        foreach (MdevDevice device in found)
            yield return device;

        // No device of a type is no error; a type that nobody offers is one.
        foreach (string name in types.Unmatched)
        {
            List<ParentPlace> places = _parents.Named(new NameFilter()).ToList();
            if (!places.Exists(place => _parents.TypeNames(place).Exists(id => string.Equals(id, name, StringComparison.OrdinalIgnoreCase))))
                report(_types.TypeNotFound(name, places));
        }
    }

    /// <summary>The device of this UUID; null when there is none. One whose removal waits is gone from the bus and looked for below the parents.</summary>
    /// <exception cref="MdevException">Its entry is broken, or cannot be read.</exception>
    public MdevDevice? Find(Guid uuid)
    {
        using DirectoryHandle? bus = host.OpenDirectory(Bus);
        using var parents = new OpenParents(host, Bus, report);
        return bus is null ? null : Find(bus, parents, uuid);
    }

    /// <summary>The device of this UUID.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.DeviceNotFound"/>; or its entry is broken, or cannot be read.</exception>
    public MdevDevice Get(Guid uuid) => Find(uuid) ?? throw NotFound(uuid);

    /// <summary>The device of this UUID below its parent's directory; null when there is none.</summary>
    internal MdevDevice? Find(ParentPlace place, Guid uuid)
    {
        if (host.OpenDirectory(place.SysfsPath) is not { } directory)
            return null;
        using var parent = new OpenParent(host, place, directory, report);
        return _entry.Read(parent, uuid.ToString(), onBus: false);
    }

    // One look-up whatever else there is: the parent's entries are not gone through.
    private MdevDevice? Find(DirectoryHandle bus, OpenParents parents, Guid uuid)
    {
        string name = uuid.ToString();
        if (ParentOf(bus, parents, name) is not { } parent)
            return FindOffBus(uuid);
        if (!host.IsThisMachine && parent.Directory.IsLink(name))
            throw _entry.NoDirectory(parent, name);
        return _entry.Read(parent, name, onBus: true);
    }

    private MdevDevice? FindOffBus(Guid uuid) =>
        _parents.Named(new NameFilter()).Where(place => host.HasDirectory($"{place.SysfsPath}/{uuid}")).Select(place => Find(place, uuid)).FirstOrDefault();

    private NameFilter SettleTypes(NameFilter types)
    {
        List<ParentPlace>? places = null;
        return types.Settle(name => (places ??= _parents.Named(new NameFilter()).ToList()).Exists(place => _types.HasType(place, name)));
    }

    private IEnumerable<MdevDevice> ByUuid(IReadOnlyList<Guid> uuids, NameFilter parents, NameFilter types)
    {
        NameFilter settled = parents.Settle(name => _parents.Find(name) is not null);
        using DirectoryHandle? bus = OpenBus();
        using var opened = new OpenParents(host, Bus, report);
        foreach (Guid uuid in uuids)
        {
            MdevDevice? device = null;
            bool broken = false;
            try
            {
                device = bus is null ? null : Find(bus, opened, uuid);
            }
            catch (MdevException e)
            {
                report(e);
                broken = true;
            }

            if (device is null && !broken)
                report(NotFound(uuid));
            // One that is on its way out has no type any more, and is meant all the same.
            else if (device is not null && !(settled.Matches(device.Parent) && (types.IsAll || device.Type is null || types.Matches(device.Type))))
                report(IsOther(device));
            else if (device is not null)
                yield return device;
        }
    }

    private IEnumerable<MdevDevice> OnBus(NameFilter types)
    {
        using DirectoryHandle? bus = OpenBus();
        if (bus is null)
            yield break;
        using var parents = new OpenParents(host, Bus, report);
        foreach (DirectoryEntry entry in bus.Entries())
        {
            if (ReadFromBus(bus, parents, entry.Name, types) is { } device)
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

    private MdevDevice? ReadFromBus(DirectoryHandle bus, OpenParents parents, string name, NameFilter types)
    {
        try
        {
            if (ParentOf(bus, parents, name) is not { } parent)
                return null;
            return parent.HasLinkFor(name) ? throw _entry.NoDirectory(parent, name) : _entry.Read(parent, name, onBus: true, types);
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

    // Null when the device is gone from the bus.
    private static OpenParent? ParentOf(DirectoryHandle bus, OpenParents parents, string name)
    {
        string? target;
        try
        {
            target = bus.ReadLink(name);
        }
        catch (MdevException e) when (e.Errno == Errno.EINVAL)
        {
            throw new MdevException(MdevError.BrokenEntry, $"'{e.Path}' is no link to a device.", e.Path, e);
        }

        if (target is null)
            return null;
        bool ofThatName = target.EndsWith(name, StringComparison.Ordinal) && target.AsSpan(..^name.Length) is [] or [.., '/'];
        string what = ofThatName ? "is not there" : "is not the device of that name";
        return (ofThatName ? parents.At(target[..^name.Length]) : null)
            ?? throw new MdevException(MdevError.BrokenEntry, $"'{bus.Path}/{name}' leads to '{Printable.Text(target)}', which {what}.", $"{bus.Path}/{name}");
    }

    private IEnumerable<MdevDevice> OfParents(NameFilter parents, NameFilter types)
    {
        foreach (ParentPlace place in _parents.Named(parents))
        {
            if (_parents.Open(place) is not { } directory)
                continue;
            using var parent = new OpenParent(host, place, directory, report);
            foreach (string name in ParentReader.Children(directory))
            {
                if (ReadChild(parent, name, types) is { } device)
                    yield return device;
            }
        }
    }

    private MdevDevice? ReadChild(OpenParent parent, string name, NameFilter types)
    {
        try
        {
            bool looksLikeOne = KernelUuid.TryParse(name, out _);
            if (!looksLikeOne && TypeLink.Read(parent.Directory, name) is null)
                return null;
            return _entry.Read(parent, name, onBus: false, types);
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

    private MdevException IsOther(MdevDevice device) => new(
        MdevError.DeviceNotFound,
        $"The device with the UUID {device.Uuid} is of type '{Printable.Text(device.Type ?? "unknown")}' on parent '{Printable.Text(device.Parent)}' of host '{host.Root}', which is not what was asked for.")
    {
        Uuid = device.Uuid,
    };

    private MdevException NotFound(Guid uuid) => new(MdevError.DeviceNotFound, $"No mediated device has the UUID {uuid} on host '{host.Root}'.{_parents.Note}") { Uuid = uuid };
}
