namespace Mdev.Simulation.Drivers;

/// <summary>A vGPU type of NVIDIA's: a profile of a GPU with 16 GB. Facts: NVIDIA's Virtual GPU Software User Guide, "Virtual GPU Types".</summary>
internal sealed record VgpuType(int Number, string Name)
{
    private const int GpuMegabytes = 16 * 1024;

    /// <summary>The types of a T4.</summary>
    public static readonly IReadOnlyList<VgpuType> T4 =
    [
        new(222, "GRID T4-1B"), new(223, "GRID T4-2B"), new(225, "GRID T4-1A"), new(226, "GRID T4-2A"), new(227, "GRID T4-4A"),
        new(228, "GRID T4-8A"), new(229, "GRID T4-16A"), new(230, "GRID T4-1Q"), new(231, "GRID T4-2Q"), new(232, "GRID T4-4Q"),
        new(233, "GRID T4-8Q"), new(234, "GRID T4-16Q"), new(319, "GRID T4-4C"), new(320, "GRID T4-8C"), new(321, "GRID T4-16C"),
    ];

    /// <summary>The types of an A2.</summary>
    public static readonly IReadOnlyList<VgpuType> A2 =
    [
        new(742, "NVIDIA A2-1B"), new(743, "NVIDIA A2-2B"), new(744, "NVIDIA A2-1Q"), new(745, "NVIDIA A2-2Q"), new(746, "NVIDIA A2-4Q"),
        new(747, "NVIDIA A2-8Q"), new(748, "NVIDIA A2-16Q"), new(749, "NVIDIA A2-1A"), new(750, "NVIDIA A2-2A"), new(751, "NVIDIA A2-4A"),
        new(752, "NVIDIA A2-8A"), new(753, "NVIDIA A2-16A"), new(754, "NVIDIA A2-4C"), new(755, "NVIDIA A2-8C"), new(756, "NVIDIA A2-16C"),
    ];

    /// <summary>The types of both by their ids.</summary>
    public static readonly IReadOnlyDictionary<string, VgpuType> ById = T4.Concat(A2).ToDictionary(t => t.Id);

    public string Id => $"nvidia-{Number}";

    /// <summary>The framebuffer, which the name ends in: A2-4Q has 4 GB.</summary>
    public int Megabytes { get; } = int.Parse(Name[(Name.LastIndexOf('-') + 1)..^1], System.Globalization.CultureInfo.InvariantCulture) * 1024;

    /// <summary>How many fit on one GPU.</summary>
    public int MaxInstances => GpuMegabytes / Megabytes;

    /// <summary>The type as the driver registers it. Heads, frame rate and resolution go by the series: workstation, PC, applications, compute.</summary>
    public SimulatedType Registered
    {
        get
        {
            (int heads, int frames, string resolution) = (Name[^1], Megabytes) switch
            {
                ('B', _) => (4, 45, "5120x2880"),
                ('A', _) => (1, 60, "1280x1024"),
                ('C', _) => (1, 60, "4096x2160"),
                (_, 1024) => (4, 60, "5120x2880"),
                _ => (4, 60, "7680x4320"),
            };
            return new SimulatedType(
                Id, Name, $"num_heads={heads}, frl_config={frames}, framebuffer={Megabytes}M, max_resolution={resolution}, max_instance={MaxInstances}");
        }
    }
}
