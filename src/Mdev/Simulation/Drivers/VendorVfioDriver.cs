using System.Globalization;
using System.Xml.Linq;
using Mdev.Errors;

namespace Mdev.Simulation.Drivers;

/// <summary>A vGPU type that is given to a virtual function.</summary>
/// <param name="Number">The number that sysfs takes.</param>
/// <param name="Name">Its name, which ends in the framebuffer's size in GB and the series.</param>
/// <param name="Most">How many vGPUs a GPU, or a GPU instance, may have for one of it to be added.</param>
/// <param name="Slices">The slices of the GPU instance that it needs; 0 on an undivided GPU.</param>
internal sealed record FunctionType(int Number, string Name, int Most, int Slices = 0)
{
    public int Gigabytes { get; } = int.Parse(Name[(Name.LastIndexOf('-') + 1)..^1], CultureInfo.InvariantCulture);

    public int Heads => Name[^1] is 'A' or 'C' ? 1 : 4;

    public (int Width, int Height) Display => Name[^1] == 'A' ? (1280, 1024) : Gigabytes == 1 ? (5120, 2880) : (7680, 4320);
}

/// <summary>
/// NVIDIA's driver since Linux 6.8: types are given to virtual functions by a number. What its models have in common; the upstream driver differs in its
/// errno and in what it lists. Facts: vgpu-vfio and os-hypervisor.c of NVIDIA's driver.
/// </summary>
internal abstract class VendorVfioDriver : SimulatedDriver
{
    private const int Vendor = 0x10de;
    private const int Class = 0x030200;
    private const int MostSlices = 4;
    private const string ConfigFile = "/usr/share/nvidia/vgpu/vgpuConfig.xml";

    /// <summary>The kernel driver that its functions are bound to.</summary>
    public virtual string KernelDriver => "nvidia";

    /// <summary>The PCI device id of its GPUs, by which a function's driver is found again.</summary>
    public abstract int Device { get; }

    /// <summary>Its types in the order of its lists.</summary>
    public abstract IReadOnlyList<FunctionType> Types { get; }

    /// <summary>What it answers when a type is taken away where there is none; 0 for success.</summary>
    public virtual int NothingThereErrno => Errno.EPERM;

    /// <summary>What it answers when a type is taken away that a VM has open.</summary>
    public virtual int InUseErrno => Errno.EPERM;

    public sealed override IEnumerable<string> Sizes => [nameof(SimulationSizes.GpuCount), nameof(SimulationSizes.NumaNodeCount), nameof(SimulationSizes.FunctionCount)];

    /// <summary>Whether a function can be given a type.</summary>
    public virtual bool CanMake(FunctionType type, SimulatedFunction function, IReadOnlyList<SimulatedFunction> siblings)
    {
        List<FunctionType> made = Made(siblings);
        return function.Type == 0 && made.Count < type.Most && made.TrueForAll(other => other.Gigabytes == type.Gigabytes);
    }

    /// <summary>What it answers when it does not give a type: one errno for whatever the reason.</summary>
    public virtual int Refusal(long number, IReadOnlyList<SimulatedFunction> siblings) => Errno.EIO;

    /// <summary>What <c>creatable_vgpu_types</c> of a function says.</summary>
    public virtual string List(SimulatedFunction function, IReadOnlyList<SimulatedFunction> siblings) =>
        "ID    : vGPU Name\n" + string.Concat(Types.Where(type => CanMake(type, function, siblings)).Select(Row));

    /// <summary>Sets the attributes of a function that was given a type.</summary>
    public virtual void Fill(SimulatedTree tree, SimulatedFunction function, FunctionType type, IReadOnlyList<SimulatedFunction> siblings)
    {
        tree.Replace($"{function.SysfsPath}/nvidia/gpu_instance_id", "0\n");
        tree.Replace($"{function.SysfsPath}/nvidia/placement_id", "0\n");
    }

    /// <summary>Sets the attributes of a function that has no type: two of them answer ENXIO then.</summary>
    public virtual void Empty(SimulatedTree tree, string function)
    {
        tree.ReplaceByUnanswered($"{function}/nvidia/gpu_instance_id");
        tree.ReplaceByUnanswered($"{function}/nvidia/placement_id");
        tree.Replace($"{function}/nvidia/vgpu_params", "\n");
    }

    public sealed override void Check(SimulationSizes sizes)
    {
        if (sizes.FunctionCount == 0)
            throw new MdevException(MdevError.InvalidArgument, "A GPU of this driver makes vGPUs on its virtual functions, so that it has one at least.");
    }

    public sealed override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        var devices = new SimulatedDevices(host.Tree);
        for (int i = 0; i < (sizes.GpuCount ?? DefaultGpuCount); i++)
        {
            int bus = host.NewBus();
            var gpu = new PciFunction(PciFunction.AddressOf(bus, 0), Vendor, Device, Class, i % (sizes.NumaNodeCount ?? 2));
            foreach (PciFunction function in PciBus.AddWithVirtualFunctions(host.Tree, gpu, bus, sizes.FunctionCount ?? DefaultFunctionCount, KernelDriver))
            {
                devices.AddGroup(function.SysfsPath, function.Address, host.NewGroup());
                AddAttributes(host.Tree, function.SysfsPath);
            }
        }

