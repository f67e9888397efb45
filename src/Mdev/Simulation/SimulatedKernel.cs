using System.Text;
using Mdev.Kernel;
using Mdev.Simulation.Drivers;

namespace Mdev.Simulation;

/// <summary>The kernel of a simulated host, as far as a program asks it: files that are opened and written, VFIO groups that are held, devices that are asked what they are.</summary>
internal sealed class SimulatedKernel : IKernel
{
    private readonly SimulatedTree _tree;
    private readonly SimulatedDevices _devices;
    private readonly SimulatedProcesses _processes;

    public SimulatedKernel(string root)
    {
        _tree = new SimulatedTree(root);
        _devices = new SimulatedDevices(_tree);
        _processes = new SimulatedProcesses(_tree);
        Core = new SimulatedCore(_tree, _devices, _processes);
    }

    /// <summary>What writes do.</summary>
    public SimulatedCore Core { get; }

    /// <summary>The kernel of the simulated host in a directory; null when that is none.</summary>
    public static SimulatedKernel? TryOpen(string root)
    {
        if (!SimulationMarker.IsIn(root))
            return null;
        var kernel = new SimulatedKernel(root);
        return SimulationFault.Guard(root, "asked", () =>
        {
            kernel.Core.FinishPending();
            return kernel;
        });
    }

    public IAttributeWriter OpenAttribute(string path) => SimulationFault.Guard(path, "asked", () => SimulatedAttribute.Open(_tree, Core, path));

    public IDisposable OpenGroup(string path)
    {
        Descriptor descriptor = Descriptor.Open(path, LibC.O_RDWR);
        if (!_processes.HoldGroup(Path.GetFileName(path)) && LibC.flock(descriptor.Number, LibC.LOCK_EX | LibC.LOCK_NB) == 0)
            return descriptor;
        descriptor.Dispose();
        throw Refused(Errno.EBUSY, "open", path);
    }

    public IVfioDevice OpenVfioDevice(string container, string group, string name)
    {
        Descriptor.Open(container, LibC.O_RDWR).Dispose();
        if (!_tree.HasDirectory(SimulatedVfioDevice.IommuModule))
            throw new MdevException(MdevError.VfioNoIommuDriver, $"'{container}' has no IOMMU driver: neither type 1v2 nor type 1 is there.", container);
        IDisposable held = OpenGroup(group);
        if (_devices.Find(name) is { } device && _tree.LinkName($"{device}/iommu_group") == Path.GetFileName(group))
        {
            var parent = new SimulatedParent(_tree, Path.GetDirectoryName(device)!);
            if (SimulatedDrivers.ByDriverString(parent.DriverString) is { } driver && _tree.LinkName($"{device}/mdev_type") is { } type)
                return new SimulatedVfioDevice(driver.Vfio(_tree, parent, type), held);
        }

        held.Dispose();
        throw new MdevException(MdevError.VfioRefused, "The simulated kernel refused", Errno.ENODEV, "ioctl VFIO_GROUP_GET_DEVICE_FD", group);
    }

    /// <summary>Starts a process that holds devices open.</summary>
    public int StartProcess(string name, IEnumerable<string> commandLine, IEnumerable<Guid> devices)
    {
        var opened = new List<IDisposable>();
        try
        {
            var groups = new List<string>();
            foreach (Guid uuid in devices)
            {
                string group = _devices.Find(uuid.ToString()) is { } device && _tree.LinkName($"{device}/iommu_group") is { } number
                    ? number
                    : throw new MdevException(MdevError.DeviceNotFound, $"No device {uuid} that could be opened is on the simulated host '{_tree.Root}'.");
                opened.Add(OpenGroup(_tree.OnMachine($"/dev/vfio/{group}")));
                groups.Add(group);
            }

            using IDisposable turn = HostLock.Take(_tree.Root);
            return _processes.Start(name, commandLine, groups);
        }
        finally
        {
            opened.ForEach(group => group.Dispose());
        }
    }

    /// <summary>Ends a process.</summary>
    public void EndProcess(int processId)
    {
        using (HostLock.Take(_tree.Root))
            _processes.End(processId);
    }

    public static MdevException Refused(int errno, string operation, string path) =>
        new(MdevError.WriteRefused, "The simulated kernel refused", errno, operation, path);
}
