using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Placement;

namespace Mdev.Definitions;

/// <summary>Where a device is to be defined.</summary>
/// <param name="Uuid">Its UUID: the one that was given, that of the function that the parent is, or a new one.</param>
/// <param name="Parent">The parent.</param>
/// <param name="Interface">By which interface it offers devices; where the host does not have it, the one that the UUID tells.</param>
/// <param name="Lack">What the host does not have of it, as a sentence; null when it has parent and type.</param>
public sealed record DefinitionPlace(Guid Uuid, string Parent, string Interface, string? Lack);

/// <summary>
/// Finds the parents of devices that are to be defined. Where several will do, the one is taken that a new device would get; what is defined
/// and not yet there is counted in, or all would be defined for the same parent.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what is broken on the way.</param>
/// <param name="cancel">Ends the look.</param>
public sealed class DefinitionPlanner(HostRoot host, Action<MdevException> report, CancellationToken cancel = default)
{
    private readonly ParentFinder _parents = new(host, report);
    private readonly Dictionary<(string Type, string Parents), Planner> _planners = [];
    private List<MdevDefinition>? _defined;

    /// <summary>The type id that is meant by an id or a human name; what no parent of the host offers is taken for an id.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.TypeAmbiguous"/>.</exception>
    public string TypeOf(string idOrName)
    {
        try
        {
            return new TypeResolver(host, _ => { }).Resolve(idOrName, mayBeHumanName: true, new NameFilter(), new NameFilter(), cancel);
        }
        catch (MdevException e) when (e.Error is MdevError.TypeNotFound or MdevError.NotSupported)
        {
            return idOrName;
        }
    }

    /// <summary>The parent for a device.</summary>
    /// <param name="type">Its type id.</param>
    /// <param name="uuid">Its UUID; null for any.</param>
    /// <param name="names">The parents, or physical devices in their place, that were named; empty for any.</param>
    /// <param name="areNames">Whether the names are names and no patterns, so that one that the host does not have is taken as it is.</param>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.NoCapacity"/>, <see cref="MdevError.TypeNotFound"/>, <see cref="MdevError.NotSupported"/>, <see cref="MdevError.ParentNotFound"/>: none fits;
    /// <see cref="MdevError.UuidFixed"/>: a device has another UUID there.
    /// </exception>
    public DefinitionPlace PlaceOf(string type, Guid? uuid, IReadOnlyList<NamePattern> names, bool areNames)
    {
        if (names is [var only])
        {
            if (_parents.Find(only.Text) is { } parent)
                return At(parent, uuid, parent.Offers(type) ? null : $"Parent '{Printable.Text(parent.Name)}' does not offer type '{Printable.Text(type)}' yet.");
            List<HostParent> functions = _parents.Named(new NameFilter()).Where(function => function.PhysicalDevice == only.Text).ToList();
            if (functions.Count > 0)
                return Planned(type, uuid, NameFilter.Of([.. functions.Select(function => function.Name)]), only.Text);
            if (areNames)
                return Nowhere(only.Literal, uuid, _parents.IsSupported ? $"The host has no parent '{Printable.Text(only.Literal)}' yet." : _parents.WhyUnsupported("The host"));
        }

        return Planned(type, uuid, new NameFilter(names), string.Join('\0', names.Select(name => name.Text)));
    }

    private static DefinitionPlace At(HostParent parent, Guid? uuid, string? lack) => uuid is null || parent.Takes(uuid.Value)
        ? new(uuid ?? parent.FixedUuid ?? Guid.NewGuid(), parent.Name, parent.Interface, lack)
        : throw Fixed(uuid.Value, parent.Name, parent.FixedUuid);

    private static DefinitionPlace Nowhere(string parent, Guid? given, string lack)
    {
        Guid uuid = given ?? Guid.NewGuid();
        InterfaceKind kind = InterfaceKinds.Of(uuid);
        return (kind.ParentOf(uuid) ?? parent) == parent ? new(uuid, parent, kind.Name, lack) : throw Fixed(uuid, parent, null);
    }

    private static MdevException Fixed(Guid uuid, string parent, Guid? right) => new(
        MdevError.UuidFixed,
        InterfaceKinds.Of(uuid).ParentOf(uuid) is { } address ? $"Device {uuid} cannot be defined for parent '{Printable.Text(parent)}': that UUID is the one of a device on function '{address}'."
            : $"Device {uuid} cannot be defined for parent '{Printable.Text(parent)}': a device there has the UUID {right}, which follows from the function's address.")
    {
        Uuid = uuid,
    };

    private DefinitionPlace Planned(string type, Guid? uuid, NameFilter parents, string key)
    {
        if (!_planners.TryGetValue((type, key), out Planner? planner))
        {
            _planners.Add((type, key), planner = new Planner(host, new PlacementRequest { Type = type, Parents = parents }, report, cancel: cancel));
            _defined ??= new DefinitionReader(host, _ => { }).Read(new DefinitionQuery()).Where(definition => definition.State == MdevDefinitionState.Inactive).ToList();
            foreach (MdevDefinition definition in _defined)
                planner.Reserve(definition.Parent, definition.Type);
        }

        Place place = planner.Next(uuid) ?? throw (uuid is { } given && planner.WhyNot(given) is { Error: MdevError.UuidFixed } wrong ? wrong : planner.NoRoom(1, isPlan: true));
        return At(place.Parent!, uuid, null);
    }
}
