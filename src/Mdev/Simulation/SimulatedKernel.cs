using System.Text;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Simulation.Drivers;

namespace Mdev.Simulation;

/// <summary>The kernel of a simulated host, as far as a program asks it: files that are opened and written, VFIO groups that are held, devices that are asked what they are.</summary>
internal sealed class SimulatedKernel : IKernel
{
    private readonly SimulatedTree _tree;
    private readonly SimulatedDevices _devices;
    private readonly SimulatedProcesses _processes;
    private readonly SimulatedVendorVfio _vendorVfio;

    public SimulatedKernel(SimulatedTree tree)
    {
        _tree = tree;
        _devices = new SimulatedDevices(_tree);
        _processes = new SimulatedProcesses(_tree);
        _vendorVfio = new SimulatedVendorVfio(_tree, _processes);
        Core = new SimulatedCore(_tree, _devices, _processes, _vendorVfio);
    }

    public bool IsSimulated => true;

    public IKernel Patient => new SimulatedKernel(new SimulatedTree(_tree.Files));

    /// <summary>What writes do.</summary>
    public SimulatedCore Core { get; }

    /// <summary>The kernel of the simulated host in a directory; null when that is none of this user's.</summary>
    public static SimulatedKernel? Of(HostFiles files, CancellationToken cancel = default) =>
        SimulationRecord.Of(files) is null ? null : new SimulatedKernel(new SimulatedTree(files, waiting: cancel));

    public IAttributeWriter OpenAttribute(string hostPath)
    {
        Core.FinishPending();
        return SimulatedAttribute.Open(_tree, Core, hostPath);
    }

    public IDisposable OpenGroup(string node)
    {
        Descriptor descriptor = OpenNode(node);
        if (!_processes.HoldGroup(HostFiles.Name(node)) && LibC.flock(descriptor.Number, LibC.LOCK_EX | LibC.LOCK_NB) == 0)
            return descriptor;
        descriptor.Dispose();
        throw Refused(Errno.EBUSY, "open", _tree.Files.OnMachine(node));
    }

    public IVfioDevice OpenVfioDevice(string container, string group, string name)
    {
        OpenNode(container).Dispose();
        if (!_tree.HasDirectory(SimulatedVfioDevice.IommuModule))
            throw new MdevException(MdevError.VfioNoIommuDriver, $"'{_tree.Files.OnMachine(container)}' has no IOMMU driver: neither type 1v2 nor type 1 is there.", _tree.Files.OnMachine(container));
        IDisposable held = OpenGroup(group);
        try
        {
            if (_devices.Find(name) is { } device && _tree.LinkName($"{device}/iommu_group") == HostFiles.Name(group))
            {
                var parent = new SimulatedParent(_tree, HostFiles.Parent(device));
                if (SimulatedDrivers.ByDriverString(parent.DriverString) is { } driver && _tree.LinkName($"{device}/mdev_type") is { } type)
                    return new SimulatedVfioDevice(driver.Vfio(_tree, parent, type), held);
            }

            if (_vendorVfio.Find(name) is { Type: not 0 } function && function.Group == HostFiles.Name(group))
                return new SimulatedVfioDevice(SimulatedVfio.Pci(_tree, function.SysfsPath), held);
            throw new MdevException(MdevError.VfioRefused, "The simulated kernel refused", Errno.ENODEV, "ioctl VFIO_GROUP_GET_DEVICE_FD", _tree.Files.OnMachine(group));
        }
        catch
        {
            held.Dispose();
            throw;
        }
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
                string group = (_devices.Find(uuid.ToString()) ?? _vendorVfio.Find(uuid)?.SysfsPath) is { } device && _tree.LinkName($"{device}/iommu_group") is { } number
                    ? number
                    : throw new MdevException(MdevError.DeviceNotFound, $"No device {uuid} that could be opened is on the simulated host '{_tree.Root}'.") { Uuid = uuid };
                opened.Add(OpenGroup($"/dev/vfio/{group}"));
                groups.Add(group);
            }

