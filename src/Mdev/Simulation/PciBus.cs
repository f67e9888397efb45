namespace Mdev.Simulation;

/// <summary>Puts PCI functions into the tree of a simulated host, with the attributes that the PCI core gives each.</summary>
internal static class PciBus
{
    private const string Bus = "/sys/bus/pci";

    /// <summary>Adds a function that is bound to a driver.</summary>
    public static void AddTo(SimulatedTree tree, PciFunction function, string driver)
    {
        string path = function.SysfsPath;
        tree.AddDirectory(path);
        tree.AddDirectory($"{Bus}/devices");
        tree.AddDirectory($"{Bus}/drivers/{driver}");
        tree.AddLink($"{path}/subsystem", Bus);
        tree.AddLink($"{path}/driver", $"{Bus}/drivers/{driver}");
        tree.AddLink($"{Bus}/devices/{function.Address}", path);
        tree.AddLink($"{Bus}/drivers/{driver}/{function.Address}", path);

        tree.AddReadOnly($"{path}/vendor", $"0x{function.Vendor:x4}\n");
        tree.AddReadOnly($"{path}/device", $"0x{function.Device:x4}\n");
        tree.AddReadOnly($"{path}/class", $"0x{function.Class:x6}\n");
        tree.AddReadOnly($"{path}/revision", "0xa1\n");
        tree.AddReadOnly($"{path}/irq", "0\n");
        tree.AddReadOnly($"{path}/resource", "0x0000000000000000 0x0000000000000000 0x0000000000000000\n");
        tree.AddReadWrite($"{path}/config", "");
        tree.AddReadWrite($"{path}/enable", "1\n");
        tree.AddReadWrite($"{path}/numa_node", $"{function.NumaNode}\n");
        tree.AddReadWrite($"{path}/msi_bus", "1\n");
        tree.AddReadWrite($"{path}/driver_override", "(null)\n");
        tree.AddReadWrite($"{path}/uevent", $"DRIVER={driver}\nPCI_ID={function.Vendor:X4}:{function.Device:X4}\nPCI_SLOT_NAME={function.Address}\n");
        tree.AddWriteOnly($"{path}/remove");
        tree.AddWriteOnly($"{path}/rescan");
        tree.AddWriteOnly($"{path}/reset");
    }

    /// <summary>Adds a physical function and its virtual ones, each of which points to the other.</summary>
    /// <returns>The virtual functions.</returns>
    public static List<PciFunction> AddWithVirtualFunctions(SimulatedTree tree, PciFunction physical, int bus, int count, string driver)
    {
        // The addresses of virtual functions begin at an offset of the vendor's choice; NVIDIA's is 4.
        const int FirstOffset = 4;
        AddTo(tree, physical, driver);
        tree.AddReadOnly($"{physical.SysfsPath}/sriov_totalvfs", $"{count}\n");
        tree.AddReadWrite($"{physical.SysfsPath}/sriov_numvfs", $"{count}\n");
        var functions = new List<PciFunction>();
        for (int i = 0; i < count; i++)
        {
            PciFunction function = physical with { Address = PciFunction.AddressOf(bus, FirstOffset + i) };
            AddTo(tree, function, driver);
            tree.AddLink($"{function.SysfsPath}/physfn", physical.SysfsPath);
            tree.AddLink($"{physical.SysfsPath}/virtfn{i}", function.SysfsPath);
            functions.Add(function);
        }

        return functions;
    }
}

/// <summary>A PCI function as a simulated driver finds it.</summary>
/// <param name="Address">Its address, such as <c>0000:41:00.4</c>.</param>
/// <param name="Vendor">Its vendor id.</param>
/// <param name="Device">Its device id.</param>
/// <param name="Class">Its class code.</param>
/// <param name="NumaNode">Its NUMA node; -1 when the platform names none.</param>
internal sealed record PciFunction(string Address, int Vendor, int Device, int Class, int NumaNode)
{
    /// <summary>Its directory. A bridge may stand in between on a real machine; nothing we read depends on one.</summary>
    public string SysfsPath => $"/sys/devices/pci{Address[..7]}/{Address}";

    /// <summary>The address of a function, by the number of its bus, counted over all domains and without the bus 00.</summary>
    public static string AddressOf(int bus, int deviceAndFunction) =>
        $"{bus / 255:x4}:{(bus % 255) + 1:x2}:{deviceAndFunction >> 3:x2}.{deviceAndFunction & 7}";
}

/// <summary>The power/ directory that every device of the driver core has.</summary>
internal static class PowerDirectory
{
    public static void AddTo(SimulatedTree tree, string device)
    {
        string path = $"{device}/power";
        tree.AddDirectory(path);
        tree.AddReadWrite($"{path}/async", "disabled\n");
        // The kernel answers EIO to a read of this one; a file of a simulated host can only be empty.
        tree.AddReadWrite($"{path}/autosuspend_delay_ms", "");
        tree.AddReadWrite($"{path}/control", "auto\n");
        foreach (string counter in new[] { "runtime_active_kids", "runtime_active_time", "runtime_suspended_time", "runtime_usage" })
            tree.AddReadOnly($"{path}/{counter}", "0\n");
        tree.AddReadOnly($"{path}/runtime_enabled", "disabled\n");
        tree.AddReadOnly($"{path}/runtime_status", "unsupported\n");
    }
}
