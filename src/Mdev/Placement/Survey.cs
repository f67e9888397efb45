using Mdev.Inventory;
using Mdev.Kernel;

namespace Mdev.Placement;

/// <summary>Reads what a placement needs to know: each candidate's available_instances once, and the devices on every physical device.</summary>
internal sealed class Survey(HostRoot host, Action<MdevException> report)
{
    private readonly ParentPlaces _parents = new(host, report);
    private readonly AttributeReader _attributes = new(report);

    /// <summary>The physical devices with at least one parent that the request allows and that offers its type.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.TypeNotFound"/>: none does.</exception>
    public List<PhysicalDevice> Take(PlacementRequest request, CancellationToken cancel)
    {
        List<ParentPlace> allowed = _parents.Named(request.Parents).ToList();
        var devices = new Dictionary<string, PhysicalDevice>();
        foreach (ParentPlace place in allowed.TakeWhile(_ => !cancel.IsCancellationRequested))
        {
            if (!NamePattern.IsName(request.Type) || !host.HasDirectory($"{place.TypesPath}/{request.Type}"))
                continue;
            string? physical = PhysicalFunction(place);
            if (!devices.TryGetValue(physical ?? place.SysfsPath, out PhysicalDevice? device))
            {
                devices.Add(physical ?? place.SysfsPath, device = New(physical ?? place.SysfsPath, place, request.Type));
                // The devices of functions that the request does not allow count too: they use the same physical device.
                CountDevices(device, physical is null ? [place.SysfsPath] : VirtualFunctions(physical));
                FindSiblings(device, place);
            }

            device.Functions.Add(new PhysicalDevice.Function(place) { Available = Available(place, request.Type) });
        }

        return devices.Count > 0 || cancel.IsCancellationRequested ? [.. devices.Values] : throw new TypeReader(host, report).TypeNotFound(request.Type, allowed);
    }

    /// <summary>What a parent says now that it has left of a type; null when it cannot be read.</summary>
    public int? Available(ParentPlace place, string type)
    {
        using DirectoryHandle? types = host.OpenDirectory(place.TypesPath);
        return types is null ? 0 : _attributes.Number(types, $"{type}/available_instances");
    }

    private string? PhysicalFunction(ParentPlace place) =>
        host.ReadLink($"{place.SysfsPath}/physfn") is { } target ? host.Resolve(place.SysfsPath, target) : null;

    private List<string> VirtualFunctions(string physical)
    {
        using DirectoryHandle? directory = host.OpenDirectory(physical);
        return directory is null ? [] : directory.Entries()
            .Where(e => e.Kind is EntryKind.Link or EntryKind.Unknown && e.Name.StartsWith("virtfn", StringComparison.Ordinal))
            .Select(e => directory.ReadLink(e.Name))
            .OfType<string>()
            .Select(target => host.Resolve(physical, target))
            .ToList();
    }

    private PhysicalDevice New(string path, ParentPlace place, string type)
    {
        using DirectoryHandle? parent = _parents.Open(place);
        string? description = parent is null ? null : _attributes.Text(parent, $"mdev_supported_types/{type}/description");
        return new PhysicalDevice(path, type, parent is null ? null : _attributes.NumaNode(parent), TypeDescription.Parse(description));
    }

    // NVIDIA's max_instance is a number of places for vGPUs of one memory size, whichever of its types they are (Q, A, B or C).
    private void FindSiblings(PhysicalDevice device, ParentPlace place)
    {
        if (device is not { MaxInstances: not null, FramebufferBytes: { } bytes } || host.OpenDirectory(place.TypesPath) is not { } opened)
            return;
        using DirectoryHandle types = opened;
        device.Siblings.UnionWith(device.DevicesByType.Keys.Where(type => TypeDescription.Parse(_attributes.Text(types, $"{type}/description")).FramebufferBytes == bytes));
    }

    private void CountDevices(PhysicalDevice device, List<string> functions)
    {
        foreach (string path in functions)
        {
            using DirectoryHandle? directory = host.OpenDirectory(path);
            if (directory is null)
                continue;
            foreach (string type in ParentReader.Children(directory).Select(name => TypeLink.Read(directory, name)).OfType<string>())
                device.DevicesByType[type] = device.DevicesByType.GetValueOrDefault(type) + 1;
        }
    }
}
