using System.Collections;
using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets the plan that New-MdevDevice would follow: where each device would go, and why. Nothing is changed.</summary>
[Cmdlet(VerbsCommon.Get, "MdevPlacement", DefaultParameterSetName = "Count")]
[OutputType(typeof(MdevPlacement))]
public sealed class GetMdevPlacementCommand : MdevCommand, IPlacingCommand
{
    private readonly PlacingArguments _arguments;

    /// <summary>Makes the cmdlet.</summary>
    public GetMdevPlacementCommand() => _arguments = new PlacingArguments(Session, this);

    /// <summary>The type id, or a human name that stands for exactly one type id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Name(typeof(MdevType), One = true)]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string Type { get; set; } = "";

    /// <summary>The parents to choose from; wildcards are allowed. Without it every parent that offers the type is considered.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Only these physical devices, such as the GPU of virtual functions; wildcards are allowed. From a piped object it narrows.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [PhysicalDevice]
    [ArgumentCompleter(typeof(PhysicalDeviceCompleter))]
    public string[]? PhysicalDevice { get; set; }

    /// <summary>The UUIDs of the new devices, one device each. Without it they are made up.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Uuid]
    [ArgumentCompleter(typeof(NoCompleter))]
    public Guid[]? Uuid { get; set; }

    /// <summary>How many devices, for each record of the pipeline.</summary>
    [Parameter(ParameterSetName = "Count", ValueFromPipelineByPropertyName = true)]
    [Number]
    [ValidateRange(1, 65536)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int Count { get; set; } = 1;

    /// <summary>Whether to spread devices over the physical devices or to fill one after the other.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Policy]
    public PlacementPolicy Placement { get; set; } = PlacementPolicy.Spread;

    /// <summary>The NUMA node to prefer.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Number(AllowEmpty = true, Least = 0)]
    [ArgumentCompleter(typeof(NumaNodeCompleter))]
    public int? NumaNode { get; set; }

    /// <summary>Accept no other NUMA node than the one given by -NumaNode.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Flag]
    public SwitchParameter StrictNuma { get; set; }

    /// <summary>
    /// Vendor attributes to give to each new device, in the order of an [ordered] dictionary, or as objects with a Name and a Value. Where a name comes more
    /// than once, several dictionaries: @{ a = 1 }, @{ b = 2 }, @{ a = 3 }. A device that cannot have one of them is removed again.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Pairs(AllowEmpty = true)]
    [ArgumentCompleter(typeof(AttributePairCompleter))]
    public IDictionary[]? Attribute { get; set; }

    /// <summary>
    /// Hand out devices of the type that nobody has open before making new ones, each at most once. Another caller may take the same device at
    /// the same moment, and the device of a VM that is shut down looks free.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Flag]
    public SwitchParameter Reuse { get; set; }

    /// <summary>Make none unless all can be made.</summary>
    [Parameter(ParameterSetName = "Count", ValueFromPipelineByPropertyName = true)]
    [Flag]
    public SwitchParameter AllOrNothing { get; set; }

    /// <summary>As many devices as there is room for. That there is no room for more is no error then.</summary>
    [Parameter(ParameterSetName = "Maximum", Mandatory = true)]
    [Flag]
    public SwitchParameter Maximum { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        // A plan is for New-MdevDevice, which does not take such an object.
        Session.RequireThisComputer();
        if (Maximum && Uuid is not null)
            throw new MdevException(MdevError.InvalidArgument, "-Maximum contradicts the UUIDs of -Uuid. Leave one of them out.");
        _arguments.Refuse(["Total", "IfMissing", .. Maximum ? new[] { nameof(Count), nameof(AllOrNothing) } : []]);
        HostRoot host = OpenHost();
        CreateRequest request = _arguments.Request(host);
        Action<MdevException> noRoom = Maximum ? _ => { } : _arguments.Report;
        IdleDevices? idle = request.Reuse ? _arguments.IdleOf(host) : null;
        var planner = new Planner(host, request.Placement, _arguments.Report, idle?.Of(request.Placement, request.Uuids, Session.StopToken), Session.StopToken);
        foreach (MdevPlacement placement in planner.Plan(Maximum ? int.MaxValue : request.Count, request.Uuids, request.AllOrNothing, noRoom))
        {
            if (Session.StopToken.IsCancellationRequested)
                return;
            if (placement.Reuses is { } uuid)
                idle!.Take(uuid);
            _arguments.WarnIfElsewhere(placement);
            WriteObject(placement);
        }
    }
}