        if (HasConfig)
            AddConfig(host.Tree);
    }

    /// <summary>A line of its lists.</summary>
    protected static string Row(FunctionType type) => $"{type.Number,-5} : {type.Name}\n";

    protected virtual int DefaultGpuCount => 4;

    protected virtual int DefaultFunctionCount => 32;

    /// <summary>Whether its package brings vgpuConfig.xml.</summary>
    protected virtual bool HasConfig => true;

    /// <summary>The types of the vGPUs that a GPU has.</summary>
    protected List<FunctionType> Made(IEnumerable<SimulatedFunction> siblings) =>
        siblings.Select(sibling => Types.FirstOrDefault(type => type.Number == sibling.Type)).OfType<FunctionType>().ToList();

    /// <summary>The attributes of a function without a type.</summary>
    protected virtual void AddAttributes(SimulatedTree tree, string function)
    {
        tree.AddDirectory($"{function}/nvidia");
        tree.AddReadOnly($"{function}/nvidia/creatable_vgpu_types", "");
        tree.AddReadWrite($"{function}/nvidia/current_vgpu_type", "0\n");
        tree.AddReadWrite($"{function}/nvidia/gpu_instance_id", "");
        tree.AddReadWrite($"{function}/nvidia/placement_id", "");
        tree.AddReadWrite($"{function}/nvidia/vgpu_params", "\n");
        tree.AddReadWrite($"{function}/nvidia/warm_update", "0\n");
        Empty(tree, function);
    }

    private void AddConfig(SimulatedTree tree)
    {
        XElement config = tree.ReadText(ConfigFile) is { } there ? XElement.Parse(there) : new XElement("vgpuconfig");
        config.Add(Types.Select(type => new XElement(
            "vgpuType",
            new XAttribute("id", type.Number),
            new XAttribute("name", type.Name),
            new XAttribute("class", type.Name[^1] switch { 'A' => "NVS", 'B' => "NVS", 'C' => "Compute", _ => "Quadro" }),
            new XElement("devId", new XAttribute("vendorId", $"0x{Vendor:X4}"), new XAttribute("deviceId", $"0x{Device:X4}"), new XAttribute("subsystemVendorId", $"0x{Vendor:X4}"), new XAttribute("subsystemId", "0x0")),
            new XElement("profileSize", $"0x{(long)type.Gigabytes << 30:X}"),
            new XElement("framebuffer", $"0x{((long)type.Gigabytes << 30) / 8 * 7:X}"),
            new XElement("numHeads", type.Heads),
            new XElement("display", new XAttribute("width", type.Display.Width), new XAttribute("height", type.Display.Height)))));
        config.Add(new XElement(
            "pgpu",
            new XElement("devId", new XAttribute("vendorId", $"0x{Vendor:X4}"), new XAttribute("deviceId", $"0x{Device:X4}"), new XAttribute("subsystemVendorId", $"0x{Vendor:X4}"), new XAttribute("subsystemId", "0x0")),
            Types.Select(type => new XElement("supportedVgpu", new XAttribute("vgpuId", type.Number), new XElement("maxVgpus", type.Most * (type.Slices == 0 ? 1 : MostSlices / type.Slices))))));
        if (tree.ReadText(ConfigFile) is not null)
            tree.RemoveFile(ConfigFile);
        tree.AddDirectory(Path.GetDirectoryName(ConfigFile)!);
        tree.AddReadWrite(ConfigFile, $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{config}\n");
    }
}

/// <summary>NVIDIA L40S: vGPUs that share the GPU by time, all of one framebuffer size.</summary>
internal sealed class NvidiaL40sDriver : VendorVfioDriver
{
    // As captured: ordered by number, of which 2164 came later.
    public static readonly IReadOnlyList<FunctionType> L40s =
    [
        Of(1145, "1B"), Of(1146, "2B"),
        Of(1147, "1Q"), Of(1148, "2Q"), Of(1149, "3Q"), Of(1150, "4Q"), Of(1151, "6Q"), Of(1152, "8Q"), Of(1153, "12Q"), Of(1154, "16Q"), Of(1155, "24Q"), Of(1156, "48Q"),
        Of(1157, "1A"), Of(1158, "2A"), Of(1159, "3A"), Of(1160, "4A"), Of(1161, "6A"), Of(1162, "8A"), Of(1163, "12A"), Of(1164, "16A"), Of(1165, "24A"), Of(1166, "48A"),
        Of(2164, "3B"),
    ];

    private const int Gigabytes = 48;
    private const int Functions = 32;

    public override int Device => 0x26b9;

    public override IReadOnlyList<FunctionType> Types => L40s;

    private static FunctionType Of(int number, string profile)
    {
        var type = new FunctionType(number, $"NVIDIA L40S-{profile}", Functions);
        return type with { Most = Math.Min(Functions, Gigabytes / type.Gigabytes) };
    }
}

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
