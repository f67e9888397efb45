using System.Collections;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

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
