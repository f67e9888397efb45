using Mdev.Kernel;

namespace Mdev.Conformance.Worlds;

/// <summary>
/// A host with the drivers mtty, mdpy and mbochs and no devices: a simulated one or, in a virtual machine, the real kernel. Only what
/// cannot be asked for in the same way on both is different here; every expectation is the same.
/// </summary>
internal abstract class World : IDisposable
{
    private readonly Stack<Action> _undo = new();

    /// <summary>Whether the tests run against the real kernel. They change it freely, so that has to be asked for.</summary>
    public static bool IsKernel { get; } = Environment.GetEnvironmentVariable("MDEVPS_WORLD") switch
    {
        null or "" or "simulated" => false,
        "kernel" => true,
        var other => throw new InvalidOperationException($"MDEVPS_WORLD is '{other}'; there are 'simulated' and 'kernel'."),
    };

    public abstract HostRoot Host { get; }

    /// <summary>The same host through a sysfs that is mounted read-only.</summary>
    public abstract HostRoot ReadOnlyHost();

    /// <summary>Unloads a vendor driver; false when it is in use.</summary>
    public abstract bool Unload(string driver);

    /// <summary>Holds a device open as a VM does, by its group and its own descriptor.</summary>
    public abstract IDisposable HoldDevice(Guid uuid);

    public static World Start() => IsKernel ? new KernelWorld() : new SimulatedWorld();

    /// <summary>Changes the mode of a file until the test is over.</summary>
    public virtual void ChangeMode(string hostPath, UnixFileMode mode)
    {
        string path = Host.OnMachine(hostPath);
        UnixFileMode before = File.GetUnixFileMode(path);
        AtEnd(() =>
        {
            if (File.Exists(path))
                File.SetUnixFileMode(path, before);
        });
        File.SetUnixFileMode(path, mode);
    }

    public void Dispose()
    {
        while (_undo.TryPop(out Action? undo))
            undo();
        CleanUp();
    }

    protected void AtEnd(Action undo) => _undo.Push(undo);

    /// <summary>Leaves the host as it was before the test.</summary>
    protected abstract void CleanUp();

    /// <summary>The node of a device's VFIO group on this machine.</summary>
    protected string GroupNode(Guid uuid) =>
        Host.OnMachine("/dev/vfio/" + Path.GetFileName(Host.Files.ReadLink($"{Paths.Device(uuid, Host)}/iommu_group") ?? throw new InvalidOperationException($"{uuid} has no group.")));
}
