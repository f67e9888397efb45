using Mdev.Errors;

namespace Mdev.Simulation.Drivers;

/// <summary>
/// The driver that was proposed for the kernel itself: two attributes only, lists without a header, and an errno for each reason. Its package brings no
/// vgpuConfig.xml. Facts: the patches of nvidia-vgpu as they were posted.
/// </summary>
internal sealed class NvidiaUpstreamDriver : VendorVfioDriver
{
    public override string KernelDriver => "nvidia_vgpu_vfio_pci";

    public override int Device => 0x26ba;

    public override IReadOnlyList<FunctionType> Types => NvidiaL40sDriver.L40s;

    public override int NothingThereErrno => 0;

    public override int InUseErrno => Errno.EBUSY;

    protected override int DefaultGpuCount => 1;

    protected override bool HasConfig => false;

    // Once a GPU has a vGPU, all others are of its very type.
    public override bool CanMake(FunctionType type, SimulatedFunction function, IReadOnlyList<SimulatedFunction> siblings)
    {
        List<FunctionType> made = Made(siblings);
        return function.Type == 0 && made.Count < type.Most && made.TrueForAll(other => other == type);
    }

    public override int Refusal(long number, IReadOnlyList<SimulatedFunction> siblings) =>
        !Types.Any(type => type.Number == number) ? Errno.ENODEV
        : Made(siblings).Exists(other => other.Number != number) ? Errno.EINVAL
        : Errno.ENOSPC;

    public override string List(SimulatedFunction function, IReadOnlyList<SimulatedFunction> siblings) =>
        string.Concat(Types.Where(type => CanMake(type, function, siblings)).Select(Row));

    public override void Fill(SimulatedTree tree, SimulatedFunction function, FunctionType type, IReadOnlyList<SimulatedFunction> siblings)
    {
    }

    public override void Empty(SimulatedTree tree, string function)
    {
    }

    protected override void AddAttributes(SimulatedTree tree, string function)
    {
        tree.AddDirectory($"{function}/nvidia");
        tree.AddReadOnly($"{function}/nvidia/creatable_vgpu_types", "");
        tree.AddReadWrite($"{function}/nvidia/current_vgpu_type", "0\n");
    }
}
