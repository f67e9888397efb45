using System.Collections;
using System.Globalization;
using Mdev;
using Mdev.Attributes;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Placement;
using MdevPS.Binding;

namespace MdevPS.Completers;

/// <summary>Completes the names of parents; where a type was typed before, of those that offer it, those with room first.</summary>
public sealed class ParentCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound)
    {
        NameFilter types = Names(bound, "Type", typeof(MdevType));
        if (types.IsAll)
            return new ParentReader(host, Ignore).Read(new NameFilter()).Select(p => (p.Parent, $"{p.Driver ?? p.Subsystem ?? "no driver"}, {Printable.Counted(p.DeviceCount, "device")}, {Printable.Counted(p.Types.Length, "type")}"));
        // A function may say that it has one left when its physical device has none.
        var room = new CapacityReader(host, Ignore).Read(new TypeQuery { Types = types }).ToDictionary(capacity => (capacity.Type, capacity.PhysicalDevice), capacity => capacity.Room);
        return new TypeReader(host, Ignore).Read(new TypeQuery { Types = types })
            .Select(type => (type.Parent, type.Type, Left: Least(type.AvailableInstances, room.GetValueOrDefault((type.Type, type.PhysicalDevice)))))
            .GroupBy(type => type.Parent)
            .OrderBy(parent => parent.All(type => type.Left == 0))
            .Select(parent => (parent.Key, string.Join(", ", parent.Select(type => $"{type.Type}: {type.Left?.ToString(CultureInfo.InvariantCulture) ?? "?"} left"))));
    }

    private static int? Least(int? one, int? other) => one is null || other is null ? one ?? other : Math.Min(one.Value, other.Value);
}

/// <summary>Completes the names of the physical devices behind parents.</summary>
public sealed class PhysicalDeviceCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new ParentReader(host, Ignore).Read(Names(bound, "Parent", typeof(MdevParent)))
            .GroupBy(parent => parent.PhysicalDevice)
            .Select(parents => (parents.Key, $"{parents.First().Driver ?? parents.First().Subsystem ?? "no driver"}, {Printable.Counted(parents.Count(), "parent")}, {Printable.Counted(parents.Sum(parent => (long)parent.DeviceCount), "device")}"));
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

/// <summary>Completes the NUMA nodes that physical devices are on.</summary>
public sealed class NumaNodeCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new ParentReader(host, Ignore).Read(Names(bound, "Parent", typeof(MdevParent)))
            .Where(parent => parent.NumaNode is not null)
            .GroupBy(parent => parent.NumaNode!.Value)
            .OrderBy(node => node.Key)
            .Select(node => (node.Key.ToString(CultureInfo.InvariantCulture), string.Join(", ", node.Select(parent => parent.PhysicalDevice).Distinct())));
}

/// <summary>Completes the kinds of VFIO devices that a VM can be given.</summary>
public sealed class DeviceApiCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        [("vfio-pci", "a PCI device"), ("vfio-ccw", "a channel device of s390"), ("vfio-ap", "crypto adapters of s390"), ("vfio-platform", "a platform device")];
}

/// <summary>Completes a dictionary with a vendor attribute that can be written to a device of the type typed before, as far as there is a device that shows it.</summary>
public sealed class AttributePairCompleter : HostCompleter
{
    private protected override string Text(string name) => $"@{{ {Quoting.Quote(name)} = '' }}";

    private protected override bool Fits(string name, string typed) => name.Contains(typed.Trim('@', '{', ' ', '\''), StringComparison.OrdinalIgnoreCase);

    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new DeviceReader(host, Ignore).Read(new DeviceQuery { Types = Names(bound, "Type", typeof(MdevType)), Uuids = Uuids(bound) })
            .DistinctBy(device => device.Type)
            .SelectMany(device => new VendorAttributes(host, Ignore).Read(AttributeOwner.Of(device), new NameFilter()))
            .Where(attribute => attribute.Access != AttributeAccess.ReadOnly)
            .DistinctBy(attribute => attribute.Name)
            .Select(attribute => (attribute.Name, attribute.Value is null ? attribute.Access : $"{attribute.Access}: {attribute.Value}"));
}

/// <summary>Completes the UUIDs of devices, of those of a parent and type typed before.</summary>
public sealed class UuidCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new DeviceReader(host, Ignore).Read(new DeviceQuery { Parents = Names(bound, "Parent", typeof(MdevParent)), Types = Names(bound, "Type", typeof(MdevType)) })
            .Select(d => (d.Uuid.ToString(), $"{d.Type} on {d.Parent}, {d.State}"));
}
