namespace Mdev.Simulation;

/// <summary>A parent of a simulated host: what its directory says at this moment.</summary>
internal sealed class SimulatedParent(SimulatedTree tree, string path)
{
    public string Name => Path.GetFileName(path);

    public string SysfsPath => path;

    public string TypesPath => $"{path}/mdev_supported_types";

    /// <summary>The first part of its type ids.</summary>
    public string DriverString => tree.LinkName($"{path}/driver") ?? tree.LinkName($"{path}/subsystem") ?? "";

    /// <summary>The directory of its physical function; its own when it is no virtual function.</summary>
    public string PhysicalFunction => tree.HasLink($"{path}/physfn") ? tree.Resolve(path, "physfn") : path;

    public IEnumerable<string> TypeIds => tree.Names(TypesPath);

    /// <summary>The types of the devices that take up instances: one without a driver takes none, one on its way out still does.</summary>
    public IEnumerable<string> TypesInUse() => tree.Names(path)
        .Where(name => tree.HasLink($"{path}/{name}/iommu_group"))
        .Select(name => tree.LinkName($"{path}/{name}/mdev_type") ?? tree.ReadText($"{PendingRemoval.Directory}/{name}"))
        .OfType<string>();

    public string? Description(string type) => tree.ReadText($"{TypesPath}/{type}/description");

    public void SetAvailable(string type, int count)
    {
        string attribute = $"{TypesPath}/{type}/available_instances";
        string value = $"{count}\n";
        if (tree.ReadText(attribute) is { } now && now + "\n" != value)
            tree.Replace(attribute, value);
    }
}
