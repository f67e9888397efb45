using System.Collections;
using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>What making devices and planning them have in common, so that the same parameters can be given to both.</summary>
public abstract class PlacingCommand : ChangingCommand
{
    private readonly Dictionary<string, IdleDevices> _idle = [];

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

    /// <summary>How many devices, for each record of the pipeline.</summary>
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

    /// <summary>
    /// Vendor attributes to give to each new device, in the order of an [ordered] dictionary. Where a name comes more than once, several dictionaries: @{ a = 1 },
    /// @{ b = 2 }, @{ a = 3 }. A device that cannot have one of them is removed again.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary[]? Attribute { get; set; }

    /// <summary>
    /// Hand out devices of the type that nobody has open before making new ones, each at most once. Another caller may take the same device at
    /// the same moment, and the device of a VM that is shut down looks free.
    /// </summary>
    [Parameter]
    public SwitchParameter Reuse { get; set; }

    /// <summary>None when not all can be made.</summary>
    [Parameter]
    public SwitchParameter AllOrNothing { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Type;

    /// <inheritdoc/>
    protected sealed override void Change(HostRoot host)
    {
        int count = Uuid is { Length: > 0 } ? Uuid.Length : Count;
        if (count != Count && MyInvocation.BoundParameters.ContainsKey(nameof(Count)))
            throw new MdevException(MdevError.InvalidArgument, $"-Count {Count} contradicts the {count} UUIDs of -Uuid. Leave -Count out.");
        if (StrictNuma && NumaNode is null)
            throw new MdevException(MdevError.InvalidArgument, "-StrictNuma insists on the node that -NumaNode names. Give -NumaNode too.");

        NameFilter parents = NamePatterns.Filter(Parent);
        Place(host, new CreateRequest
        {
            Placement = new PlacementRequest
            {
                Type = new TypeResolver(host, ReportOne).Resolve(Type, parents, StopToken),
                Parents = parents,
                Policy = Placement,
                NumaNode = NumaNode,
                StrictNuma = StrictNuma,
            },
            Count = count,
            Uuids = Uuid ?? [],
            Attributes = AttributePairs.Of(Attribute),
            Reuse = Reuse,
            AllOrNothing = AllOrNothing,
        });
    }

    /// <summary>Does what is to be done with the request of one record.</summary>
    protected abstract void Place(HostRoot host, CreateRequest request);

    /// <summary>The idle devices of a host, each of which is handed out once however many records the pipeline has.</summary>
    protected IdleDevices IdleOf(HostRoot host)
    {
        if (!_idle.TryGetValue(host.Root, out IdleDevices? devices))
            _idle.Add(host.Root, devices = new IdleDevices(host, text => WriteWarning(Printable.Text(text))));
        return devices;
    }

    /// <summary>Tells an error about the request.</summary>
    protected void ReportOne(MdevException exception) => Report(exception, (object?)exception.Uuid ?? Type);
}
