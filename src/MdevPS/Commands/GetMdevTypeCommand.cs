using System.Management.Automation;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets the types of mediated devices that parents can make.</summary>
[Cmdlet(VerbsCommon.Get, "MdevType")]
[OutputType(typeof(MdevType))]
public sealed class GetMdevTypeCommand : MdevCommand
{
    /// <summary>Type ids or, where no id fits, human names; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevType))]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <summary>Human names of types; wildcards are allowed. Never taken from the pipeline, because most objects have a Name.</summary>
    [Parameter]
    [SupportsWildcards]
    [Text]
    [ArgumentCompleter(typeof(TypeNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only types of these parents; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Only types of which the parent can make at least one more.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter Available { get; set; }

    /// <summary>Only types of these physical devices, such as the GPU of virtual functions; wildcards are allowed. From a piped object it narrows.</summary>
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
        Session.Write(new TypeReader(host, Session.Report).Read(new TypeQuery
        {
            Types = NamePatterns.Types(Session, Type),
            Names = NamePatterns.Filter(Name),
            Parents = NamePatterns.Filter(Parent),
            PhysicalDevices = NamePatterns.Filter(PhysicalDevice),
            Available = Available,
        }, Session.StopToken));
    }
}
