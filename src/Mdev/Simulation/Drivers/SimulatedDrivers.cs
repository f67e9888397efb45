using Mdev.Kernel;

namespace Mdev.Simulation.Drivers;

/// <summary>The drivers that a simulated host can have, by the names they are asked for.</summary>
internal static class SimulatedDrivers
{
    private static readonly Dictionary<string, SimulatedDriver> s_byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["mtty"] = new MttyDriver(),
        ["mdpy"] = new MdpyDriver(),
        ["mbochs"] = new MbochsDriver(),
        ["fleet"] = new FleetDriver(),
    };

    public static IReadOnlyCollection<string> Names => s_byName.Keys;

    public static SimulatedDriver ByName(string name) => s_byName.TryGetValue(name, out SimulatedDriver? driver)
        ? driver
        : throw new MdevException(MdevError.InvalidArgument, $"No simulated driver is named '{Printable.Text(name)}'. There are: {string.Join(", ", Names)}.");

    /// <summary>The driver of a parent with these type ids; null when nothing plays it.</summary>
    public static SimulatedDriver? ByDriverString(string driverString) => s_byName.Values.FirstOrDefault(d => d.DriverString == driverString);
}
