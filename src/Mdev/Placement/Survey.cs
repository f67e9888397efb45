using Mdev.Inventory;
using Mdev.Kernel;

namespace Mdev.Placement;

/// <summary>Reads what a placement needs to know: each candidate's available_instances once, and the devices on every physical device.</summary>
internal sealed class Survey(HostRoot host, Action<MdevException> report)
{
    private readonly ParentReader _parents = new(host, report);
    private readonly AttributeReader _attributes = new(report);

    /// <summary>The physical devices with at least one parent that the request allows and that offers its type.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.TypeNotFound"/>: none does.</exception>
    public List<PhysicalDevice> Take(PlacementRequest request)
    {
        List<ParentPlace> allowed = _parents.Places(request.Parents).ToList();
        var devices = new Dictionary<string, PhysicalDevice>();
        foreach (ParentPlace place in allowed)
        {
            if (!NamePattern.IsName(request.Type) || !host.HasDirectory($"{place.TypesPath}/{request.Type}"))
                continue;
            string path = PhysicalPath(place);
            if (!devices.TryGetValue(path, out PhysicalDevice? device))
                devices.Add(path, device = New(path, place, request.Type));
            device.Functions.Add(new PhysicalDevice.Function(place) { Available = Available(place, request.Type) });
        }

        if (devices.Count == 0)
            throw new TypeReader(host, report).TypeNotFound(request.Type, allowed);
        CountDevices(devices, allowed, request);
        return [.. devices.Values];
    }

    /// <summary>What a parent says now that it has left of a type; null when it cannot be read.</summary>
    public int? Available(ParentPlace place, string type)
    {
        using DirectoryHandle? types = host.OpenDirectory(place.TypesPath);
        return types is null ? 0 : _attributes.Number(types, $"{type}/available_instances");
    }

    private string PhysicalPath(ParentPlace place) =>
        host.ReadLink($"{place.SysfsPath}/physfn") is { } target ? host.Resolve(place.SysfsPath, target) : place.SysfsPath;

    private PhysicalDevice New(string path, ParentPlace place, string type)
    {
        using DirectoryHandle? parent = _parents.Open(place);
        string? description = parent is null ? null : _attributes.Text(parent, $"mdev_supported_types/{type}/description");
        return new PhysicalDevice(path, parent is null ? null : _attributes.NumaNode(parent), TypeDescription.Parse(description).MaxInstances);
    }

    // The devices of functions that the request does not allow count too: they use the same physical device.
    private void CountDevices(Dictionary<string, PhysicalDevice> devices, List<ParentPlace> allowed, PlacementRequest request)
    {
        foreach (ParentPlace place in request.Parents.IsAll ? allowed : _parents.Places(new NameFilter()))
        {
            if (!devices.TryGetValue(PhysicalPath(place), out PhysicalDevice? device))
                continue;
            using DirectoryHandle? directory = _parents.Open(place);
            if (directory is null)
                continue;
            foreach (string type in ParentReader.Children(directory).Select(name => TypeLink.Read(directory, name)).OfType<string>())
            {
                device.Devices++;
                if (type == request.Type)
                    device.DevicesOfType++;
            }
        }
    }
}
