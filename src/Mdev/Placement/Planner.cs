using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Placement;

/// <summary>A place that the planner chose, with the parent that it stands for; a device that is handed out again has none.</summary>
internal sealed record Place(MdevPlacement Placement, Candidate? Device, Candidate.Function? Function)
{
    public HostParent? Parent => Function?.Parent;
}

/// <summary>
/// Chooses the parent of one device after another. The order is that of the policy; physical devices that are alike in it go by more
/// room and then by name, so that the same host gives the same plan.
/// </summary>
public sealed class Planner
{
    private readonly HostRoot _host;
    private readonly PlacementRequest _request;
    private readonly Action<MdevException> _report;
    private readonly List<Candidate> _devices;
    private readonly LinkedList<MdevDevice> _idle;
    private readonly Ranking _ranking;
    private readonly Reasons _reasons;
    private readonly HashSet<Candidate> _stale = [];
    private readonly List<(string Parent, MdevException Why)> _failures = [];
    private int _order;

    /// <summary>Looks at a host for a request.</summary>
    /// <param name="host">The host.</param>
    /// <param name="request">The request.</param>
    /// <param name="report">Told of what is broken on the way.</param>
    /// <param name="idle">Devices to hand out again before new ones are made; null for none.</param>
    /// <param name="cancel">Ends the look early; there is no plan then.</param>
    /// <exception cref="MdevException"><see cref="MdevError.NotSupported"/>; <see cref="MdevError.TypeNotFound"/>.</exception>
    public Planner(HostRoot host, PlacementRequest request, Action<MdevException> report, IEnumerable<MdevDevice>? idle = null, CancellationToken cancel = default)
    {
        (_host, _request, _report) = (host, request, report);
        _idle = new LinkedList<MdevDevice>(idle ?? []);
        _devices = new Survey(host, report).Of(request, cancel).OrderBy(device => device.Name, NaturalOrder.Instance).ToList();
        _ranking = new Ranking(request, _devices);
        _reasons = new Reasons(host, request, _devices, _ranking);
    }

    /// <summary>How many devices can be had at most; null when some parent would not say.</summary>
    public int? Room => _devices.Exists(d => _request.Allows(d) && d.IsUncertain) ? null : (int)Math.Min(int.MaxValue, _idle.Count + _devices.Where(_request.Allows).Sum(d => (long)d.Room));

    /// <summary>The error when it is known from the start that not all can be had; null when they can, or when only trying tells.</summary>
    public MdevException? LacksRoom(int wanted) => Room < wanted ? _reasons.NoRoom(wanted, Room.Value, isPlan: true, _failures) : null;

    /// <summary>The error when a new device cannot have a UUID; null when it can, or when it is that of a device to hand out again.</summary>
    /// <returns><see cref="MdevError.UuidExists"/>: it is another device's; <see cref="MdevError.UuidFixed"/>: wherever the device could go it would have another.</returns>
    public MdevException? WhyNot(Guid uuid)
    {
        if (_idle.Any(d => d.Uuid == uuid))
            return null;
        if (Existing(uuid) is not { } device)
            return _devices.Exists(d => d.Functions.Any(f => f.Parent.Takes(uuid))) ? null : Fixed(uuid);
        string what = device.Type is null ? $"that is just being removed from '{Printable.Text(device.Parent)}'" : $"of type '{Printable.Text(device.Type)}' on parent '{Printable.Text(device.Parent)}'";
        return new MdevException(MdevError.UuidExists, $"Device {uuid} was not made: there is one {what} already.", _host.OnMachine(device.SysfsPath)) { Uuid = uuid };
    }

    /// <summary>The places of several devices; what has no place is reported.</summary>
    /// <param name="count">How many.</param>
    /// <param name="uuids">The UUIDs that they must have, as far as any are given.</param>
    /// <param name="allOrNothing">Whether there is no plan when not all have a place.</param>
    /// <param name="report">Told what has no place.</param>
    public IEnumerable<MdevPlacement> Plan(int count, IReadOnlyList<Guid> uuids, bool allOrNothing, Action<MdevException> report)
    {
        if (allOrNothing && LacksRoom(count) is { } lack)
        {
            report(lack);
            yield break;
        }

        for (int i = 0; i < count; i++)
        {
            Guid? uuid = i < uuids.Count ? uuids[i] : null;
            if (uuid is { } given && WhyNot(given) is { } why)
            {
                report(why);
                continue;
            }

            if (Next(uuid) is not { } place)
            {
                report(NoRoom(count, isPlan: true));
                yield break;
            }

            yield return place.Placement;
        }
    }

