using Mdev.Attributes;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Placement;

namespace Mdev.Lifecycle;

/// <summary>
/// Makes as many devices as asked for, each where the planner says. The kernel's answer is the truth: a place that somebody else was
/// quicker to take, or that a vendor's rule forbids, is passed over for the next.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of every failure of one device; the others go on.</param>
/// <param name="decide">Asked just before each device is made, or handed out again.</param>
/// <param name="idle">The devices that can be handed out again, each once for all requests.</param>
public sealed class DeviceAllocator(HostRoot host, Action<MdevException> report, Func<MdevPlacement, Guid, Decision> decide, IdleDevices? idle = null)
{
    private readonly IdleDevices _idle = idle ?? new IdleDevices(host, host.Trace);
    private readonly DeviceCreator _creator = new(host, report);
    private readonly InitialAttributes _attributes = new(host, report);
    private bool _pretends;

    /// <summary>Makes the devices, each handed out as soon as it is there.</summary>
    /// <exception cref="MdevException">Nothing can be made at all: no such type, no mediated device bus, no permission, not a live host.</exception>
    public IEnumerable<MdevDevice> Make(CreateRequest request, CancellationToken cancel)
    {
        foreach (AttributeValue attribute in request.Attributes)
            VendorAttributes.RequireVendorName(attribute.Name);
        if (request.Reuse && request.Attributes.Count > 0)
            throw new MdevException(MdevError.InvalidArgument, "Attributes are given to new devices only, and what attributes an idle one has been given cannot be known: ask for attributes or for reuse.");
        var planner = new Planner(host, request.Placement, report, request.Reuse ? _idle.Of(request.Placement, request.Uuids, cancel) : null, cancel);
        return request.AllOrNothing ? MakeAll(planner, request, cancel) : MakeEach(planner, request, report, cancel);
    }

    private List<MdevDevice> MakeAll(Planner planner, CreateRequest request, CancellationToken cancel)
    {
        // Parents that cannot make them all together will not, and nothing needs to come and go again to know it.
        MdevException? failure = planner.LacksRoom(request.Count);
        var made = new List<MdevDevice>();
        try
        {
            if (failure is null)
                made.AddRange(MakeEach(planner, request, e => failure = e, cancel));
        }
        catch (MdevException e)
        {
            failure = e;
        }
        catch
        {
            // Who is told of a fault, traces or decides may end everything, as PowerShell does with a stopped pipeline.
            _ = Undo(made);
            throw;
        }

        if (failure is null && !cancel.IsCancellationRequested)
            return made;
        string undone = Undo(made);
        if (failure is not null)
            report(new MdevException(failure.Error, $"{failure.Message} All or nothing was asked for: {undone}", failure.Path, failure) { Uuid = failure.Uuid });
        return [];
    }

    private IEnumerable<MdevDevice> MakeEach(Planner planner, CreateRequest request, Action<MdevException> failed, CancellationToken cancel)
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
            if (MakeOne(planner, request, given, Fail, out bool isFull, cancel) is { } device)
                yield return device;
            if (isFull)
            {
                failed(planner.NoRoom(request.Count, _pretends));
                yield break;
            }
        }
    }

    // Null when the device was left out or failed by itself; isFull when no place is left for this and any later one.
    private MdevDevice? MakeOne(Planner planner, CreateRequest request, Guid? given, Action<MdevException> failed, out bool isFull, CancellationToken cancel)
    {
        isFull = false;
        // Not left to the kernel's EEXIST alone, which a parent without room never comes to.
        if (given is { } wanted && planner.Taken(wanted) is { } taken)
        {
            failed(taken);
            return null;
        }

        while (!cancel.IsCancellationRequested)
        {
            if (planner.Next(given) is not { } placement)
            {
                isFull = true;
                return null;
            }

            Guid uuid = placement.Reuses ?? given ?? Guid.NewGuid();
            Decision decision = decide(placement, uuid);
            if (decision == Decision.Leave)
            {
                planner.Release(placement);
                if (request.AllOrNothing)
                    failed(new MdevException(MdevError.Declined, $"The device of type '{Printable.Text(request.Placement.Type)}' on parent '{Printable.Text(placement.Parent)}' was declined."));
                return null;
            }

            _idle.Take(uuid);
            if (decision == Decision.Pretend)
            {
                _pretends = true;
                return null;
            }

            if (placement.Reuses is not null && HandOut(uuid) is { } reused)
                return reused;
            if (placement.Reuses is not null)
            {
                planner.Release(placement);
                continue;
            }

            try
            {
                MdevDevice device = _creator.Create(planner.PlaceOf(placement), request.Placement.Type, uuid, cancel);
                _attributes.Set(device, request.Attributes, cancel);
                return device;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return null;
            }
            catch (MdevException e) when (e.Error is MdevError.AttributeFailed or MdevError.DeviceNotFound)
            {
                // It was made and is no more; that is about this one device only.
                planner.Release(placement);
                failed(e);
                return null;
            }
            catch (MdevException e) when (e.Error == MdevError.UuidExists)
            {
                planner.Release(placement);
                if (given is null)
                    continue;
                failed(e);
                return null;
            }
            catch (MdevException e) when (e.Error is MdevError.NoCapacity or MdevError.WriteRefused or MdevError.TypeNotFound)
            {
                host.Trace($"'{placement.Parent}' refused the device ({e.ErrnoName ?? e.Error.ToString()}); looking for another place.");
                planner.Failed(placement, e);
            }
        }

        return null;
    }

    // Null when it went away meanwhile.
    private MdevDevice? HandOut(Guid uuid)
    {
        host.Trace($"Handing out device {uuid}, which nobody has open.");
        return new DeviceReader(host, report).Find(uuid) is { } device ? device with { Reused = true } : null;
    }

    private string Undo(List<MdevDevice> made)
    {
        made.RemoveAll(device => device.Reused);
        if (made.Count == 0)
            return "nothing was made.";
        var remover = new DeviceRemover(host.Silent, _ => { });
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

        return left.Count == 0 ? $"the {made.Count} made before were removed again." : $"these could not be removed again: {string.Join(", ", left)}.";
    }
}
