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

/// <summary>Completes the names of the attributes in the definitions typed before.</summary>
public sealed class DefinitionAttributeCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new DefinitionReader(host, Ignore).Read(new DefinitionQuery { Uuids = Uuids(bound), Parents = Names(bound, "Parent", typeof(MdevParent)) })
            .SelectMany(definition => definition.Attribute)
            .GroupBy(attribute => attribute.Name)
            .Select(attribute => (attribute.Key, string.Join(", ", attribute.Select(one => one.Value).Distinct())));
}
