using Mdev.Errors;

namespace Mdev.Simulation.Drivers;

/// <summary>
/// NVIDIA's vGPU: what its models have in common. On one physical GPU all vGPUs have the same framebuffer size, and there are no more
/// of them than fit. Facts: NVIDIA's Virtual GPU Software User Guide.
/// </summary>
internal abstract class NvidiaDriver : SimulatedMdevDriver
{
    private const int Vendor = 0x10de;

    /// <summary>A 3D controller.</summary>
    private const int Class = 0x030200;

    public sealed override string DriverString => "nvidia";

    public sealed override string MdevDriver => "nvidia-vgpu-vfio";

    // What exactly it answers is not documented; EINVAL is what people report.
    public sealed override int FullErrno => Errno.EINVAL;

    public sealed override IEnumerable<string> Sizes => [nameof(SimulationSizes.GpuCount), nameof(SimulationSizes.NumaNodeCount)];

    public sealed override int Available(SimulatedParent parent, string type)
    {
        VgpuType wanted = VgpuType.ById[type];
        List<VgpuType> onGpu = parent.Siblings.SelectMany(function => function.TypesInUse).Select(id => VgpuType.ById[id]).ToList();
        if (onGpu.Exists(other => other.Megabytes != wanted.Megabytes))
            return 0;
        int left = wanted.MaxInstances - onGpu.Count;
        return parent.IsVirtualFunction ? Math.Min(left, 1 - parent.TypesInUse.Count) : left;
    }

    // A virtual function that is still free says 1 also when its GPU is full, until somebody has tried.
    public sealed override int Reported(SimulatedParent parent, string type)
    {
        int available = Available(parent, type);
        bool isOfOtherSize = parent.Siblings.Any(function => function.TypesInUse.Any(id => VgpuType.ById[id].Megabytes != VgpuType.ById[type].Megabytes));
        return parent.IsVirtualFunction && parent.TypesInUse.Count == 0 && !isOfOtherSize ? 1 : available;
    }

    public sealed override void AddDeviceAttributes(SimulatedTree tree, string device, string uuid, SimulatedParent parent, string type)
    {
        tree.AddDirectory($"{device}/nvidia");
        tree.AddReadWrite($"{device}/nvidia/vgpu_params", "\n");
    }

    protected static PciFunction Gpu(SimulatedHostBuilder host, int device, int number, SimulationSizes sizes, out int bus)
    {
        bus = host.NewBus();
        return new PciFunction(PciFunction.AddressOf(bus, 0), Vendor, device, Class, number % (sizes.NumaNodeCount ?? 2));
    }
}

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