    /// <summary>The error when nothing has room for more than was placed: what was tried, and per physical device why not.</summary>
    /// <param name="wanted">How many devices were asked for.</param>
    /// <param name="isPlan">Whether the devices that were placed are not made.</param>
    public MdevException NoRoom(int wanted, bool isPlan)
    {
        // Where every place that there is said the same, what it said itself says it best: not root, read-only, no live host.
        MdevError? only = _failures.Count > 0 && _failures.TrueForAll(f => f.Why.Error == _failures[0].Why.Error) ? _failures[0].Why.Error : null;
        bool isNoRefusalOfPlace = only is MdevError.PermissionDenied or MdevError.ReadOnly or MdevError.NotLive;
        return (isNoRefusalOfPlace && _order == 0) || (_failures.Count == 1 && wanted == 1 && _devices is [{ Functions.Count: 1 }])
            ? _failures[0].Why
            : _reasons.NoRoom(wanted, _order, isPlan, _failures);
    }

    /// <summary>The place of the next device, which is counted as taken from then on; null when nothing has room.</summary>
    /// <param name="uuid">The UUID that it must have; null for any.</param>
    internal Place? Next(Guid? uuid = null)
    {
        if (_idle.FirstOrDefault(d => uuid is null || d.Uuid == uuid) is { } idle)
            return Reuse(idle);
        return Choose(uuid) is { } choice ? Take(choice.Device, choice.Function) : null;
    }

    /// <summary>Counts a device as made that is not there yet and shall be.</summary>
    /// <param name="parent">Its parent.</param>
    /// <param name="type">Its type, which need not be the one that is placed.</param>
    internal void Reserve(string parent, string type)
    {
        foreach (Candidate device in _devices)
        {
            if (device.Functions.FirstOrDefault(function => function.Parent.Name == parent) is not { } function)
                continue;
            // A function of a larger device has room for one, whatever its type.
            if (type == _request.Type)
                _ranking.Change(device, () => device.Take(function));
            else if (device.Name != parent)
                _ranking.Change(device, () => function.Available = 0);
        }
    }

    /// <summary>Gives a place back that was not used after all.</summary>
    internal void Release(Place place)
    {
        _order--;
        if (place.Device is { } device)
            _ranking.Change(device, () => device.GiveBack(place.Function!));
    }

    /// <summary>Tells that the device was made there.</summary>
    internal void Made(Place place)
    {
        if (place.Parent!.ChangesWithSiblings)
            _stale.Add(place.Device!);
    }

    /// <summary>Tells that the device could not be made there, so that another place is found: what its physical device has left is read anew.</summary>
    internal void Failed(Place place, MdevException why)
    {
        _failures.Add((place.Placement.Parent, why));
        Release(place);
        Candidate.Function refused = place.Function!;
        // Who may not write to one function learns nothing new of the others by reading them again.
        if (why.Error is MdevError.NoCapacity or MdevError.WriteRefused or MdevError.TypeNotFound or MdevError.UuidExists)
            ReadAnew(place.Device!);

        // It says there is room and refuses: whatever its reason, asking again will not help this request.
        _ranking.Change(place.Device!, () => refused.IsRuledOut = refused.Available is not 0);
    }

    private MdevDevice? Existing(Guid uuid)
    {
        try
        {
            return new DeviceReader(_host, _ => { }).Find(uuid);
        }
        catch (MdevException)
        {
            // A broken entry; what it means for a new device the kernel will say.
            return null;
        }
    }

    private void ReadAnew(Candidate device)
    {
        _ranking.Change(device, () =>
        {
            foreach (Candidate.Function function in device.Functions)
                function.Ask(_request.Type, _report);
        });
        _stale.Remove(device);
    }

    private MdevException Fixed(Guid uuid)
    {
        HostParent? parent = (Choose(null)?.Function ?? _devices.SelectMany(d => d.Functions).FirstOrDefault())?.Parent;
        string why = parent?.FixedUuid is { } right ? $"its UUID follows from the function that it is on, and on '{Printable.Text(parent.Name)}' it is {right}"
            : $"the UUID is that of a device on PCI function {InterfaceKinds.Of(uuid).ParentOf(uuid)}, and on no other";
        return new MdevException(MdevError.UuidFixed, $"Device {uuid} was not made: {why}.") { Uuid = uuid };
    }

