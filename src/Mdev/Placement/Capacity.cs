using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Placement;

/// <summary>How much of a type a physical device can still have, by the rules that placement goes by, and how much it has.</summary>
public sealed class MdevCapacity : Snapshot
{
    /// <summary>The type id.</summary>
    public required string Type { get; init; }

    /// <summary>The vendor's human name; null on drivers that give none.</summary>
    public string? Name { get; init; }

    /// <summary>The physical device.</summary>
    public required string PhysicalDevice { get; init; }

    /// <summary>By which interface it offers devices: one of <see cref="MdevInterface"/>.</summary>
    public required string Interface { get; init; }

    /// <summary>Graphics memory of one device of the type, in bytes.</summary>
    public long? FramebufferBytes { get; init; }

    /// <summary>The same, in bytes; tables show it as <c>4 GiB</c>.</summary>
    public long? Memory => FramebufferBytes;

    /// <summary>The NUMA node it is attached to; null when the platform names none.</summary>
    public int? NumaNode { get; init; }

    /// <summary>How many devices of the type one physical device can have in all.</summary>
    public int? MaxInstances { get; init; }

    /// <summary>How many more of the type could be made now; null when it does not say, or cannot be known beforehand.</summary>
    public int? Room { get; init; }

    /// <summary>How many devices of the type it has.</summary>
    public required int Devices { get; init; }

    /// <summary>The root of the host.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Type} on {PhysicalDevice}";
}

/// <summary>Reads what the physical devices of a host can still have. The devices of each are read once, whatever the number of its types.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
public sealed class CapacityReader(HostRoot host, Action<MdevException> report)
{
    /// <summary>Reads the capacities, physical device by physical device and in each by type, both in natural order.</summary>
    /// <param name="query">Which types, parents and physical devices. A type without wildcards that nothing offers is reported.</param>
    /// <param name="numaNode">Only physical devices of this NUMA node; null for all.</param>
    /// <param name="cancel">Ends the reading before the next type.</param>
    public IEnumerable<MdevCapacity> Read(TypeQuery query, int? numaNode = null, CancellationToken cancel = default)
    {
        List<HostParent> parents = new ParentFinder(host, report).Named(query.Parents, query.PhysicalDevices).ToList();
        NameFilter types = TypeReader.Settle(query.Types, parents, cancel);
        var survey = new Survey(host, report);
        foreach (IGrouping<string, HostParent> functions in parents.GroupBy(parent => parent.PhysicalPath).OrderBy(group => group.First().PhysicalDevice, NaturalOrder.Instance))
        {
            if (numaNode is not null && functions.First().NumaNode(report) != numaNode)
                continue;
            foreach (MdevCapacity capacity in OfOne(functions.ToList(), types, survey, cancel))
                yield return capacity;
        }

        if (!cancel.IsCancellationRequested)
        {
            foreach (MdevException missing in new TypeReader(host, report).NotOffered(types, parents))
                report(missing);
        }
    }

    private IEnumerable<MdevCapacity> OfOne(List<HostParent> functions, NameFilter types, Survey survey, CancellationToken cancel)
    {
        var offering = new SortedDictionary<string, List<HostParent>>(NaturalOrder.Instance);
        foreach (HostParent function in functions)
        {
            foreach (string type in function.TypeIds(report).Where(types.Matches))
            {
                if (!offering.TryGetValue(type, out List<HostParent>? those))
                    offering.Add(type, those = []);
                those.Add(function);
            }
        }

        SortedDictionary<string, int> devices = survey.DevicesOn(functions[0]);
        foreach ((string type, List<HostParent> those) in offering)
        {
            if (cancel.IsCancellationRequested)
                yield break;
            Candidate candidate = survey.Look(those, type, devices);
            MdevType? described = those[0].Types(new TypeQuery { Types = NameFilter.Of(type) }, report, cancel).FirstOrDefault();
            yield return new MdevCapacity
            {
                Type = type,
                Name = described?.Name,
                PhysicalDevice = candidate.Name,
                Interface = those[0].Interface,
                FramebufferBytes = candidate.FramebufferBytes,
                NumaNode = candidate.NumaNode,
                MaxInstances = candidate.MaxInstances,
                Room = candidate.IsUncertain || (candidate.Uncertainty is not null && candidate.Room > 0) ? null : candidate.Room,
                Devices = devices.GetValueOrDefault(type),
                Root = host.Root,
            };
        }
    }
}
