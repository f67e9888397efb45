using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Definitions;

/// <summary>Finds and reads the definitions of a host, and holds each against what the host has. Costs one look at each definition and at most one listing of the devices.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of every file that is no definition; the reading goes on.</param>
public sealed class DefinitionReader(HostRoot host, Action<MdevException> report)
{
    private readonly DefinitionStore _store = new(host);

    /// <summary>Reads the definitions, each as soon as it is asked for, in the natural order of their parents.</summary>
    public IEnumerable<MdevDefinition> Read(DefinitionQuery query)
    {
        List<DefinitionFile> all = query.Uuids is [var only] ? _store.Files(only) : _store.Files();
        var parents = new ParentFinder(host, report);
        // One UUID is looked for without a list of the others, so that their parents are only known by a second look.
        var defined = new Lazy<HashSet<string>>(() => (query.Uuids.Count == 1 ? _store.Files() : all).Select(file => file.Parent).ToHashSet());
        bool IsThere(string name) => all.Exists(file => file.Parent == name) || parents.Find(name) is not null || defined.Value.Contains(name);
        query = query with { Parents = query.Parents.Settle(IsThere) };
        List<DefinitionFile> asked = all.FindAll(file => (file.IsOfFolder || query.Parents.Matches(file.Parent)) && (query.Uuids.Count == 0 || file.Hides || (file.Fault is not { Uuid: null } && query.Uuids.Contains(file.Uuid))));
        List<DefinitionFile> chosen = query.Uuids.Count == 0 ? asked : asked.FindAll(file => !file.Hides);
        ILookup<Guid, string> twice = all.Where(file => file.Fault is null).GroupBy(file => file.Uuid).Where(same => same.Skip(1).Any())
            .SelectMany(same => same).ToLookup(file => file.Uuid, file => file.Parent);
        var found = new HashSet<Guid>();
        var comparison = new HostComparison(host, isForMany: query.Uuids.Count == 0);
        foreach ((DefinitionFile file, DefinitionContent content) in _store.Read(chosen, Told))
        {
            if (!query.Types.Matches(content.Type) || (query.AutoStart is { } wanted && wanted != content.AutoStart))
                continue;
            found.Add(file.Uuid);
            yield return comparison.Definition(file, content, twice[file.Uuid]);
        }

        List<Guid> notFound = query.Uuids.Where(uuid => !found.Contains(uuid)).Distinct().ToList();
        List<MdevException> hidden = notFound.Count == 0 ? [] : asked.FindAll(file => file.Hides).ConvertAll(file => file.Fault!);
        hidden.ForEach(report);
        // What may lie where nobody could look is not called missing.
        foreach (Guid uuid in hidden.Exists(fault => fault.Error != MdevError.DefinitionBroken) ? [] : notFound)
            report(NotFound(uuid, all.FindAll(file => file.Uuid == uuid && file.Fault is null)));
        foreach (MdevException missing in NotThere(query, parents, IsThere))
            report(missing);

        // The fault of a file that was asked for stands for its definition.
        void Told(MdevException fault)
        {
            if (fault.Uuid is { } uuid)
                found.Add(uuid);
            report(fault);
        }
    }

    // A parent or type that nothing is defined for is no error; one that the host does not know either is.
    private IEnumerable<MdevException> NotThere(DefinitionQuery query, ParentFinder parents, Func<string, bool> isThere)
    {
        foreach (string name in query.Parents.Unmatched.Where(name => !isThere(name)))
            yield return new MdevException(MdevError.ParentNotFound, $"Nothing is defined for a parent '{Printable.Text(name)}' on host '{host.Root}', and it has none of that name.{parents.Note}") { Name = name };
        foreach (MdevException missing in query.Types.Unmatched.Any() ? new TypeReader(host, _ => { }).NotOffered(query.Types, parents.Named(new NameFilter()).ToList()) : [])
            yield return missing;
    }

    private MdevException NotFound(Guid uuid, List<DefinitionFile> others) => new(
        MdevError.DefinitionNotFound,
        others.Count == 0 ? $"No device with the UUID {uuid} is defined on host '{host.Root}'."
            : $"What is defined on host '{host.Root}' under the UUID {uuid}, on parent {string.Join(" and ", others.Select(file => $"'{Printable.Text(file.Parent)}'"))}, is not what was asked for.")
    {
        Uuid = uuid,
    };
}

/// <summary>What a host has, as far as definitions are held against it. Each parent and each type is looked at once.</summary>
/// <param name="host">The host.</param>
/// <param name="isForMany">Whether many definitions will be looked at, so that all devices are listed at once.</param>
internal sealed class HostComparison(HostRoot host, bool isForMany)
{
    // What is broken on the host is told where its devices and parents are listed.
    private readonly ParentFinder _parents = new(host, Ignore);
    private readonly Dictionary<string, HostParent?> _found = [];
    private readonly Dictionary<(string Parent, string Type), int?> _room = [];

