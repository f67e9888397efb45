namespace Mdev.Simulation;

/// <summary>Builds the tree of a simulated host: the mdev core first, then what each driver registers.</summary>
internal sealed class SimulatedHostBuilder
{
    private readonly SimulatedTree _tree;
    private int _buses;
    private int _groups;

    public SimulatedHostBuilder(SimulatedTree tree)
    {
        _tree = tree;
        foreach (string directory in new[]
        {
            "/sys/class/vfio", "/sys/class/vfio-dev", "/sys/devices/virtual", "/sys/kernel/iommu_groups", "/dev/vfio", "/proc", "/etc",
        })
            _tree.AddDirectory(directory);
        _tree.AddLock();
        _tree.AddReadWrite("/dev/vfio/vfio", "");
        _tree.AddDirectory(SimulatedVfioDevice.IommuModule);
        new SimulatedProcesses(_tree).AddInit();
    }

    public SimulatedTree Tree => _tree;

    /// <summary>The number of a PCI bus that no driver has used yet (<see cref="PciFunction.AddressOf"/>).</summary>
    public int NewBus() => _buses++;

    /// <summary>The number of an IOMMU group that no driver has used yet.</summary>
    public int NewGroup() => _groups++;

    /// <summary>The mdev driver that a vendor driver's devices will be bound to. The first brings the mediated device core along.</summary>
    public void AddDriver(string name)
    {
        AddMdevCore();
        string path = $"/sys/bus/mdev/drivers/{name}";
        if (_tree.HasDirectory(path))
            return;
        _tree.AddDirectory(path);
        _tree.AddDirectory($"/sys/module/{name}");
        _tree.AddWriteOnly($"{path}/bind");
        _tree.AddWriteOnly($"{path}/unbind");
        _tree.AddWriteOnly($"{path}/uevent");
        _tree.AddLink($"{path}/module", $"/sys/module/{name}");
    }

    /// <summary>A parent of a class of its own, as the kernel's sample drivers have: /sys/devices/virtual/CLASS/NAME.</summary>
    public SimulatedParent AddVirtualParent(string name, IEnumerable<SimulatedType> types) => AddVirtualParent(name, name, types);

    /// <summary>One of several parents of a class: /sys/devices/virtual/CLASS/NAME.</summary>
    public SimulatedParent AddVirtualParent(string itsClass, string name, IEnumerable<SimulatedType> types)
    {
        string path = $"/sys/devices/virtual/{itsClass}/{name}";
        _tree.AddDirectory(path);
        _tree.AddDirectory($"/sys/class/{itsClass}");
        _tree.AddLink($"/sys/class/{itsClass}/{name}", path);
        _tree.AddLink($"{path}/subsystem", $"/sys/class/{itsClass}");
        _tree.AddReadWrite($"{path}/uevent", "");
        PowerDirectory.AddTo(_tree, path);
        return Register(path, types);
    }

    /// <summary>Registers a device that is there as a parent.</summary>
    public SimulatedParent Register(string path, IEnumerable<SimulatedType> types)
    {
        AddMdevCore();
        var parent = new SimulatedParent(_tree, path);
        foreach (SimulatedType type in types)
        {
            string directory = $"{parent.TypesPath}/{type.Id}";
            _tree.AddDirectory($"{directory}/devices");
            _tree.AddReadOnly($"{directory}/available_instances", "0\n");
            _tree.AddReadOnly($"{directory}/device_api", $"{type.DeviceApi}\n");
            _tree.AddWriteOnly($"{directory}/create");
            if (type.Name is not null)
                _tree.AddReadOnly($"{directory}/name", $"{type.Name}\n");
            if (type.Description is not null)
                _tree.AddReadOnly($"{directory}/description", $"{type.Description}\n");
        }

        _tree.AddLink($"/sys/class/mdev_bus/{parent.Name}", path);
        return parent;
    }

    private void AddMdevCore()
    {
        if (_tree.HasDirectory("/sys/class/mdev_bus"))
            return;
        foreach (string directory in new[] { "/sys/class/mdev_bus", "/sys/bus/mdev/devices", "/sys/bus/mdev/drivers" })
            _tree.AddDirectory(directory);
        _tree.AddReadWrite("/sys/bus/mdev/drivers_autoprobe", "1\n");
        _tree.AddWriteOnly("/sys/bus/mdev/drivers_probe");
        _tree.AddWriteOnly("/sys/bus/mdev/uevent");
    }
}
