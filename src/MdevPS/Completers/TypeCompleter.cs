using System.Collections;
using Mdev;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Placement;

namespace MdevPS.Completers;

/// <summary>
/// Completes type ids, of those that a parent or physical device typed before offers; and human names, of which any part may be typed.
/// </summary>
public sealed class TypeCompleter : HostCompleter
{
    private HashSet<string> _ids = [];

    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound)
    {
        ILookup<string, MdevCapacity> byType = new CapacityReader(host, Ignore)
            .Read(new TypeQuery { Parents = Names(bound, "Parent", typeof(MdevParent)), PhysicalDevices = PhysicalDevices(bound) })
            .ToLookup(capacity => capacity.Type);
        _ids = [.. byType.Select(type => type.Key)];
        return byType.Select(type => (type.Key, $"{type.First().Name ?? type.Key}: {Left(type.ToList())}"))
            .Concat(byType.Where(type => type.First().Name is { } name && name != type.Key).Select(type => (type.First().Name!, $"{type.Key}: {Left(type.ToList())}")));
    }

    // Names come where no id is meant.
    private protected override bool Fits(string name, string typed) =>
        _ids.Contains(name) ? base.Fits(name, typed) : typed.Length > 0 && name.Contains(typed, StringComparison.OrdinalIgnoreCase);

    private static string Left(List<MdevCapacity> rooms) =>
        $"room for {(rooms.Exists(room => room.Room is null) ? "an unknown number" : rooms.Sum(room => (long)room.Room!))} on {(rooms is [var only] ? only.PhysicalDevice : $"{rooms.Count} physical devices")}";
}
