using Mdev.Simulation;

namespace Mdev.Budget;

/// <summary>The simulated fleets that are counted on.</summary>
public sealed class Fleets : IDisposable
{
    /// <summary>The tree M of the benchmarks: 16 parents × 8 types, 64 devices on each parent.</summary>
    public string M { get; } = Make(parents: 16, devices: 1024);

    /// <summary>The same with half of the devices.</summary>
    public string HalfOfM { get; } = Make(parents: 16, devices: 512);

    /// <summary>One parent like those of M.</summary>
    public string OneParent { get; } = Make(parents: 1, devices: 64);

    /// <summary>Two GPUs with 32 functions each that take vGPU types, and one.</summary>
    public string TwoGpus { get; } = MakeGpus(2);

    /// <summary>The same with one GPU.</summary>
    public string OneGpu { get; } = MakeGpus(1);

    public void Dispose()
    {
        foreach (string root in new[] { M, HalfOfM, OneParent, TwoGpus, OneGpu })
            SimulatedHost.Remove(root);
    }

    private static string MakeGpus(int count) => SimulatedHost.Create(["nvidia-l40s"], sizes: new SimulationSizes { GpuCount = count }).Root;

    private static string Make(int parents, int devices) =>
        SimulatedHost.Create(["fleet"], sizes: new SimulationSizes { ParentCount = parents, TypeCount = 8, DeviceCount = devices }).Root;
}
