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
        List<HostParent> allowed = _parents.Named(request.Parents).ToList();
        var devices = new Dictionary<string, Candidate>();
        foreach (HostParent parent in allowed.TakeWhile(_ => !cancel.IsCancellationRequested).Where(parent => parent.Offers(request.Type)))
        {
            if (!devices.TryGetValue(parent.PhysicalPath, out Candidate? device))
                devices.Add(parent.PhysicalPath, device = Look(parent, request.Type));
            device.Functions.Add(new Candidate.Function(parent) { Available = parent.Available(request.Type, report) });
        }

        return devices.Count > 0 || cancel.IsCancellationRequested ? [.. devices.Values] : throw new TypeReader(host, report).NotFound(request.Type, allowed);
    }

    private Candidate Look(HostParent parent, string type)
    {
        var device = new Candidate(parent.PhysicalDevice, type, parent.NumaNode(report), parent.Describe(type, report));
        // The devices of functions that the request does not allow count too: they use the same physical device.
        foreach (string used in parent.Siblings(report).SelectMany(sibling => sibling.TypesInUse(report)))
            device.DevicesByType[used] = device.DevicesByType.GetValueOrDefault(used) + 1;
        // NVIDIA's max_instance is a number of places for vGPUs of one memory size, whichever of its types they are (Q, A, B or C).
        if (device is { MaxInstances: not null, FramebufferBytes: { } bytes })
            device.Siblings.UnionWith(device.DevicesByType.Keys.Where(used => parent.Describe(used, report).FramebufferBytes == bytes));
        return device;
    }
}