            using IDisposable turn = _tree.Lock();
            return _processes.Start(name, commandLine, groups);
        }
        finally
        {
            opened.ForEach(group => group.Dispose());
        }
    }

    /// <summary>Ends a process, and the removals that waited for it.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.ProcessNotFound"/>.</exception>
    public void EndProcess(int processId)
    {
        using (_tree.Lock())
        {
            List<string> groups = _processes.GroupsOf(processId);
            _processes.End(processId);
            _vendorVfio.Ended(groups);
        }

        Core.FinishPending();
    }

    /// <summary>Leaves what a reboot leaves: ordinary files such as definitions, and neither devices nor processes but the first.</summary>
    public void Restart()
    {
        using IDisposable turn = _tree.Lock();
        _processes.EndAll();
        Core.RemoveAll();
        _vendorVfio.RemoveAll();
        Core.Refresh();
    }

    public static MdevException Refused(int errno, string operation, string path) => Refusal.ToCall(errno, operation, path);

    // An ordinary file stands for a node, and only that is opened.
    private Descriptor OpenNode(string node)
    {
        using (Descriptor looked = _tree.Files.OpenFile(node, LibC.O_PATH | LibC.O_NOFOLLOW))
        {
            if (FileStatus.Of(looked).Kind != FileKind.File)
                throw new MdevException(MdevError.NotLive, $"'{_tree.Files.OnMachine(node)}' is no node of a simulated host.", _tree.Files.OnMachine(node));
        }

        return _tree.Files.OpenFile(node, LibC.O_RDWR | LibC.O_NOFOLLOW | LibC.O_NONBLOCK);
    }
}

/// <summary>An attribute of a simulated host that is open for writing: what it belongs to may go away meanwhile, and be made anew.</summary>
internal sealed class SimulatedAttribute : IAttributeWriter
{
    private readonly SimulatedTree _tree;
    private readonly SimulatedCore _core;
    private readonly string _hostPath;
    private readonly Descriptor _directory;

    private SimulatedAttribute(SimulatedTree tree, SimulatedCore core, string hostPath, Descriptor directory) =>
        (_tree, _core, _hostPath, _directory) = (tree, core, hostPath, directory);

    public string Path => _tree.Files.OnMachine(_hostPath);

    /// <summary>Opens an attribute as sysfs does.</summary>
    /// <exception cref="MdevException">ENOENT; EACCES: its mode lets nobody write; EROFS.</exception>
    public static SimulatedAttribute Open(SimulatedTree tree, SimulatedCore core, string hostPath)
    {
        string path = tree.Files.OnMachine(hostPath);
        Descriptor directory = tree.Files.OpenFile(HostFiles.Parent(hostPath), LibC.O_PATH | LibC.O_DIRECTORY);
        try
        {
            using Descriptor looked = tree.Files.OpenFile(hostPath, LibC.O_PATH | LibC.O_NOFOLLOW);
            FileStatus status = FileStatus.Of(looked);
            if (status.Kind != FileKind.File)
                throw new MdevException(MdevError.NotLive, $"Nothing was written: '{path}' is no attribute of a simulated host.", path);
            // sysfs goes by the mode alone, also for root; an ordinary file system lets root write everything.
            if ((status.Mode & 0x92) == 0)
                throw SimulatedKernel.Refused(Errno.EACCES, "open", path);
            tree.Files.OpenFile(hostPath, LibC.O_WRONLY | LibC.O_NOFOLLOW | LibC.O_NONBLOCK).Dispose();
            return SimulationRecord.IsReadOnly(tree.Files)
                ? throw SimulatedKernel.Refused(Errno.EROFS, "open", path)
                : new SimulatedAttribute(tree, core, hostPath, directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public void Write(ReadOnlySpan<byte> value)
    {
        // An attribute whose directory is no longer where it was is that of a device or a driver that went away meanwhile.
        int errno = IsStillThere() ? _core.Store(_hostPath, value) : Errno.ENODEV;
        if (errno != 0)
            throw SimulatedKernel.Refused(errno, "write", Path);
    }

    // It goes on when whoever began it has been stopped.
    public void WriteDetached(string value) => new Thread(() => WriteUnheard(new SimulatedKernel(new SimulatedTree(_tree.Files)).Core, value)) { IsBackground = true }.Start();

    public void Dispose() => _directory.Dispose();

    private bool IsStillThere()
    {
        try
        {
            using Descriptor now = _tree.Files.OpenFile(HostFiles.Parent(_hostPath), LibC.O_PATH | LibC.O_DIRECTORY);
            return FileStatus.Of(now).Identity == FileStatus.Of(_directory).Identity && _tree.Files.KindOf(_hostPath) == FileKind.File;
        }
        catch (MdevException)
        {
            return false;
        }
    }

    // Nobody hears of a detached write, and what escapes from a thread would end the whole program.
#pragma warning disable CA1031
    private void WriteUnheard(SimulatedCore core, string value)
    {
        try
        {
            _ = core.Store(_hostPath, Encoding.UTF8.GetBytes(value));
        }
        catch (Exception)
        {
            // The host itself may be gone before the device is let go.
        }
    }
#pragma warning restore CA1031
}
