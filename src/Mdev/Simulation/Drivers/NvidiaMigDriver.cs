namespace Mdev.Simulation.Drivers;

/// <summary>
/// An NVIDIA GPU that is divided into GPU instances (MIG): two of one slice and one of two. A vGPU is on an instance of its type's slices, which hosts one
/// framebuffer size; types for the undivided GPU are not made. The numbers are made up but for 1561, since none were found.
/// </summary>
internal sealed class NvidiaMigDriver : VendorVfioDriver
{
    private const string Model = "NVIDIA RTX Pro 6000 Blackwell DC";
    private const int SliceGigabytes = 24;

    private static readonly FunctionType[] s_types =
    [
        new(1561, $"{Model}-12Q", 8), new(1562, $"{Model}-24Q", 4),
        new(1801, $"{Model}-1-12Q", 2, 1), new(1802, $"{Model}-1-24Q", 1, 1), new(1803, $"{Model}-2-24Q", 2, 2), new(1804, $"{Model}-2-48Q", 1, 2), new(1805, $"{Model}-4-96Q", 1, 4),
    ];

    private static readonly (int Id, int Slices)[] s_instances = [(3, 1), (4, 1), (1, 2)];

    public override int Device => 0x2bb5;

    public override IReadOnlyList<FunctionType> Types => s_types;

    protected override int DefaultGpuCount => 1;

    public override bool CanMake(FunctionType type, SimulatedFunction function, IReadOnlyList<SimulatedFunction> siblings) => function.Type == 0 && InstanceFor(type, siblings) is not null;

    public override void Fill(SimulatedTree tree, SimulatedFunction function, FunctionType type, IReadOnlyList<SimulatedFunction> siblings)
    {
        base.Fill(tree, function, type, siblings);
        tree.Replace($"{function.SysfsPath}/nvidia/gpu_instance_id", $"{InstanceFor(type, siblings)}\n");
    }

    private int? InstanceFor(FunctionType type, IReadOnlyList<SimulatedFunction> siblings) => s_instances
        .Where(instance => instance.Slices == type.Slices && type.Gigabytes <= instance.Slices * SliceGigabytes)
        .Where(instance => Made(siblings.Where(sibling => sibling.Instance == instance.Id)) is var made && made.Count < type.Most && made.TrueForAll(other => other.Gigabytes == type.Gigabytes))
        .Select(instance => (int?)instance.Id)
        .FirstOrDefault();
}
