namespace Mdev.Simulation.Drivers;

/// <summary>NVIDIA T4s, which make vGPUs on the physical function, as all NVIDIA GPUs before Ampere do.</summary>
internal sealed class NvidiaT4Driver : NvidiaDriver
{
    private const int Device = 0x1eb8;

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        host.AddDriver(MdevDriver);
        for (int i = 0; i < (sizes.GpuCount ?? 2); i++)
        {
            PciFunction gpu = Gpu(host, Device, i, sizes, out _);
            PciBus.AddTo(host.Tree, gpu, DriverString);
            host.Register(gpu.SysfsPath, VgpuType.T4.Select(type => type.Registered));
        }
    }
}
