using System.Globalization;
using Mdev.Inventory;
using Mdev.Kernel;

namespace Mdev.Placement;

/// <summary>
/// Chooses the parent of one device after another. The order is that of the policy; physical devices that are alike in it go by more
/// room and then by name, so that the same host gives the same plan.
/// </summary>
public sealed class Planner
{
    private const int ReasonsShown = 8;

    private readonly HostRoot _host;
    private readonly PlacementRequest _request;
    private readonly Survey _survey;
    private readonly List<PhysicalDevice> _devices;
    private readonly List<MdevDevice> _idle;
    private readonly List<(string Parent, MdevException Why)> _failures = [];
    private int _order;

    /// <summary>Looks at a host for a request.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.NotSupported"/>; <see cref="MdevError.TypeNotFound"/>.</exception>
    /// <param name="host">The host.</param>
    /// <param name="request">The request.</param>
    /// <param name="report">Told of what is broken on the way.</param>
    /// <param name="idle">Devices to hand out again before new ones are made; null for none.</param>
    public Planner(HostRoot host, PlacementRequest request, Action<MdevException> report, IEnumerable<MdevDevice>? idle = null)
    {
        new ParentReader(host, report).RequireSupport();
        (_host, _request, _survey) = (host, request, new Survey(host, report));
        _idle = [.. idle ?? []];
        _devices = _survey.Take(request).OrderBy(d => d.Name, NaturalOrder.Instance).ToList();
    }

    /// <summary>How many devices can be had at most; null when some parent would not say.</summary>
    public int? Room => _devices.Exists(d => IsAllowed(d) && d.IsUncertain) ? null : _idle.Count + _devices.Where(IsAllowed).Sum(d => d.Room);

    /// <summary>The place of the next device, which is counted as taken from then on; null when nothing has room.</summary>
    /// <param name="uuid">The UUID that it must have; null for any.</param>
    public MdevPlacement? Next(Guid? uuid = null)
    {
        if (_idle.Find(d => uuid is null || d.Uuid == uuid) is { } idle)
            return Reuse(idle);
        return Choose() is { } choice ? Take(choice.Device, choice.Function) : null;
    }

    /// <summary>The places of several devices; what has no place is reported.</summary>
    /// <param name="count">How many.</param>
    /// <param name="uuids">The UUIDs that they must have, as far as any are given.</param>
    /// <param name="allOrNothing">Whether there is no plan when not all have a place.</param>
    /// <param name="report">Told what has no place.</param>
    public IEnumerable<MdevPlacement> Plan(int count, IReadOnlyList<Guid> uuids, bool allOrNothing, Action<MdevException> report)
    {
        if (allOrNothing && Room < count)
        {
            report(NoRoom(count, Room.Value));
            yield break;
        }

        for (int i = 0; i < count; i++)
        {
            if (Next(i < uuids.Count ? uuids[i] : null) is not { } placement)
            {
                report(NoRoom(count, i));
                yield break;
            }

            yield return placement;
        }
    }

    /// <summary>Gives a place back that was not used after all.</summary>
    public void Release(MdevPlacement placement)
    {
        _order--;
        if (placement.Reuses is not null)
            return;
        (PhysicalDevice device, PhysicalDevice.Function function) = Find(placement);
        device.GiveBack(function);
    }

    /// <summary>Tells that the device could not be made there, so that another place is found: what its physical device has left is read anew.</summary>
    public void Failed(MdevPlacement placement, MdevException why)
    {
        _failures.Add((placement.Parent, why));
        Release(placement);
        (PhysicalDevice device, PhysicalDevice.Function refused) = Find(placement);
        foreach (PhysicalDevice.Function function in device.Functions)
            function.Available = _survey.Available(function.Place, _request.Type);
        // It says there is room and refuses: whatever its reason, asking again will not help this request.
        refused.IsRuledOut = refused.Available is not 0;
    }

    /// <summary>The error when nothing has room: what was tried, and per physical device why not.</summary>
    public MdevException NoRoom(int wanted, int made)
    {
        // Where there was one place only, what it said itself says it best.
        if (_failures is [var only] && wanted == 1 && _devices is [{ Functions.Count: 1 }])
            return only.Why;
        string head = wanted == 1
            ? $"There is no room for a device of type '{Printable.Text(_request.Type)}' on host '{_host.Root}'."
            : $"There is room for only {made} of {wanted} devices of type '{Printable.Text(_request.Type)}' on host '{_host.Root}'.";
        IEnumerable<string> reasons = _devices.Select(d => WhyNot(d) ?? $"{Printable.Text(d.Name)} has room for {d.Room}");
        string tried = _failures.Count == 0 ? "" : $" Tried and refused: {Listed(_failures.ConvertAll(f => $"{Printable.Text(f.Parent)} ({f.Why.ErrnoName ?? f.Why.Error.ToString()})"))}.";
        return new MdevException(MdevError.NoCapacity, $"{head} {Listed(reasons.ToList())}.{tried}");
    }

