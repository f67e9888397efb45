using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Placement;

namespace Mdev.Lifecycle;

/// <summary>Which devices to make.</summary>
public sealed record CreateRequest
{
    /// <summary>What they are and where they may go.</summary>
    public required PlacementRequest Placement { get; init; }

    /// <summary>How many.</summary>
    public int Count { get; init; } = 1;

    /// <summary>How many there shall be in all, with those that are there and work; null for <see cref="Count"/> new ones.</summary>
    public int? Total { get; init; }

    /// <summary>Whether a device of a given UUID that is there already, of the type and where it may be, is as good as a new one.</summary>
    public bool IfMissing { get; init; }

    /// <summary>Their UUIDs; empty for new ones.</summary>
    public IReadOnlyList<Guid> Uuids { get; init; } = [];

    /// <summary>The attributes that each new device is given, in this order.</summary>
    public IReadOnlyList<AttributeValue> Attributes { get; init; } = [];

    /// <summary>Whether idle devices of the type are handed out before new ones are made.</summary>
    public bool Reuse { get; init; }

    /// <summary>Whether none is made when not all can be.</summary>
    public bool AllOrNothing { get; init; }
}

/// <summary>What is to be done with a device that could be made now.</summary>
public enum Decision
{
    /// <summary>Make it.</summary>
    Make,

    /// <summary>Leave it out; its place is free for another.</summary>
    Leave,

    /// <summary>Act as if it had been made, so that the places of the others come out as they would.</summary>
    Pretend,
}

/// <summary>A device that is about to be made.</summary>
/// <param name="Uuid">The UUID that it will have.</param>
/// <param name="Type">Its type id.</param>
/// <param name="Parent">The parent that it is made on.</param>
/// <param name="Attributes">The attributes that it will be given, in this order.</param>
public sealed record NewDevice(Guid Uuid, string Type, string Parent, IReadOnlyList<AttributeValue> Attributes);

