using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Placement;

/// <summary>Says why a device goes where it goes, and why no more of them can be had.</summary>
internal sealed class Reasons(HostRoot host, PlacementRequest request, IReadOnlyList<Candidate> devices)
{
    private const int Shown = 8;

    public string For(Candidate device, int? room, bool isEstimate)
    {
        string uncertain = device.Uncertainty is { } why ? $"; {why}" : "";
        if (room is null && device.Uncertainty is null)
            return "the only one left to try; how much room it has could not be read";
        List<Candidate> others = devices.Where(d => d != device).ToList();
        if (others.Count == 0)
            return $"the only one to choose from{uncertain}";
        string policy = !others.Exists(d => d.Room > 0 && request.Allows(d)) ? "the only one with room"
            : request.Policy == PlacementPolicy.Spread ? $"most free ({device.FreeShare * 100:F0}%)"
            : $"least free with room ({device.FreeShare * 100:F0}%)";
        string numa = request.NumaNode is not { } node ? "" : device.NumaNode == node ? $", on NUMA node {node}"
            : devices.Any(d => d.NumaNode == node) ? $", NUMA node {node} has no room"
            : $", nothing is on NUMA node {node}";
        string estimate = isEstimate ? ", earlier ones counted in" : "";
        List<string> passed = others.Where(d => d.Room == 0).Select(d => WhyNot(d)).OfType<string>().ToList();
        return $"{policy}{numa}{estimate}{uncertain}{(passed.Count == 0 ? "" : "; " + Listed(passed))}";
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

    private static string Listed(List<string> items) =>
        string.Join("; ", items.Take(Shown)) + (items.Count > Shown ? $"; and {items.Count - Shown} more" : "");

    private static string Counted(IEnumerable<KeyValuePair<string, int>> devices) => string.Join(", ", devices.Select(t => $"{t.Value} x {Printable.Text(t.Key)}"));

    // Where one function of several was asked for, it is this function that has no room, and others may.
    private string? OnlyFunction(Candidate device)
    {
        if (device.Functions is not [{ Parent: var parent }] || parent.Name == device.Name)
            return null;
        string name = Printable.Text(parent.Name);
        string[] on = parent.TypesInUse(_ => { }).Select(type => Printable.Text(type)).ToArray();
        int others = parent.Siblings(_ => { }).Where(sibling => sibling.Name != parent.Name && sibling.Offers(request.Type)).Sum(sibling => sibling.Available(request.Type, _ => { }) ?? 0);
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
        if (device.Functions.TrueForAll(f => f.IsRuledOut))
            return $"{name} refused";
        if (OnlyFunction(device) is { } only)
            return only;
        string planned = isPlan && device.Placed > 0 ? $", {device.Placed} of them planned" : "";
        if (device.MaxInstances is { } most && device.DevicesOfSize.Sum(t => t.Value) >= most)
            return $"{name} is full with {Counted(device.DevicesOfSize)}{planned}";
        if (device.Devices == 0 && device.Functions is [{ Parent: var first }, ..] && first.WhyNone(request.Type) is { } why)
            return $"{name} has none available: {why}";
        return $"{name} has none available{(device.Devices == 0 ? "" : $" beside {Counted(device.DevicesByType.Where(t => t.Value > 0))}{planned}")}";
    }
}
