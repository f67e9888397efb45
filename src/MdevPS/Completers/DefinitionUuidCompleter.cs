using System.Collections;
using Mdev;
using Mdev.Definitions;
using Mdev.Kernel;
using Mdev.Model;

namespace MdevPS.Completers;

/// <summary>Completes the UUIDs of definitions, of those of a parent and type typed before.</summary>
public sealed class DefinitionUuidCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new DefinitionReader(host, Ignore).Read(new DefinitionQuery { Parents = Names(bound, "Parent", typeof(MdevParent)), Types = Names(bound, "Type", typeof(MdevType)) })
            .Select(d => (d.Uuid.ToString(), $"{d.Type} on {d.Parent}, {d.State}"));
}