/// <summary>
/// Makes as many devices as asked for, each where the planner says. The kernel's answer is the truth: a place that somebody else was
/// quicker to take, or that a vendor's rule forbids, is passed over for the next.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of every failure of one device; the others go on.</param>
/// <param name="decide">Asked just before each device is made, or handed out again.</param>
/// <param name="idle">The devices that can be handed out again, each once for all requests.</param>
/// <param name="around">What makes each new device, by calling the action that it is given, or refuses with <see cref="MdevError.CalloutRefused"/>; null to make it and no more.</param>
/// <param name="warn">Told what the caller should know although nothing failed.</param>
public sealed class DeviceAllocator(
    HostRoot host, Action<MdevException> report, Func<MdevPlacement, Guid, Decision> decide, IdleDevices? idle = null, Action<NewDevice, Action>? around = null, Action<string>? warn = null)
{
    private readonly IdleDevices _idle = idle ?? new IdleDevices(host, host.Trace);
    private readonly DeviceCreator _creator = new(host);
    private bool _pretends;

    /// <summary>Makes the devices, each handed out as soon as it is there.</summary>
    /// <exception cref="MdevException">The request cannot be begun: no such type, no interface for such devices, arguments that contradict each other.</exception>
    public IEnumerable<MdevDevice> Make(CreateRequest request, CancellationToken cancel)
    {
        foreach (AttributeValue attribute in request.Attributes)
            VendorAttributes.RequireVendorName(attribute.Name);
        if (request.Reuse && request.Attributes.Count > 0)
            throw new MdevException(MdevError.InvalidArgument, "Attributes are given to new devices only, and what attributes an idle one has been given cannot be known: ask for attributes or for reuse.");
        List<MdevDevice> there = request.Total is null ? [] : Working(request.Placement).ToList();
        if (request.Total is { } total)
            request = request with { Count = total - there.Count };
        if (request.Count < 0)
            warn?.Invoke($"There are {there.Count} devices of type {Printable.Text(request.Placement.Type)}, {-request.Count} more than asked for. All of them are given, and none is removed.");
        return there.Concat(request.Count <= 0 ? [] : MakeMissing(request, cancel));
    }

    private IEnumerable<MdevDevice> MakeMissing(CreateRequest request, CancellationToken cancel)
    {
        var planner = new Planner(host, request.Placement, report, request.Reuse ? _idle.Of(request.Placement, request.Uuids, cancel) : null, cancel);
        return request.AllOrNothing ? MakeAll(planner, request, cancel) : MakeEach(planner, request, report, _ => { }, cancel);
    }

    // The devices that count for a total: in use or not, but neither unbound nor on their way out.
    private IEnumerable<MdevDevice> Working(PlacementRequest placement) =>
        new DeviceReader(host, report).Read(new DeviceQuery { Types = NameFilter.Of(placement.Type), Parents = placement.Parents, PhysicalDevices = placement.PhysicalDevices })
            .Where(device => device.State == MdevDeviceState.Active && (placement.NumaNode is null || device.NumaNode == placement.NumaNode))
            .Select(device => new MdevDevice(device) { Reused = true });

    // The device of a given UUID, when it is there and is what was asked for.
    private MdevDevice? AlreadyThere(CreateRequest request, Guid uuid)
    {
        var query = new DeviceQuery { Uuids = [uuid], Types = NameFilter.Of(request.Placement.Type), Parents = request.Placement.Parents, PhysicalDevices = request.Placement.PhysicalDevices };
        return new DeviceReader(host, _ => { }).Read(query).FirstOrDefault(device => device.State == MdevDeviceState.Active) is { } device ? new MdevDevice(device) { Reused = true } : null;
    }

    private List<MdevDevice> MakeAll(Planner planner, CreateRequest request, CancellationToken cancel)
    {
        // Parents that cannot make them all together will not, and nothing needs to come and go again to know it.
        MdevException? failure = planner.LacksRoom(request.Count);
        var made = new List<MdevDevice>();
        try
        {
            // A device is remembered as soon as it is there, before anything else can end the call.
            if (failure is null)
                _ = MakeEach(planner, request, e => failure ??= e, made.Add, cancel).Count();
        }
        catch (MdevException e)
        {
            failure = e;
        }
        catch
        {
            // A listener may end everything at any word, as a stopped pipeline does.
            _ = Undo(made);
            throw;
        }

        if (failure is null && !cancel.IsCancellationRequested)
            return made;
        string undone = Undo(made);
        if (failure is not null)
            report(new MdevException(failure.Error, $"{failure.Message} All or nothing was asked for: {undone}", failure, tellsCause: true));
        return [];
    }

    private IEnumerable<MdevDevice> MakeEach(Planner planner, CreateRequest request, Action<MdevException> failed, Action<MdevDevice> made, CancellationToken cancel)
    {
        bool isOver = false;
        void Fail(MdevException e)
        {
            isOver |= request.AllOrNothing;
            failed(e);
        }

        for (int i = 0; i < request.Count && !isOver && !cancel.IsCancellationRequested; i++)
        {
            Guid? given = i < request.Uuids.Count ? request.Uuids[i] : null;
            MadeDevice? device = MakeOne(planner, request, given, Fail, made, out bool isFull, cancel);
            if (device is not null)
            {
                // The device is told before what is wrong with it: to tell of a fault may end everything.
                yield return device.Device;
                foreach (MdevException fault in device.Faults)
                    report(fault);
            }

            if (isFull)
            {
                failed(planner.NoRoom(request.Count, _pretends));
                yield break;
            }
        }
    }

    // Null when the device was left out or failed by itself; isFull when no place is left for this and any later one.
    private MadeDevice? MakeOne(
        Planner planner, CreateRequest request, Guid? given, Action<MdevException> failed, Action<MdevDevice> made, out bool isFull, CancellationToken cancel)
    {
        isFull = false;
        if (request.IfMissing && given is { } known && AlreadyThere(request, known) is { } there)
        {
            made(there);
            return new MadeDevice(there, []);
        }

        // Not left to the kernel's EEXIST alone, which a parent without room never comes to.
        if (given is { } wanted && planner.WhyNot(wanted) is { } why)
        {
            failed(why);
            return null;
        }

        bool hasCollided = false;
        while (!cancel.IsCancellationRequested)
        {
            if (planner.Next(given) is not { } place)
            {
                isFull = true;
                return null;
            }

            Guid uuid = place.Placement.Reuses ?? given ?? place.Parent?.FixedUuid ?? Guid.NewGuid();
            Decision decision = decide(place.Placement, uuid);
            if (decision == Decision.Leave)
            {
                planner.Release(place);
                if (request.AllOrNothing)
                    failed(new MdevException(MdevError.Declined, $"The device of type '{Printable.Text(request.Placement.Type)}' on parent '{Printable.Text(place.Placement.Parent)}' was declined."));
                return null;
            }

            _idle.Take(uuid);
            if (decision == Decision.Pretend)
            {
                _pretends = true;
                return null;
            }

            if (place.Placement.Reuses is not null)
            {
                if (HandOut(uuid, place.Placement) is { } reused)
                {
                    made(reused);
                    return new MadeDevice(reused, []);
                }

                planner.Release(place);
                continue;
            }

            try
            {
                MadeDevice device = MakeAt(place.Parent!, request, uuid, made, cancel);
                planner.Made(place);
                return device;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return null;
            }
            catch (MdevException e) when (e.Error is MdevError.AttributeFailed or MdevError.DeviceNotFound or MdevError.CalloutRefused)
            {
                // It was made and is no more, or may not be made; that is about this one device only.
                planner.Release(place);
                failed(e);
                return null;
            }
            catch (MdevException e) when (e.Error == MdevError.UuidExists)
            {
                if (given is null)
                {
                    // With a UUID that was made up the same place will do, but not a second time: two such UUIDs that are taken are no chance. Where the place
                    // gives the UUID, somebody else has the place now.
                    if (place.Parent!.FixedUuid is null && !hasCollided)
                        planner.Release(place);
                    else
                        planner.Failed(place, e);
                    hasCollided = true;
                    continue;
                }

                planner.Release(place);
                failed(e);
                return null;
            }
            catch (MdevException e) when (e.Error is MdevError.NoCapacity or MdevError.WriteRefused or MdevError.TypeNotFound
                or MdevError.PermissionDenied or MdevError.ReadOnly or MdevError.NotLive or MdevError.BrokenEntry or MdevError.AttributeUnreadable)
            {
                host.Trace($"'{Printable.Text(place.Placement.Parent)}' refused the device ({e.Finding ?? e.ErrnoName ?? e.Error.ToString()}); looking for another place.");
                planner.Failed(place, e);
            }
        }

        return null;
    }

    private MadeDevice MakeAt(HostParent parent, CreateRequest request, Guid uuid, Action<MdevDevice> made, CancellationToken cancel)
    {
        MadeDevice? device = null;
        if (around is null)
            MakeIt();
        else
            around(new NewDevice(uuid, request.Placement.Type, parent.Name, request.Attributes), MakeIt);
        return device!;

        void MakeIt()
        {
            MadeDevice bare = _creator.Create(parent, request.Placement.Type, uuid, cancel);
            var faults = new List<MdevException>(bare.Faults);
            new InitialAttributes(host, faults.Add).Set(bare.Device, request.Attributes, cancel);
            made(bare.Device);
            device = bare with { Faults = faults };
        }
    }

    // Null when it went away meanwhile, or is not what it was: a function may have been given another type since.
    private MdevDevice? HandOut(Guid uuid, MdevPlacement place)
    {
        host.Trace($"Handing out device {uuid}, which nobody has open.");
        return new DeviceReader(host, report).Find(uuid, place.Parent) is { State: MdevDeviceState.Active } device && device.Type == place.Type && device.Parent == place.Parent ? new MdevDevice(device) { Reused = true } : null;
    }

    private string Undo(List<MdevDevice> made)
    {
        made.RemoveAll(device => device.Reused);
        if (made.Count == 0)
            return "nothing was made.";
        var remover = new DeviceRemover(host.Untraced, _ => { });
        var left = new List<string>();
        foreach (MdevDevice device in made)
        {
            try
            {
                remover.Remove(device);
            }
            catch (MdevException e)
            {
                left.Add($"{device.Uuid} ({e.Error})");
            }
        }

        return left.Count == 0 ? $"the {(made.Count == 1 ? "one" : $"{made.Count}")} made before {(made.Count == 1 ? "was" : "were")} removed again."
            : $"these could not be removed again: {string.Join(", ", left)}.";
    }
}