    internal ParentPlace PlaceOf(MdevPlacement placement) => Find(placement).Function.Place;

    private (PhysicalDevice Device, PhysicalDevice.Function Function) Find(MdevPlacement placement)
    {
        PhysicalDevice device = _devices.Find(d => d.Functions.Exists(f => f.Place.Name == placement.Parent))!;
        return (device, device.Functions.Find(f => f.Place.Name == placement.Parent)!);
    }

    private static string Listed(List<string> items) =>
        string.Join("; ", items.Take(ReasonsShown)) + (items.Count > ReasonsShown ? $"; and {items.Count - ReasonsShown} more" : "");

    private (PhysicalDevice Device, PhysicalDevice.Function Function)? Choose()
    {
        IEnumerable<PhysicalDevice> fit = _devices.Where(IsAllowed);
        IOrderedEnumerable<PhysicalDevice> byNuma = fit.Where(d => d.Room > 0).OrderBy(d => _request.NumaNode is { } node && d.NumaNode != node);
        PhysicalDevice? best = (_request.Policy == PlacementPolicy.Spread ? byNuma.ThenByDescending(d => d.FreeShare) : byNuma.ThenBy(d => d.FreeShare))
            .ThenByDescending(d => d.Room)
            .FirstOrDefault()
            ?? fit.FirstOrDefault(d => d.IsUncertain);
        return best?.NextFunction is { } function ? (best, function) : null;
    }

    private bool IsAllowed(PhysicalDevice device) => !_request.StrictNuma || _request.NumaNode is null || device.NumaNode == _request.NumaNode;

    private MdevPlacement Reuse(MdevDevice idle)
    {
        _idle.Remove(idle);
        PhysicalDevice? device = _devices.Find(d => d.Functions.Exists(f => f.Place.Name == idle.Parent));
        return new MdevPlacement
        {
            Order = ++_order,
            Type = _request.Type,
            Parent = idle.Parent,
            PhysicalDevice = device?.Name ?? idle.Parent,
            NumaNode = idle.NumaNode,
            RoomBefore = device?.Room,
            RoomAfter = device?.Room,
            Reuses = idle.Uuid,
            Reason = $"reuses device {idle.Uuid}, which nobody has open",
            Root = _host.Root,
        };
    }

    private MdevPlacement Take(PhysicalDevice device, PhysicalDevice.Function function)
    {
        int? before = function.Available is null ? null : device.Room;
        string reason = Reason(device, before);
        device.Take(function);
        return new MdevPlacement
        {
            Order = ++_order,
            Type = _request.Type,
            Parent = function.Place.Name,
            PhysicalDevice = device.Name,
            NumaNode = device.NumaNode,
            RoomBefore = before,
            RoomAfter = before is null ? null : device.Room,
            Reason = reason,
            Root = _host.Root,
        };
    }

    private string Reason(PhysicalDevice device, int? room)
    {
        if (room is null)
            return "the only one left to try; how much room it has could not be read";
        List<PhysicalDevice> others = _devices.Where(d => d != device).ToList();
        if (others.Count == 0)
            return "the only one to choose from";
        string policy = !others.Exists(d => d.Room > 0 && IsAllowed(d)) ? "the only one with room"
            : _request.Policy == PlacementPolicy.Spread ? $"most free ({device.FreeShare * 100:F0}%)"
            : $"least free with room ({device.FreeShare * 100:F0}%)";
        string numa = _request.NumaNode is not { } node ? "" : device.NumaNode == node ? $", on NUMA node {node}" : $", NUMA node {node} has no room";
        string estimate = _order > 0 ? ", earlier ones counted in" : "";
        List<string> passed = others.Where(d => d.Room == 0).Select(WhyNot).OfType<string>().ToList();
        return $"{policy}{numa}{estimate}{(passed.Count == 0 ? "" : "; " + Listed(passed))}";
    }

    private string? WhyNot(PhysicalDevice device)
    {
        string name = Printable.Text(device.Name);
        if (!IsAllowed(device))
            return $"{name} is on NUMA node {device.NumaNode?.ToString(CultureInfo.InvariantCulture) ?? "none"}";
        if (device.Room > 0)
            return null;
        if (device.Functions.TrueForAll(f => f.IsRuledOut))
            return $"{name} refused";
        if (device.MaxInstances is { } most && device.DevicesOfType >= most)
            return $"{name} has {most} already, as many as one can have";
        IEnumerable<string> devices = device.DevicesByType.Where(t => t.Value > 0).Select(t => $"{t.Value} x {Printable.Text(t.Key)}");
        return $"{name} has none available{(device.Devices == 0 ? "" : $", with {string.Join(", ", devices)} on it")}";
    }
}
