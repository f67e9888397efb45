using System.Collections;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace MdevPS.Completers;

/// <summary>Completes the human names of types, of those that a parent typed before offers.</summary>
public sealed class TypeNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new TypeReader(host, Ignore).Read(new TypeQuery { Parents = Names(bound, "Parent", typeof(MdevParent)), Types = Names(bound, "Type", typeof(MdevType)) })
            .Where(t => t.Name is not null)
            .GroupBy(t => t.Name!)
            .Select(g => (g.Key, string.Join(", ", g.Select(t => t.Type).Distinct())));
}
