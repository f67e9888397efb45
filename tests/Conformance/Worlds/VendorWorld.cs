using System.Globalization;
using Mdev.Kernel;
using Mdev.Simulation;

namespace Mdev.Conformance.Worlds;

/// <summary>
/// A host with one GPU of NVIDIA's vendor-specific VFIO: an L40S (48 GB, types 1145 to 1166 and 2164) with four virtual functions and no vGPU. Simulated or,
/// in a virtual machine, made by a module of the real kernel.
/// </summary>
internal abstract class VendorWorld : IDisposable
{
    private const string Bus = "/sys/bus/pci/devices";

    public abstract HostRoot Host { get; }

    /// <summary>The addresses of the functions, in their order.</summary>
    public IReadOnlyList<string> Functions => [.. FunctionsOf(Host)];

    /// <summary>Why there is no such world here; null when there is one.</summary>
    public static string? WhyNone => World.IsKernel ? KernelVendorWorld.WhyNoModule : null;

    /// <summary>Such a world, with NVIDIA's driver or with the one that was proposed for the kernel.</summary>
    public static VendorWorld Start(bool isUpstream) => World.IsKernel ? new KernelVendorWorld(isUpstream) : new SimulatedVendorWorld(isUpstream);

    /// <summary>The path of an attribute of a function.</summary>
    public static string Attribute(string function, string name) => $"{Bus}/{function}/nvidia/{name}";

    /// <summary>Holds the device on a function open as a VM does.</summary>
    public abstract IDisposable HoldDevice(string function);

    /// <summary>Has what is left of a VM stay on a function for longer than the driver waits for it.</summary>
    public abstract void StayAfterVm(string function);

    public void Dispose() => CleanUp();

    /// <summary>Leaves the host as it was before the test.</summary>
    protected abstract void CleanUp();

    /// <summary>The node of a function's VFIO group, as the host sees it.</summary>
    protected string GroupNode(string function) =>
        "/dev/vfio/" + Path.GetFileName(Host.Files.ReadLink($"{Bus}/{function}/iommu_group") ?? throw new InvalidOperationException($"{function} has no group."));

    private static List<string> FunctionsOf(HostRoot host)
    {
        using DirectoryHandle? bus = host.Files.OpenDirectory(Bus);
        return bus is null ? [] : [.. bus.Entries().Select(entry => entry.Name).Where(name => host.Files.Exists(Attribute(name, "current_vgpu_type"))).Order(StringComparer.Ordinal)];
    }
}

/// <summary>A simulated L40S of its own for every test.</summary>
internal sealed class SimulatedVendorWorld : VendorWorld
{
    // Until when what is left of a VM stays, in milliseconds of Unix time, in a file for each function.
    private const string Leaving = "/.mdevps-leaving";

    private readonly string _root;
    private int _nextPid = 4242;

    public SimulatedVendorWorld(bool isUpstream)
    {
        _root = SimulatedHost.Create([isUpstream ? "nvidia-upstream" : "nvidia-l40s"], sizes: new SimulationSizes { GpuCount = 1, FunctionCount = 4 }).Root;
        // Somebody else must be able to look at it.
        File.SetUnixFileMode(_root, File.GetUnixFileMode(_root) | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Host = HostOpener.Open(_root);
    }

    public override HostRoot Host { get; }

    public override IDisposable HoldDevice(string function)
    {
        string process = Path.Combine(_root, "proc", _nextPid++.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory($"{process}/fd");
        File.CreateSymbolicLink($"{process}/fd/10", "/dev/vfio/vfio");
        File.CreateSymbolicLink($"{process}/fd/11", GroupNode(function));
        File.CreateSymbolicLink($"{process}/fd/12", "anon_inode:[vfio-device]");
        return new Undo(() => Directory.Delete(process, recursive: true));
    }

    public override void StayAfterVm(string function)
    {
        Directory.CreateDirectory(_root + Leaving);
        File.WriteAllText($"{_root}{Leaving}/{function}", $"{DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()}\n");
    }

    protected override void CleanUp() => SimulatedHost.Remove(_root);
}

/// <summary>The functions of the kernel that we run on. Their driver is loaded for a test and unloaded after it: all others see a host without them.</summary>
internal sealed class KernelVendorWorld : VendorWorld
{
    private const string Module = "nvidia-vfio-test";

    // A parameter of the module: for how many milliseconds what is left of a VM stays; the driver waits for 5 seconds.
    private const string ExitParameter = "/sys/module/nvidia_vfio_test/parameters/exit_ms";

    private readonly List<IDisposable> _holders = [];

    public KernelVendorWorld(bool isUpstream) => KernelWorld.Run("modprobe", Module, "functions=4", $"upstream={(isUpstream ? 1 : 0)}");

    public static string? WhyNoModule { get; } = KernelWorld.ExitCode("modprobe", "--dry-run", Module) == 0 ? null : $"The module {Module} was not built for this kernel.";

    public override HostRoot Host { get; } = HostOpener.Open("/");

    public override IDisposable HoldDevice(string function)
    {
        var holder = new VfioHolder(GroupNode(function), function);
        _holders.Add(holder);
        return holder;
    }

    public override void StayAfterVm(string function)
    {
        File.WriteAllText(ExitParameter, "60000");
        HoldDevice(function).Dispose();
    }

    protected override void CleanUp()
    {
        _holders.ForEach(holder => holder.Dispose());
        KernelWorld.Run("modprobe", "--remove", Module);
    }
}

/// <summary>Does something at its end.</summary>
internal sealed class Undo(Action undo) : IDisposable
{
    private Action? _undo = undo;

    public void Dispose() => Interlocked.Exchange(ref _undo, null)?.Invoke();
}

/// <summary>A test about NVIDIA's vendor-specific VFIO.</summary>
internal sealed class VendorFactAttribute : FactAttribute
{
    public VendorFactAttribute() => Skip = VendorWorld.WhyNone;
}

/// <summary>The same of one that becomes somebody else for a moment.</summary>
internal sealed class VendorRootFactAttribute : FactAttribute
{
    public VendorRootFactAttribute() => Skip = VendorWorld.WhyNone ?? new RootFactAttribute().Skip;
}

/// <summary>A test about NVIDIA's vendor-specific VFIO, with data.</summary>
internal sealed class VendorTheoryAttribute : TheoryAttribute
{
    public VendorTheoryAttribute() => Skip = VendorWorld.WhyNone;
}