    private Dictionary<Guid, (string Parent, string Type)?>? _devices;
    private ILookup<Guid, MdevDevice>? _closely;

    /// <summary>A definition with its state.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="content">What that says.</param>
    /// <param name="parents">The parents that the UUID is defined for, where there are several.</param>
    public MdevDefinition Definition(DefinitionFile file, DefinitionContent content, IEnumerable<string> parents)
    {
        HostParent? parent = Parent(file.Parent);
        (string state, string? reason, bool isBeingRemoved) = Compare(file.Uuid, file.Parent, content.Type, parent);
        string[] others = parents.Where(other => other != file.Parent).Select(other => $"'{Printable.Text(other)}'").ToArray();
        if (others.Length > 0 && state != MdevDefinitionState.Active)
            reason = $"{reason} It is defined for parent {string.Join(" and ", others)} too, and only one of them can have the device.".TrimStart();
        return new MdevDefinition
        {
            Uuid = file.Uuid,
            Type = content.Type,
            Parent = file.Parent,
            PhysicalDevice = parent?.PhysicalDevice ?? file.Parent,
            Attribute = [.. content.Attributes],
            AutoStart = content.AutoStart,
            State = state,
            Reason = reason,
            IsBeingRemoved = isBeingRemoved,
            Path = host.OnMachine(file.Path),
            Root = host.Root,
        };
    }

    private (string State, string? Reason, bool IsBeingRemoved) Compare(Guid uuid, string name, string type, HostParent? parent)
    {
        if (Device(uuid) is var (on, has, how))
        {
            if (on != name)
                return (MdevDefinitionState.Different, $"The device runs on parent '{Printable.Text(on)}'.", false);
            if (how == MdevDeviceState.Removing)
                return (MdevDefinitionState.Inactive, "The device is being removed, which waits for whoever has it open.", true);
            return has != type ? (MdevDefinitionState.Different, $"The device runs with type '{Printable.Text(has ?? "")}'.", false)
                : (MdevDefinitionState.Active, how == MdevDeviceState.Unbound ? "Its driver was unbound: it has to be removed and made anew." : null, false);
        }

        if (parent is null)
            return (MdevDefinitionState.NoParent, _parents.IsSupported ? $"The host has no parent '{Printable.Text(name)}'." : _parents.WhyUnsupported("The host"), false);
        if (!_room.TryGetValue((name, type), out int? room))
        {
            try
            {
                _room.Add((name, type), room = parent.Offers(type) ? parent.Available(type, Ignore) : -1);
            }
            catch (MdevException e)
            {
                return (MdevDefinitionState.Inactive, $"Whether the device is there cannot be read: {e.Message}", false);
            }
        }

        return room switch
        {
            < 0 => (MdevDefinitionState.NoType, parent.MayOfferMore ? $"The parent lists only types that can be made now, and '{Printable.Text(type)}' is not among them."
                : parent.TypeIds(Ignore).Count == 0 ? "The parent offers no types at all; the vendor's daemon may not have finished." : $"The parent does not offer type '{Printable.Text(type)}'.", false),
            0 => (MdevDefinitionState.NoRoom, $"The parent has no instance of type '{Printable.Text(type)}' left.", false),
            _ => (MdevDefinitionState.Inactive, "The device is not there.", false),
        };
    }

    private static void Ignore(MdevException exception) => _ = exception;

    private HostParent? Parent(string name)
    {
        if (!_found.TryGetValue(name, out HostParent? parent))
            _found.Add(name, parent = _parents.Find(name));
        return parent;
    }

    // Of many devices, those that run are known by a few looks. What is out of the ordinary needs a listing, and one is enough for all of it: each
    // search for a device that has no type yet would wait for the driver anew.
    private (string Parent, string? Type, string State)? Device(Guid uuid)
    {
        if (isForMany)
        {
            _devices ??= Overview();
            if (!_devices.TryGetValue(uuid, out (string Parent, string Type)? known))
                return null;
            if (known is var (parent, type))
                return (parent, type, MdevDeviceState.Active);
            _closely ??= new DeviceReader(host, Ignore).Read(new DeviceQuery()).ToLookup(device => device.Uuid);
            return _closely[uuid].FirstOrDefault() is { } listed ? (listed.Parent, listed.Type, listed.State) : null;
        }

        try
        {
            return new DeviceReader(host, Ignore).Find(uuid) is { } device ? (device.Parent, device.Type, device.State) : null;
        }
        catch (MdevException)
        {
            // An entry that is there and cannot be read: whether it is the device, making it will tell.
            return null;
        }
    }

    private Dictionary<Guid, (string Parent, string Type)?> Overview()
    {
        var devices = new Dictionary<Guid, (string Parent, string Type)?>();
        foreach ((Guid uuid, (string Parent, string Type)? known) in _parents.Interfaces.SelectMany(way => way.Overview()))
            devices.TryAdd(uuid, known);
        return devices;
    }
}
