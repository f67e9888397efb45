using System.Collections;
using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;

namespace MdevPS.Binding;

/// <summary>The parameters that making devices and planning them have in common, so that the same can be given to both.</summary>
internal interface IPlacingCommand
{
    string Type { get; }

    string[]? Parent { get; }

    string[]? PhysicalDevice { get; }

    Guid[]? Uuid { get; }

    int Count { get; }

    PlacementPolicy Placement { get; }

    int? NumaNode { get; }

    SwitchParameter StrictNuma { get; }

    IDictionary[]? Attribute { get; }

    SwitchParameter Reuse { get; }

    SwitchParameter AllOrNothing { get; }
}

/// <summary>Makes requests of the parameters of <see cref="IPlacingCommand"/>, record by record.</summary>
internal sealed class PlacingArguments(HostSession session, IPlacingCommand command)
{
    private readonly Dictionary<string, IdleDevices> _idle = [];

    /// <summary>The request of one record.</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.InvalidArgument"/>: what was given contradicts itself; or the type is none of the host's.
    /// </exception>
    public CreateRequest Request(HostRoot host)
    {
        int count = command.Uuid?.Length ?? command.Count;
        if (count != command.Count && session.IsArgument(nameof(command.Count)))
            throw new MdevException(MdevError.InvalidArgument, $"-Count {command.Count} contradicts -Uuid, which has {Printable.Counted(count, "UUID")}. Leave -Count out.");
        if (command.StrictNuma && command.NumaNode is null)
            throw new MdevException(MdevError.InvalidArgument, "-StrictNuma insists on the node that -NumaNode names. Give -NumaNode too.");

        NameFilter parents = NamePatterns.Filter(command.Parent), devices = NamePatterns.Filter(command.PhysicalDevice);
        return new CreateRequest
        {
            Placement = new PlacementRequest
            {
                Type = new TypeResolver(host, Report).Resolve(command.Type, !session.IsOfObject(nameof(command.Type)), parents, devices, session.StopToken),
                Parents = parents,
                PhysicalDevices = devices,
                Policy = command.Placement,
                NumaNode = command.NumaNode,
                StrictNuma = command.StrictNuma,
            },
            Count = count,
            Uuids = command.Uuid ?? [],
            Attributes = PairsAttribute.Values(command.Attribute),
            Reuse = command.Reuse,
            AllOrNothing = command.AllOrNothing,
        };
    }

    /// <summary>Warns, once for each node, of a device that does not go to the NUMA node that was asked for.</summary>
    public void WarnIfElsewhere(MdevPlacement placement)
    {
        if (command.NumaNode is { } node && placement.NumaNode != node)
            session.WarnOnce($"NUMA node {node} was asked for, and devices of type {placement.Type} go elsewhere: {placement.Reason}. -StrictNuma refuses that.");
    }

    /// <summary>The idle devices of a host, each of which is handed out once however many records the pipeline has.</summary>
    public IdleDevices IdleOf(HostRoot host)
    {
        if (!_idle.TryGetValue(host.Root, out IdleDevices? devices))
            _idle.Add(host.Root, devices = new IdleDevices(host, session.Warn));
        return devices;
    }

    /// <summary>Tells an error about the request.</summary>
    public void Report(MdevException exception) => session.Report(exception, (object?)exception.Uuid ?? exception.Name ?? command.Type);
}
