using System.Globalization;

namespace Mdev.Simulation;

/// <summary>A parent of a simulated host. What its directory says is looked up when it is first asked for, and then stays.</summary>
internal sealed class SimulatedParent(SimulatedTree tree, string path)
{
    private IReadOnlyList<SimulatedParent>? _siblings;
    private IReadOnlyList<string>? _typesInUse;
    private bool? _isVirtualFunction;

    public string Name => Path.GetFileName(path);

    public string SysfsPath => path;

    public string TypesPath => $"{path}/mdev_supported_types";

    /// <summary>The first part of its type ids.</summary>
    public string DriverString => tree.LinkName($"{path}/driver") ?? tree.LinkName($"{path}/subsystem") ?? "";

    public bool IsVirtualFunction => _isVirtualFunction ??= tree.HasLink($"{path}/physfn");

    /// <summary>The parents that are the same physical device: the virtual functions of one, or it alone.</summary>
    public IReadOnlyList<SimulatedParent> Siblings => _siblings ??= IsVirtualFunction ? FunctionsOf(tree.Resolve(path, "physfn")) : [this];

    public IEnumerable<string> TypeIds => tree.Names(TypesPath);

    /// <summary>The directories of its devices, except those on their way out.</summary>
    public IEnumerable<string> Devices() => tree.Names(path).Select(name => $"{path}/{name}").Where(device => tree.HasLink($"{device}/mdev_type"));

    /// <summary>The types of the devices that take up instances: one without a driver takes none, one on its way out still does.</summary>
    public IReadOnlyList<string> TypesInUse => _typesInUse ??= tree.Names(path)
        .Where(name => tree.HasLink($"{path}/{name}/iommu_group"))
        .Select(name => tree.LinkName($"{path}/{name}/mdev_type") ?? tree.ReadText($"{PendingRemoval.Directory}/{name}"))
        .OfType<string>()
        .ToList();

    public void SetAvailable(string type, int count)
    {
        string attribute = $"{TypesPath}/{type}/available_instances";
        // What is no number was made so, and stays.
        if (int.TryParse(tree.ReadText(attribute), NumberStyles.None, CultureInfo.InvariantCulture, out int now) && now != count)
            tree.Replace(attribute, $"{count}\n");
    }

    // They know each other from then on, so that none of them is looked at twice.
    private List<SimulatedParent> FunctionsOf(string physical)
    {
        List<SimulatedParent> functions = tree.Names(physical)
            .Where(name => name.StartsWith("virtfn", StringComparison.Ordinal))
            .Select(name => tree.Resolve(physical, name))
            .Select(function => function == path ? this : new SimulatedParent(tree, function))
            .ToList();
        functions.ForEach(function => function._siblings = functions);
        return functions;
    }
}
