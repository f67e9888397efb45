using System.Collections;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace MdevPS.Completers;

/// <summary>Completes type ids, of those that a parent typed before offers.</summary>
public sealed class TypeCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new TypeReader(host, Ignore).Read(new TypeQuery { Parents = Names(bound, "Parent", typeof(MdevParent)) })
            .GroupBy(t => t.Type)
            .Select(g => (g.Key, $"{g.First().Name ?? g.Key}: {Left(g.ToList())}"));

    // What several parents say they have left is no sum where they are functions of one physical device.
    private static string Left(List<MdevType> types) => types is [var only]
        ? $"{only.AvailableInstances?.ToString() ?? "?"} left on {only.Parent}"
        : $"room on {types.Count(t => t.AvailableInstances > 0)} of {types.Count} parents";
}