    private (Candidate Device, Candidate.Function Function)? Choose(Guid? uuid)
    {
        foreach (Candidate device in _stale.ToArray())
            ReadAnew(device);
        Candidate? best = _ranking.First(uuid) ?? _devices.Find(d => _request.Allows(d) && d.IsUncertain && d.NextFunction(uuid) is not null);
        return best?.NextFunction(uuid) is { } function ? (best, function) : null;
    }

    private Place Reuse(MdevDevice idle)
    {
        _idle.Remove(idle);
        Candidate? device = _devices.Find(d => d.Name == idle.PhysicalDevice);
        MdevPlacement placement = Placement(idle.Parent, idle.PhysicalDevice, idle.NumaNode, device?.Room, device?.Room, $"reuses {idle.Uuid}: nobody has it open");
        return new Place(new MdevPlacement(placement) { Reuses = idle.Uuid }, null, null);
    }

    private Place Take(Candidate device, Candidate.Function function)
    {
        int? before = function.Available is null || device.Uncertainty is not null ? null : device.Room;
        string reason = _reasons.For(device, before, isEstimate: _order > 0);
        _ranking.Change(device, () => device.Take(function));
        return new Place(Placement(function.Parent.Name, device.Name, device.NumaNode, before, before is null ? null : device.Room, reason), device, function);
    }

    private MdevPlacement Placement(string parent, string physicalDevice, int? numaNode, int? before, int? after, string reason) => new()
    {
        Order = ++_order,
        Type = _request.Type,
        Parent = parent,
        PhysicalDevice = physicalDevice,
        NumaNode = numaNode,
        RoomBefore = before,
        RoomAfter = after,
        Reason = reason,
        Root = _host.Root,
    };
}

/// <summary>Says why a device goes where it goes, and why no more of them can be had.</summary>
internal sealed class Reasons(HostRoot host, PlacementRequest request, IReadOnlyList<Candidate> devices, Ranking ranking)
{
    private const int Shown = 8;

    private readonly HashSet<int?> _nodes = [.. devices.Select(device => device.NumaNode)];
    private (int Changes, string Text) _passed = (-1, "");

    public string For(Candidate device, int? room, bool isEstimate)
    {
        string uncertain = device.Uncertainty is { } why ? $"; {why}" : "";
        if (room is null && device.Uncertainty is null)
            return "the only one left to try; how much room it has could not be read";
        if (devices.Count == 1)
            return $"the only one to choose from{uncertain}";
        string policy = !ranking.HasRoomBeside(device) ? "the only one with room"
            : request.Policy == PlacementPolicy.Spread ? $"most free ({device.FreeShare * 100:F0}%)"
            : $"least free with room ({device.FreeShare * 100:F0}%)";
        string numa = request.NumaNode is not { } node ? "" : device.NumaNode == node ? $", on NUMA node {node}"
            : _nodes.Contains(node) ? $", NUMA node {node} has no room"
            : $", nothing is on NUMA node {node}";
        string estimate = isEstimate ? ", earlier ones counted in" : "";
        return $"{policy}{numa}{estimate}{uncertain}{Passed(device)}";
    }

    public MdevException NoRoom(int wanted, int had, bool isPlan, List<(string Parent, MdevException Why)> failures)
    {
        string type = $"of type '{Printable.Text(request.Type)}'", where = $"on host '{host.Root}'";
        string head = had == 0 ? $"There is no room for a device {type} {where}."
            : isPlan ? $"There is room for only {had} of {wanted} devices {type} {where}."
            : $"Only {had} of {wanted} devices {type} could be had {where}: there is no room for the others.";
        IEnumerable<string> reasons = devices.Select(d => WhyNot(d, isPlan) ?? $"{Printable.Text(d.Name)} has room for {d.Room}");
        string tried = failures.Count == 0 ? "" : $" Tried and refused: {Listed(failures.ConvertAll(f => $"{Printable.Text(f.Parent)} ({f.Why.Finding ?? f.Why.ErrnoName ?? f.Why.Error.ToString()})"))}.";
        string message = $"{head} {Listed(reasons.ToList())}.{tried}";
        return failures.Count == 0 ? new MdevException(MdevError.NoCapacity, message) : new MdevException(MdevError.NoCapacity, message, failures[^1].Why, tellsCause: true);
    }

