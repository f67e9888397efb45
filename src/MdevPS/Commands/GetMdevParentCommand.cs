using System.Management.Automation;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets the devices that can have mediated children.</summary>
[Cmdlet(VerbsCommon.Get, "MdevParent")]
[OutputType(typeof(MdevParent))]
public sealed class GetMdevParentCommand : MdevCommand
{
    /// <summary>Names of parents; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Only parents that are, or are functions of, these physical devices, such as the GPU of virtual functions; wildcards are allowed. From a piped object it narrows.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [PhysicalDevice]
    [ArgumentCompleter(typeof(PhysicalDeviceCompleter))]
    public string[]? PhysicalDevice { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        HostRoot host = OpenHost();
        Session.TellIfUnsupported(host);
        Session.Write(new ParentReader(host, Session.Report).Read(NamePatterns.Filter(Parent), NamePatterns.Filter(PhysicalDevice)));
    }
}
