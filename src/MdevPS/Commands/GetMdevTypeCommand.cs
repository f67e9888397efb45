using System.Management.Automation;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets the types of mediated devices that parents can make.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.Type)]
[OutputType(typeof(MdevType))]
public sealed class GetMdevTypeCommand : MdevCommand
{
    /// <summary>Type ids; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [NameOf(typeof(MdevType))]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <summary>Human names of types; wildcards are allowed. Never taken from the pipeline, because most objects have a Name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TypeNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only types of these parents; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [NameOf(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Only types of which the parent can make at least one more.</summary>
    [Parameter]
    public SwitchParameter Available { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Type ?? Name ?? Parent;

    /// <inheritdoc/>
    protected override void ProcessHost(HostRoot host)
    {
        TellIfUnsupported(host);
        WriteEach(new TypeReader(host, Report).Read(new TypeQuery
        {
            Types = NamePatterns.Filter(Type),
            Names = NamePatterns.Filter(Name),
            Parents = NamePatterns.Filter(Parent),
            Available = Available,
        }, StopToken));
    }
}