    // What was passed over changes with it, and not with each device that goes elsewhere.
    private string Passed(Candidate device)
    {
        if (_passed.Changes != ranking.Changes || device.Room == 0)
        {
            List<Candidate> passed = ranking.WithoutRoom.Where(d => d != device).Take(Shown).ToList();
            int all = ranking.WithoutRoom.Count - (device.Room == 0 ? 1 : 0);
            _passed = (device.Room == 0 ? -1 : ranking.Changes, all == 0 ? "" : $"; {Listed(passed.ConvertAll(d => WhyNot(d)!), all)}");
        }

        return _passed.Text;
    }

    private static string Listed(List<string> items) => Listed(items, items.Count);

    private static string Listed(IEnumerable<string> items, int all) => string.Join("; ", items.Take(Shown)) + (all > Shown ? $"; and {all - Shown} more" : "");

    private static string Counted(IEnumerable<KeyValuePair<string, int>> devices) => string.Join(", ", devices.Select(t => $"{t.Value} x {Printable.Text(t.Key)}"));

    // Where one function of several was asked for, it is this function that has no room, and others may.
    private string? OnlyFunction(Candidate device)
    {
        if (device.Functions is not [{ Parent: var parent, Fault: null }] || parent.Name == device.Name)
            return null;
        string name = Printable.Text(parent.Name);
        string[] on = parent.TypesInUse(_ => { }).Select(type => Printable.Text(type)).ToArray();
        int others = parent.Siblings(_ => { }).Where(sibling => sibling.Name != parent.Name && sibling.Offers(request.Type)).Sum(sibling => Candidate.Function.Asked(sibling, request.Type, _ => { }).Available ?? 0);
        int room = device.MaxInstances is { } most ? Math.Clamp(most - device.DevicesOfSize.Sum(t => t.Value), 0, others) : others;
        // Where none has, the reason is the physical device's.
        return room == 0 ? null : $"{name} has {(on.Length > 0 ? $"a device of type {string.Join(", ", on)} already" : "none available")}, but other functions of {Printable.Text(device.Name)} have room for {room}";
    }

    private string? WhyNot(Candidate device, bool isPlan = false)
    {
        string name = Printable.Text(device.Name);
        if (!request.Allows(device))
            return $"{name} is on {(device.NumaNode is { } node ? $"NUMA node {node}" : "no NUMA node")}";
        if (device.Room > 0)
            return null;
        if (device.Functions.All(f => f.IsRuledOut))
            return $"{name} refused";
        return PassedOver(device) is not { } passedOver ? WhyFull(device, name, isPlan)
            : device.Functions.All(f => f.Fault is not null) ? passedOver
            : $"{WhyFull(device, name, isPlan)}, and {passedOver}";
    }

    // The functions of which it is not known what they have.
    private static string? PassedOver(Candidate device) => device.Functions.Where(f => f.Fault is not null).ToArray() is not [var first, ..] unread ? null
        : $"{Printable.Text(first.Parent.Name)}{(unread.Length > 1 ? $" and {unread.Length - 1} more" : "")} cannot be used, because what {(unread.Length > 1 ? "they have" : "it has")} cannot be read ({first.Fault!.ErrnoName ?? first.Fault.Message.TrimEnd('.')})";

    private string WhyFull(Candidate device, string name, bool isPlan)
    {
        if (OnlyFunction(device) is { } only)
            return only;
        string planned = isPlan && device.Placed > 0 ? $", {device.Placed} of them planned" : "";
        if (device.IsFull)
            return $"{name} is full with {Counted(device.DevicesOfSize)}{planned}";
        List<KeyValuePair<string, int>> there = device.DevicesByType.Where(t => t.Value > 0).ToList();
        string? why = device.Functions.All(f => f.Fault is null) ? device.Functions[0].Parent.WhyNone(request.Type, there.ConvertAll(t => t.Key)) : null;
        return $"{name} has none available{(there.Count == 0 ? "" : $" beside {Counted(there)}{planned}")}{(why is null ? "" : $": {why}")}";
    }
}
