using Mdev.Errors;

namespace Mdev.Simulation;

/// <summary>What a simulated host can have: it registers its parents when the host is built, and answers what is written to them later.</summary>
internal abstract class SimulatedDriver
{
    /// <summary>The names of the sizes that it can be built in (<see cref="SimulationSizes"/>).</summary>
    public virtual IEnumerable<string> Sizes => [];

    /// <summary>Makes sure that it can be built in these sizes.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: they contradict each other.</exception>
    public virtual void Check(SimulationSizes sizes)
    {
    }

    /// <summary>Registers its parents on a host that is being built.</summary>
    public abstract void Register(SimulatedHostBuilder host, SimulationSizes sizes);
}

/// <summary>The vendor driver's half of mediated devices on a simulated host: how many devices its parents can make, and its errno.</summary>
internal abstract class SimulatedMdevDriver : SimulatedDriver
{
    /// <summary>The first part of its type ids, by which a parent's driver is found again.</summary>
    public abstract string DriverString { get; }

    /// <summary>The name of the mdev driver that its devices are bound to.</summary>
    public virtual string MdevDriver => DriverString;

    /// <summary>What it answers when no instance is left.</summary>
    public virtual int FullErrno => Errno.ENOSPC;

    /// <summary>How many more devices of a type a parent can make.</summary>
    /// <param name="parent">The parent, with the devices it has now.</param>
    /// <param name="type">The type id.</param>
    public abstract int Available(SimulatedParent parent, string type);

    /// <summary>
    /// What available_instances says once a device has come or gone. A driver may be behind with it; after a refusal it says what
    /// <see cref="Available"/> says.
    /// </summary>
    public virtual int Reported(SimulatedParent parent, string type) => Available(parent, type);

    /// <summary>The vendor's attributes of a new device.</summary>
    /// <param name="tree">The host's files.</param>
    /// <param name="device">The directory to put them in.</param>
    /// <param name="uuid">The device's UUID as the kernel writes it.</param>
    /// <param name="parent">Its parent.</param>
    /// <param name="type">Its type id.</param>
    public virtual void AddDeviceAttributes(SimulatedTree tree, string device, string uuid, SimulatedParent parent, string type)
    {
    }

    /// <summary>Takes a value that is written to one of the vendor's attributes of a device.</summary>
    /// <param name="tree">The host's files.</param>
    /// <param name="device">The device's directory.</param>
    /// <param name="name">The attribute's name below it.</param>
    /// <param name="value">The value.</param>
    /// <returns>An errno; 0 for success.</returns>
    public virtual int Store(SimulatedTree tree, string device, string name, string value)
    {
        tree.Replace($"{device}/{name}", value);
        return 0;
    }

    /// <summary>What VFIO says of its devices.</summary>
    public virtual SimulatedVfio Vfio(SimulatedTree tree, SimulatedParent parent, string type) => SimulatedVfio.Plain(tree, parent, type);
}

/// <summary>A type as a simulated driver registers it.</summary>
internal sealed record SimulatedType(string Id, string? Name, string? Description, string DeviceApi = "vfio-pci");

/// <summary>How large a simulated host is; what is null is as large as its driver usually is.</summary>
public sealed record SimulationSizes
{
    /// <summary>How many GPUs (those of NVIDIA).</summary>
    public int? GpuCount { get; init; }

    /// <summary>Over how many NUMA nodes the PCI devices are spread (those of NVIDIA, fleet).</summary>
    public int? NumaNodeCount { get; init; }

    /// <summary>How many subchannels (vfio_ccw).</summary>
    public int? SubchannelCount { get; init; }

    /// <summary>How many parents (fleet).</summary>
    public int? ParentCount { get; init; }

    /// <summary>How many virtual functions a GPU has (nvidia-l40s, nvidia-mig, nvidia-upstream), or how many parents are those of one physical device, 0 when they are physical devices themselves (fleet).</summary>
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
