using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Placement;

/// <summary>Reads what a placement needs to know: what each candidate has left, once, and the devices on every physical device.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what is broken on the way.</param>
internal sealed class Survey(HostRoot host, Action<MdevException> report)
{
    private readonly ParentFinder _parents = new(host, report);

    /// <summary>The physical devices with at least one parent that the request allows and that offers its type.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.NotSupported"/>; <see cref="MdevError.TypeNotFound"/>: none does.</exception>
    public List<Candidate> Of(PlacementRequest request, CancellationToken cancel)
    {
        _parents.RequireSupport();
        List<HostParent> allowed = _parents.Named(request.Parents, request.PhysicalDevices).ToList();
        List<Candidate> devices = allowed.TakeWhile(_ => !cancel.IsCancellationRequested)
            .Where(parent => parent.Offers(request.Type))
            .GroupBy(parent => parent.PhysicalPath)
            .TakeWhile(_ => !cancel.IsCancellationRequested)
            .Select(functions => Look(functions.ToList(), request.Type, DevicesOn(functions.First())))
            .ToList();
        return devices.Count > 0 || cancel.IsCancellationRequested ? devices : throw new TypeReader(host, report).NotFound(request.Type, allowed);
    }

    /// <summary>The devices of a physical device, by type. Those of functions that a request does not allow count too: they use the same physical device.</summary>
    public SortedDictionary<string, int> DevicesOn(HostParent function)
    {
        var devices = new SortedDictionary<string, int>(NaturalOrder.Instance);
        foreach (string used in function.Siblings(report).SelectMany(sibling => sibling.TypesInUse(report)))
            devices[used] = devices.GetValueOrDefault(used) + 1;
        return devices;
    }

    /// <summary>What a physical device has left of a type.</summary>
    /// <param name="functions">Its functions that offer the type and come into question.</param>
    /// <param name="type">The type id.</param>
    /// <param name="devices">Its devices.</param>
    public Candidate Look(List<HostParent> functions, string type, SortedDictionary<string, int> devices)
    {
        HostParent parent = functions[0];
        var device = new Candidate(parent.PhysicalDevice, type, parent.NumaNode(report), parent.Describe(type, report));
        foreach ((string used, int count) in devices)
            device.DevicesByType[used] = count;
        // NVIDIA's max_instance is a number of places for vGPUs of one memory size, whichever of its types they are (Q, A, B or C).
        if (device is { MaxInstances: not null, FramebufferBytes: { } bytes })
            device.Siblings.UnionWith(device.DevicesByType.Keys.Where(used => parent.Describe(used, report).FramebufferBytes == bytes));
        device.Functions.AddRange(functions.Select(function => new Candidate.Function(function) { Available = function.Available(type, report) }));
        return device;
    }
}
