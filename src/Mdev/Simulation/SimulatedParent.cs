namespace Mdev.Simulation;

/// <summary>A parent of a simulated host. What its directory says is looked up when it is first asked for, and then stays.</summary>
internal sealed class SimulatedParent(SimulatedTree tree, string path)
{
    private IReadOnlyList<SimulatedParent>? _siblings;
    private IReadOnlyList<string>? _typesInUse;

    public string Name => Path.GetFileName(path);

    public string SysfsPath => path;

    public string TypesPath => $"{path}/mdev_supported_types";

    /// <summary>The first part of its type ids.</summary>
    public string DriverString => tree.LinkName($"{path}/driver") ?? tree.LinkName($"{path}/subsystem") ?? "";

    public bool IsVirtualFunction => tree.HasLink($"{path}/physfn");

    /// <summary>The parents that are the same physical device: the virtual functions of one, or it alone.</summary>
    public IReadOnlyList<SimulatedParent> Siblings => _siblings ??= IsVirtualFunction ? FunctionsOf(tree.Resolve(path, "physfn")) : [this];

    public IEnumerable<string> TypeIds => tree.Names(TypesPath);

    /// <summary>The types of the devices that take up instances: one without a driver takes none, one on its way out still does.</summary>
    public IReadOnlyList<string> TypesInUse => _typesInUse ??= tree.Names(path)
        .Where(name => tree.HasLink($"{path}/{name}/iommu_group"))
        .Select(name => tree.LinkName($"{path}/{name}/mdev_type") ?? tree.ReadText($"{PendingRemoval.Directory}/{name}"))
        .OfType<string>()
        .ToList();

    public void SetAvailable(string type, int count)
    {
        string attribute = $"{TypesPath}/{type}/available_instances";
        string value = $"{count}\n";
        if (tree.ReadText(attribute) is { } now && now + "\n" != value)
            tree.Replace(attribute, value);
    }

    private List<SimulatedParent> FunctionsOf(string physical) => tree.Names(physical)
        .Where(name => name.StartsWith("virtfn", StringComparison.Ordinal))
        .Select(name => tree.Resolve(physical, name))
        .Select(function => function == path ? this : new SimulatedParent(tree, function))
        .ToList();
}
