using System.Management.Automation;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets the devices that can have mediated children.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.Parent)]
[OutputType(typeof(MdevParent))]
public sealed class GetMdevParentCommand : MdevCommand
{
    /// <summary>Names of parents; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [NameOf(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Parent;

    /// <inheritdoc/>
    protected override void ProcessHost(HostRoot host)
    {
        TellIfUnsupported(host);
        WriteEach(new ParentReader(host, Report).Read(NamePatterns.Filter(Parent)));
    }
}
