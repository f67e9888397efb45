using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;

namespace Mdev.Definitions;

/// <summary>Makes the device of a definition: on its parent, with its attributes in their order, and with the callout scripts around it.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what could not be read, or did not come, once the device is there.</param>
/// <param name="callouts">The scripts that are asked before and told after; null for none.</param>
public sealed class DefinitionStarter(HostRoot host, Action<MdevException> report, Callouts? callouts)
{
    /// <summary>Makes the device.</summary>
    /// <exception cref="MdevException">
    /// It was not made: <see cref="MdevError.UuidExists"/>: a device of that UUID is there, whatever its type and parent; <see cref="MdevError.ParentNotFound"/>;
    /// <see cref="MdevError.TypeNotFound"/>; <see cref="MdevError.NoCapacity"/>; <see cref="MdevError.AttributeFailed"/>; <see cref="MdevError.CalloutRefused"/>;
    /// and whatever else the kernel refuses.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public MdevDevice Start(MdevDefinition definition, CancellationToken cancel = default)
    {
        var faults = new List<MdevException>();
        var parents = new ParentFinder(host, faults.Add);
        parents.RequireSupport();
        // A name that differs in case only would be found by the planner.
        if (parents.Find(definition.Parent) is null)
            throw new MdevException(MdevError.ParentNotFound, $"Device {definition.Uuid} was not made: host '{host.Root}' has no parent '{Printable.Text(definition.Parent)}'.") { Name = definition.Parent };
        var request = new CreateRequest
        {
            Placement = new PlacementRequest { Type = definition.Type, Parents = NameFilter.Of(definition.Parent) },
            Uuids = [definition.Uuid],
            Attributes = definition.Attribute,
        };
        var allocator = new DeviceAllocator(
            host, faults.Add, (_, _) => Decision.Make, around: callouts is null ? null : (_, make) => callouts.Around(CalloutAction.Start, CalloutDevice.Of(definition), make));
        MdevDevice? device = allocator.Make(request, cancel).ToList().FirstOrDefault();
        cancel.ThrowIfCancellationRequested();
        if (device is null)
            throw faults[^1];
        faults.ForEach(report);
        return device;
    }
}

/// <summary>The attributes that a device was given, as far as they can be read back from it.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what cannot be read.</param>
/// <param name="callouts">The scripts that know of types that nothing here knows; null for none.</param>
public sealed class GivenAttributes(HostRoot host, Action<MdevException> report, Callouts? callouts)
{
    /// <summary>The values in an order in which they can be written to a new device.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.CalloutRefused"/>: the script that knows the type failed.</exception>
    public IReadOnlyList<AttributeValue> Of(MdevDevice device) => new Attributes.ReadBack(host, report).Of(device) ?? callouts?.AttributesOf(device) ?? [];
}
