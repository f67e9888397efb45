namespace Mdev.Simulation.Drivers;

/// <summary>NVIDIA A2s, which make vGPUs on SR-IOV virtual functions, one on each, as Ampere and Ada do up to Linux 6.7. The GPU itself is no parent.</summary>
internal sealed class NvidiaA2Driver : NvidiaDriver
{
    private const int Device = 0x25b6;
    private const int Functions = 16;

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        host.AddDriver(MdevDriver);
        for (int i = 0; i < (sizes.GpuCount ?? 4); i++)
        {
            PciFunction gpu = Gpu(host, Device, i, sizes, out int bus);
            foreach (PciFunction function in PciBus.AddWithVirtualFunctions(host.Tree, gpu, bus, Functions, DriverString))
                host.Register(function.SysfsPath, VgpuType.A2.Select(type => type.Registered));
        }
    }
}
