using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Vfio;

namespace Mdev.Placement;

/// <summary>
/// The devices of a host that can be handed out again: bound to their driver, and known to be open nowhere. One is handed out once; nothing keeps
/// another caller from taking the same, and the device of a VM that is shut down looks as idle as any.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="warn">Told when it cannot be known of all devices whether they are in use.</param>
public sealed class IdleDevices(HostRoot host, Action<string> warn)
{
    private readonly HashSet<Guid> _taken = [];
    private UserScan? _scan;

    /// <summary>The idle devices that a request allows, those on the preferred NUMA node first.</summary>
    /// <param name="request">The request.</param>
    /// <param name="uuids">Which devices they may be; empty for any.</param>
    /// <param name="cancel">Stops the look at the processes.</param>
    public IReadOnlyList<MdevDevice> Of(PlacementRequest request, IReadOnlyList<Guid> uuids, CancellationToken cancel)
    {
        List<MdevDevice> candidates = Existing(request, uuids)
            .Where(d => d.State == MdevDeviceState.Active && !_taken.Contains(d.Uuid))
            .Where(d => !request.StrictNuma || request.NumaNode is null || d.NumaNode == request.NumaNode)
            .ToList();
        if (candidates.Count == 0)
            return [];
        _scan ??= UserScan.Of(host, cancel);
        List<MdevDevice> idle = candidates.FindAll(d => _scan.UsersOf(d) is { Length: 0 });
        if (_scan.Blind is not null)
            warn($"Devices of host '{host.Root}' of which it is unknown whether they are in use are not reused: {_scan.Blind}.");
        return idle
            .OrderBy(d => request.NumaNode is not null && d.NumaNode != request.NumaNode)
            .ThenBy(d => d.Parent, NaturalOrder.Instance)
            .ThenBy(d => d.Uuid)
            .ToList();
    }

    /// <summary>Remembers that a device was handed out, whether it was there before or made for it.</summary>
    public void Take(Guid uuid) => _taken.Add(uuid);

    private IEnumerable<MdevDevice> Existing(PlacementRequest request, IReadOnlyList<Guid> uuids)
    {
        // What is broken or missing is told by whoever looks for a place.
        static void Ignore(MdevException exception) => _ = exception;

        var reader = new DeviceReader(host, Ignore);
        var query = new DeviceQuery { Uuids = uuids, Types = NameFilter.Of(request.Type), Parents = request.Parents, PhysicalDevices = request.PhysicalDevices };
        return reader.Read(query);
    }
}
