using System.Collections;
using Mdev;
using Mdev.Inventory;

namespace MdevPS.Completers;

/// <summary>Completes type ids, of those that a parent typed before offers.</summary>
public sealed class TypeCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new TypeReader(host, Ignore).Read(new TypeQuery { Parents = Typed(bound, "Parent") })
            .GroupBy(t => t.Type)
            .Select(g => (g.Key, $"{g.First().Name ?? g.Key}: {g.Sum(t => t.AvailableInstances ?? 0)} left on {g.Count()} parent{(g.Count() == 1 ? "" : "s")}"));
}
