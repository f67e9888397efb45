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

/// <summary>Makes mediated devices of a type, on whichever parent suits best or on the one that is named.</summary>
[Cmdlet(VerbsCommon.New, "MdevDevice", DefaultParameterSetName = "Count", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(MdevDevice))]
public sealed class NewMdevDeviceCommand : CalloutCommand, IPlacingCommand
{
    private readonly PlacingArguments _arguments;

    /// <summary>Makes the cmdlet.</summary>
    public NewMdevDeviceCommand() => _arguments = new PlacingArguments(Session, this);

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
    [Parameter(ParameterSetName = "Count", ValueFromPipelineByPropertyName = true)]
    [Uuid]
    [ArgumentCompleter(typeof(NoCompleter))]
    public Guid[]? Uuid { get; set; }

    /// <summary>How many devices, for each record of the pipeline.</summary>
    [Parameter(ParameterSetName = "Count", ValueFromPipelineByPropertyName = true)]
    [Number]
    [ValidateRange(1, 65536)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int Count { get; set; } = 1;

    /// <summary>
    /// As many devices of the type as there should be, on the parents, physical devices or NUMA node that are named: those that are there and work are
    /// given first, in use or not, and what is missing is made. More than that is left as it is, with a warning.
    /// </summary>
    [Parameter(ParameterSetName = "Total", Mandatory = true)]
    [Number]
    [ValidateRange(1, 65536)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int Total { get; set; }

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

    /// <summary>Give the device of a UUID that is there already, where it is of the type and on a parent that was asked for, instead of an error.</summary>
    [Parameter(ParameterSetName = "Count", ValueFromPipelineByPropertyName = true)]
    [Flag]
    public SwitchParameter IfMissing { get; set; }

    /// <summary>
    /// Hand out devices of the type that nobody has open before making new ones, each at most once. Another caller may take the same device at
    /// the same moment, and the device of a VM that is shut down looks free.
    /// </summary>
    [Parameter(ParameterSetName = "Count", ValueFromPipelineByPropertyName = true)]
    [Flag]
    public SwitchParameter Reuse { get; set; }

    /// <summary>Make none unless all can be made.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Flag]
    public SwitchParameter AllOrNothing { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        _arguments.Refuse(ParameterSetName == "Total" ? [nameof(Count), nameof(Uuid), nameof(IfMissing), nameof(Reuse)] : [nameof(Total)]);
        HostRoot host = OpenHost();
        if (PairsAttribute.HasNoOrder(Attribute))
            Session.WarnOnce(PairsAttribute.NoOrder);
        if (IfMissing && Uuid is null)
            throw new MdevException(MdevError.InvalidArgument, "-IfMissing is about the devices of -Uuid. Give -Uuid too, or -Total for a number of devices of whatever UUIDs.");
        CreateRequest request = _arguments.Request(host) with { Total = ParameterSetName == "Total" ? Total : null, IfMissing = IfMissing };
        Action<NewDevice, Action>? around = CalloutsOf(host) is { } callouts ? callouts.AroundMaking : null;
        var allocator = new DeviceAllocator(host, _arguments.Report, Decide, _arguments.IdleOf(host), around, Session.Warn);
        // Where all were made before the first is told, all come before the first word.
        Session.Write(allocator.Make(request, Session.StopToken), AllOrNothing ? null : TellRest);
        TellRest();
    }

    private Decision Decide(MdevPlacement placement, Guid uuid)
    {
        int count = ParameterSetName == "Total" ? 0 : Uuid?.Length ?? Count;
        Session.Show(
            "Making mediated devices",
            $"{placement.Order}{(count > 0 ? $" of {count}" : "")}: {placement.Type} on {placement.Parent}",
            count > 0 ? 100 * (placement.Order - 1) / count : -1);
        _arguments.WarnIfElsewhere(placement);
        string name = Uuid is null ? "" : $" {uuid}";
        string what = Printable.Text(placement.Reuses is null
            ? $"Make device{name} of type {placement.Type} on {placement.Parent}: {placement.Reason}."
            : $"Hand out device {uuid} of type {placement.Type} on {placement.Parent} again: nobody has it open.");
        return ShouldProcess(what, $"{what} Go on?", "Make devices", out ShouldProcessReason reason) ? Decision.Make
            : reason == ShouldProcessReason.WhatIf ? Decision.Pretend
            : Decision.Leave;
    }
}
