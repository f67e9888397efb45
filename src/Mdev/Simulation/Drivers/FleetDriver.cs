using Mdev.Errors;

namespace Mdev.Simulation.Drivers;

/// <summary>
/// Hardware that does not exist, of any size: parents that are PCI functions, types that share a pool, and thousands of devices made
/// with the host. Its devices are lean: no power/ directories, for one.
/// </summary>
internal sealed class FleetDriver : SimulatedMdevDriver
{
    private const int DevicesOfParent = 1024;

    public override string DriverString => "fleet";

    public override IEnumerable<string> Sizes =>
    [
        nameof(SimulationSizes.ParentCount), nameof(SimulationSizes.FunctionCount), nameof(SimulationSizes.TypeCount),
        nameof(SimulationSizes.DeviceCount), nameof(SimulationSizes.NumaNodeCount),
    ];

    public override int Available(SimulatedParent parent, string type) => DevicesOf(parent.IsVirtualFunction ? 1 : 0) - parent.TypesInUse.Count;

    public override void Check(SimulationSizes sizes)
    {
        int most = Parents(sizes) * DevicesOf(sizes.FunctionCount ?? 0);
        if (sizes.DeviceCount > most)
            throw new MdevException(MdevError.InvalidArgument, $"This fleet holds {Printable.Counted(most, "device")} in all, and {sizes.DeviceCount} are asked for.");
    }

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        int functions = sizes.FunctionCount ?? 0;
        int devices = sizes.DeviceCount ?? 0;
        int most = DevicesOf(functions);
        host.AddDriver(MdevDriver);
        List<SimulatedType> types = Enumerable.Range(1, sizes.TypeCount ?? 8)
            .Select(n => new SimulatedType($"fleet-{n}", $"Fleet {n}", $"num_heads=1, frl_config=60, framebuffer={n * 512}M, max_resolution=1920x1200, max_instance={Math.Max(functions, most)}"))
            .ToList();
        List<SimulatedParent> parents = Functions(host, Parents(sizes), functions, sizes.NumaNodeCount ?? 2)
            .Select(function => host.Register(function.SysfsPath, types))
            .ToList();

        var maker = new SimulatedDevices(host.Tree);
        for (int i = 0; i < devices; i++)
        {
            // The same fleet has the same UUIDs whenever it is made.
            string uuid = $"f1ee7000-0000-4000-8000-{i:x12}";
            maker.Add(this, parents[i % parents.Count], types[i / parents.Count % types.Count].Id, uuid, host.NewGroup(), lean: true);
        }
    }

    private static int Parents(SimulationSizes sizes) => sizes.ParentCount ?? 16;

    private static int DevicesOf(int functions) => functions > 0 ? 1 : DevicesOfParent;

    private static IEnumerable<PciFunction> Functions(SimulatedHostBuilder host, int count, int perDevice, int nodes)
    {
        for (int i = 0; i < count; i += Math.Max(perDevice, 1))
        {
            int device = i / Math.Max(perDevice, 1);
            int bus = host.NewBus();
            var function = new PciFunction(PciFunction.AddressOf(bus, 0), 0x1b36, 0xf1ee, 0x030000, device % nodes);
            if (perDevice == 0)
            {
                PciBus.AddTo(host.Tree, function, "fleet");
                yield return function;
                continue;
            }

            foreach (PciFunction virtualFunction in PciBus.AddWithVirtualFunctions(host.Tree, function, bus, Math.Min(perDevice, count - i), "fleet"))
                yield return virtualFunction;
        }
    }
}
