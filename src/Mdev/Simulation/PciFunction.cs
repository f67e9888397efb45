namespace Mdev.Simulation;

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
