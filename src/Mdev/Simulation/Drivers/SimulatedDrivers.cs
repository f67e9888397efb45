using Mdev.Errors;

namespace Mdev.Simulation.Drivers;

/// <summary>The drivers that a simulated host can have, by the names they are asked for.</summary>
internal static class SimulatedDrivers
{
    private static readonly Dictionary<string, SimulatedDriver> s_byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["mtty"] = new MttyDriver(),
        ["mdpy"] = new MdpyDriver(),
        ["mbochs"] = new MbochsDriver(),
        ["nvidia-t4"] = new NvidiaT4Driver(),
        ["nvidia-a2"] = new NvidiaA2Driver(),
        ["nvidia-l40s"] = new NvidiaL40sDriver(),
        ["nvidia-mig"] = new NvidiaMigDriver(),
        ["nvidia-upstream"] = new NvidiaUpstreamDriver(),
        ["i915"] = new I915Driver(generation: 5, withNames: true),
        ["i915-old"] = new I915Driver(generation: 4, withNames: false),
        ["vfio_ap"] = new VfioApDriver(),
        ["vfio_ccw"] = new VfioCcwDriver(),
        ["fleet"] = new FleetDriver(),
        ["broken"] = new BrokenDriver(),
    };

    public static IReadOnlyCollection<string> Names => s_byName.Keys;

    public static SimulatedDriver ByName(string name) => s_byName.TryGetValue(name, out SimulatedDriver? driver)
        ? driver
        : throw new MdevException(MdevError.InvalidArgument, $"No simulated driver is named '{Printable.Text(name)}'. There are: {string.Join(", ", Names)}.");

    /// <summary>The driver of a PCI function that takes vGPU types; null when nothing plays it.</summary>
    public static VendorVfioDriver? OfFunction(SimulatedTree tree, string path) =>
        s_byName.Values.OfType<VendorVfioDriver>().FirstOrDefault(driver => tree.ReadText($"{path}/device") == $"0x{driver.Device:x4}" && tree.LinkName($"{path}/driver") == driver.KernelDriver);

    /// <summary>
    /// The driver of a parent with these type ids; null when nothing plays it. Where two names share a driver string, the one answers a
    /// write as the other does: they differ in what they register, and in what the tree says since.
    /// </summary>
    public static SimulatedMdevDriver? ByDriverString(string driverString) => s_byName.Values.OfType<SimulatedMdevDriver>().FirstOrDefault(d => d.DriverString == driverString);
}
