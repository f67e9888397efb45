using System.Collections;
using Mdev;
using Mdev.Attributes;
using Mdev.Kernel;
using Mdev.Model;

namespace MdevPS.Completers;

/// <summary>Completes the names of vendor attributes, of the devices, types or parents typed before.</summary>
public class AttributeCompleter : HostCompleter
{
    /// <summary>Whether an attribute can be meant.</summary>
    private protected virtual bool Fits(MdevAttribute attribute) => true;

    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound)
    {
        var owners = new AttributeOwners { Uuids = Uuids(bound), Types = Names(bound, "Type", typeof(MdevType)), Parents = Names(bound, "Parent", typeof(MdevParent)) };
        return owners.On(host, Ignore)
            .SelectMany(owner => new VendorAttributes(host, Ignore).Read(owner, new NameFilter()))
            .Where(Fits)
            .GroupBy(attribute => attribute.Name)
            .Select(g => (g.Key, g.First() is var first && first.Value is null ? $"{first.Access}" : $"{first.Access}: {first.Value}"));
    }
}

/// <summary>The same of those that can be set.</summary>
public sealed class SettableAttributeCompleter : AttributeCompleter
{
    private protected override bool Fits(MdevAttribute attribute) => attribute.Access != AttributeAccess.ReadOnly;
}
