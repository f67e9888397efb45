using System.Management.Automation;
using Mdev;
using Mdev.Attributes;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>What the cmdlets for vendor attributes have in common: whose attributes are meant. Of devices where UUIDs are given, else of types, else of parents.</summary>
public abstract class AttributeCommand : MdevCommand
{
    /// <summary>UUIDs of devices.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [UuidOf]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[]? Uuid { get; set; }

    /// <summary>Parents, or the parents of the types; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [NameOf(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Type ids; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [NameOf(typeof(MdevType))]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <inheritdoc/>
    protected override object? Target => (object?)Uuid ?? Type ?? Parent;

    /// <summary>Finds whose attributes are meant.</summary>
    private protected IEnumerable<AttributeOwner> Owners(HostRoot host) =>
        new AttributeOwners { Uuids = Uuid ?? [], Types = NamePatterns.Filter(Type), Parents = NamePatterns.Filter(Parent) }.On(host, Report);
}
