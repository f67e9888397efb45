using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Placement;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets what the physical devices of a host can still have: one object for each physical device and type.</summary>
[Cmdlet(VerbsCommon.Get, "MdevCapacity")]
[OutputType(typeof(MdevCapacity))]
public sealed class GetMdevCapacityCommand : MdevCommand
{
    /// <summary>Type ids or, where no id fits, human names; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevType))]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <summary>Only these physical devices, such as the GPU of virtual functions; wildcards are allowed. From a piped object it narrows.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [PhysicalDevice]
    [ArgumentCompleter(typeof(PhysicalDeviceCompleter))]
    public string[]? PhysicalDevice { get; set; }

    /// <summary>Count only these parents, or the functions of these physical devices; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Only physical devices of this NUMA node.</summary>
    [Parameter]
    [Number]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(NumaNodeCompleter))]
    public int? NumaNode { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        HostRoot host = OpenHost();
        Session.TellIfUnsupported(host);
        Session.Write(new CapacityReader(host, Session.Report).Read(
            new TypeQuery
            {
                Types = NamePatterns.Types(Session, Type),
                Parents = NamePatterns.Filter(Parent),
                PhysicalDevices = NamePatterns.Filter(PhysicalDevice),
            },
            NumaNode,
            Session.StopToken));
    }
}
