using System.Management.Automation;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Placement;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Makes mediated devices of a type, on whichever parent suits best or on the one that is named.</summary>
[Cmdlet(VerbsCommon.New, Nouns.Device, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(MdevDevice))]
public sealed class NewMdevDeviceCommand : ChangingCommand
{
    /// <summary>The type id, or a human name that stands for exactly one type id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [NameOf(typeof(MdevType))]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string Type { get; set; } = "";

    /// <summary>The parents to choose from; wildcards are allowed. Without it every parent that offers the type is considered.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [NameOf(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>The UUIDs of the new devices, one device each. Without it they are made up.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public Guid[]? Uuid { get; set; }

    /// <summary>How many devices to make, for each record of the pipeline.</summary>
    [Parameter]
    [ValidateRange(1, 65536)]
    public int Count { get; set; } = 1;

    /// <summary>Whether to spread devices over the physical devices or to fill one after the other.</summary>
    [Parameter]
    public PlacementPolicy Placement { get; set; } = PlacementPolicy.Spread;

    /// <summary>The NUMA node to prefer.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? NumaNode { get; set; }

    /// <summary>Accept no other NUMA node than the one given by -NumaNode.</summary>
    [Parameter]
    public SwitchParameter StrictNuma { get; set; }

    /// <summary>Make none when not all can be made.</summary>
    [Parameter]
    public SwitchParameter AllOrNothing { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Type;

    /// <inheritdoc/>
    protected override void Change(HostRoot host)
    {
        int count = Uuid is { Length: > 0 } ? Uuid.Length : Count;
        if (count != Count && MyInvocation.BoundParameters.ContainsKey(nameof(Count)))
            throw new MdevException(MdevError.InvalidArgument, $"-Count {Count} contradicts the {count} UUIDs of -Uuid. Leave -Count out.");

        void ReportOne(MdevException e) => Report(e, Type);
        NameFilter parents = NamePatterns.Filter(Parent);
        var request = new CreateRequest
        {
            Placement = new PlacementRequest
            {
                Type = new TypeResolver(host, ReportOne).Resolve(Type, parents),
                Parents = parents,
                Policy = Placement,
                NumaNode = NumaNode,
                StrictNuma = StrictNuma,
            },
            Count = count,
            Uuids = Uuid ?? [],
            AllOrNothing = AllOrNothing,
        };
        foreach (MdevDevice device in new DeviceAllocator(host, ReportOne, Confirm).Make(request, StopToken))
            WriteObject(device);
    }

    private bool Confirm(MdevPlacement placement, Guid uuid)
    {
        string name = Uuid is { Length: > 0 } ? $" {uuid}" : "";
        return ShouldProcess(Printable.Text($"{placement.Type} on {placement.Parent} ({placement.Reason})"), $"Make mediated device{name}");
    }
}
