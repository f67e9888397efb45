namespace Mdev.Simulation;

/// <summary>How large a simulated host is; what is null is as large as its driver usually is.</summary>
public sealed record SimulationSizes
{
    /// <summary>How many GPUs (nvidia-t4, nvidia-a2).</summary>
    public int? GpuCount { get; init; }

    /// <summary>Over how many NUMA nodes the PCI devices are spread (nvidia-t4, nvidia-a2, fleet).</summary>
    public int? NumaNodeCount { get; init; }

    /// <summary>How many subchannels (vfio_ccw).</summary>
    public int? SubchannelCount { get; init; }

    /// <summary>How many parents (fleet).</summary>
    public int? ParentCount { get; init; }

    /// <summary>How many of them are the virtual functions of one physical device; 0 when they are physical devices themselves (fleet).</summary>
    public int? FunctionCount { get; init; }

    /// <summary>How many types every parent offers (fleet).</summary>
    public int? TypeCount { get; init; }

    /// <summary>How many devices there are from the start, spread over the parents and their types (fleet).</summary>
    public int? DeviceCount { get; init; }

    /// <summary>The names of the sizes that were given.</summary>
    internal IEnumerable<string> Given => new (string Name, int? Value)[]
    {
        (nameof(GpuCount), GpuCount), (nameof(NumaNodeCount), NumaNodeCount), (nameof(SubchannelCount), SubchannelCount),
        (nameof(ParentCount), ParentCount), (nameof(FunctionCount), FunctionCount), (nameof(TypeCount), TypeCount), (nameof(DeviceCount), DeviceCount),
    }.Where(size => size.Value is not null).Select(size => size.Name);
}
