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

    /// <summary>Makes sure that the piped object does not say what is not heeded: a table would be followed but for one of its columns.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>.</exception>
    public void Refuse(string[] columns)
    {
        if (Array.Find(columns, column => !session.IsArgument(column) && session.PipedText(column) is not (null or "" or "False")) is { } column)
            throw new MdevException(MdevError.InvalidArgument, $"The piped object has a property {column}, which cannot be followed here. Leave it out, or give it as an argument where there is one.");
    }

    /// <summary>The request of one record.</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.InvalidArgument"/>: what was given contradicts itself; or the type is none of the host's.
    /// </exception>
    public CreateRequest Request(HostRoot host)
    {
        int count = command.Uuid?.Length ?? command.Count;
        Guid[] uuids = command.Uuid ?? Reused();
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
            Uuids = uuids,
            Attributes = PairsAttribute.Values(command.Attribute),
            Reuse = command.Reuse,
            AllOrNothing = command.AllOrNothing,
        };
    }

    // The device that a plan hands out again.
    private Guid[] Reused()
    {
        if (session.PipedText(nameof(MdevPlacement.Reuses)) is not { Length: > 0 } text)
            return [];
        if (!Guid.TryParse(text, out Guid uuid))
            throw new MdevException(MdevError.InvalidArgument, $"The property Reuses of the piped object is '{Printable.Text(text, 60)}', which is no UUID.");
        return command.Reuse ? [uuid] : throw new MdevException(MdevError.InvalidArgument, $"The plan hands out device {uuid} again. Give -Reuse to follow it.") { Uuid = uuid };
    }

    /// <summary>Warns, once for each node, of a device that does not go to the NUMA node that was asked for.</summary>
    public void WarnIfElsewhere(MdevPlacement placement)
    {
        if (command.NumaNode is { } node && placement.NumaNode != node)
            session.WarnOnce($"{node} {placement.Type}", $"NUMA node {node} was asked for, and devices of type {placement.Type} go elsewhere: {placement.Reason}. -StrictNuma refuses that.");
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
