using System.Collections;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Placement;

namespace MdevPS.Completers;

/// <summary>Completes the names of parents, of those that offer a type typed before.</summary>
public sealed class ParentCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound)
    {
        NameFilter types = Names(bound, "Type", typeof(MdevType));
        return types.IsAll
            ? new ParentReader(host, Ignore).Read(new NameFilter()).Select(p => (p.Parent, $"{p.Driver ?? p.Subsystem ?? "no driver"}, {p.DeviceCount} devices, {p.Types.Length} types"))
            : new TypeReader(host, Ignore).Read(new TypeQuery { Types = types })
                .GroupBy(t => t.Parent)
                .Select(g => (g.Key, string.Join(", ", g.Select(t => $"{t.Type}: {t.AvailableInstances?.ToString() ?? "?"} left"))));
    }
}

/// <summary>Completes the names of the physical devices behind parents.</summary>
public sealed class PhysicalDeviceCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new ParentReader(host, Ignore).Read(Names(bound, "Parent", typeof(MdevParent)))
            .GroupBy(parent => parent.PhysicalDevice)
            .Select(parents => (parents.Key, $"{parents.First().Driver ?? parents.First().Subsystem ?? "no driver"}, {parents.Count()} {(parents.Count() == 1 ? "parent" : "parents")}, {parents.Sum(parent => (long)parent.DeviceCount)} devices"));
}

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

/// <summary>Completes the human names of types, of those that a parent typed before offers.</summary>
public sealed class TypeNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new TypeReader(host, Ignore).Read(new TypeQuery { Parents = Names(bound, "Parent", typeof(MdevParent)), Types = Names(bound, "Type", typeof(MdevType)) })
            .Where(t => t.Name is not null)
            .GroupBy(t => t.Name!)
            .Select(g => (g.Key, string.Join(", ", g.Select(t => t.Type).Distinct())));
}

/// <summary>Completes the UUIDs of devices, of those of a parent and type typed before.</summary>
public sealed class UuidCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new DeviceReader(host, Ignore).Read(new DeviceQuery { Parents = Names(bound, "Parent", typeof(MdevParent)), Types = Names(bound, "Type", typeof(MdevType)) })
            .Select(d => (d.Uuid.ToString(), $"{d.Type} on {d.Parent}, {d.State}"));
}
