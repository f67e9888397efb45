using System.Text;
using Mdev.Kernel;
using Mdev.Simulation.Drivers;

namespace Mdev.Simulation;

/// <summary>The kernel of a simulated host: reacts to a write as drivers/vfio/mdev does, with the errno values measured on real kernels.</summary>
internal sealed class SimulatedKernel : IKernel
{
    private static readonly TimeSpan s_holderPoll = TimeSpan.FromMilliseconds(20);

    private readonly SimulatedTree _tree;
    private readonly SimulatedDevices _devices;
    private readonly SimulatedProcesses _processes;

    public SimulatedKernel(string root)
    {
        _tree = new SimulatedTree(root);
        _devices = new SimulatedDevices(_tree);
        _processes = new SimulatedProcesses(_tree);
    }

    /// <summary>The kernel of the simulated host in a directory; null when that is none.</summary>
    public static SimulatedKernel? TryOpen(string root)
    {
        if (!SimulationMarker.IsIn(root))
            return null;
        var kernel = new SimulatedKernel(root);
        kernel.FinishPending();
        return kernel;
    }

    public IAttributeWriter OpenAttribute(string path)
    {
        Descriptor descriptor = Descriptor.Open(path, LibC.O_WRONLY | LibC.O_NOFOLLOW | LibC.O_NONBLOCK);
        // sysfs goes by the mode alone, also for root; an ordinary file system lets root write everything. Asked is the descriptor, because
        // by now the path may be gone.
        int errno = (File.GetUnixFileMode($"/proc/self/fd/{descriptor.Number}") & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0 ? Errno.EACCES
            : SimulationMarker.Read(_tree.Root).IsReadOnly ? Errno.EROFS
            : 0;
        if (errno == 0)
            return new Attribute(this, path, descriptor);
        descriptor.Dispose();
        throw Refused(errno, "open", path);
    }

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

    /// <summary>Unloads a vendor driver: its parents and their devices go, devices first.</summary>
    /// <exception cref="MdevException">EBUSY: a process has one of the devices open.</exception>
    public void UnloadDriver(string driverString)
    {
        using IDisposable turn = HostLock.Take(_tree.Root);
        List<SimulatedParent> parents = Parents().Where(p => p.DriverString == driverString).ToList();
        if (parents.SelectMany(p => p.Devices()).Any(device => _tree.LinkName($"{device}/iommu_group") is { } group && _processes.HoldDevice(group)))
            throw Refused(Errno.EBUSY, "delete_module", driverString);
        foreach (SimulatedParent parent in parents)
        {
            foreach (string device in parent.Devices().ToList())
                Detach(device);
            _tree.RemoveFile($"/sys/class/mdev_bus/{parent.Name}");
            _tree.RemoveDirectory(parent.TypesPath);
        }
    }

    /// <summary>Brings every parent's available_instances up to date.</summary>
    public void Refresh()
    {
        var seen = new HashSet<string>();
        foreach (SimulatedParent parent in Parents().SelectMany(parent => seen.Contains(parent.SysfsPath) ? [] : parent.Siblings))
        {
            seen.Add(parent.SysfsPath);
            Refresh(parent);
        }
    }

    private static MdevException Refused(int errno, string operation, string path) =>
        new(MdevError.WriteRefused, "The simulated kernel refused", errno, operation, path);

    private static void Refresh(SimulatedParent parent, bool isRefused = false)
    {
        if (SimulatedDrivers.ByDriverString(parent.DriverString) is not { } driver)
            return;
        foreach (string type in parent.TypeIds.ToList())
            parent.SetAvailable(type, Math.Max(0, isRefused ? driver.Available(parent, type) : driver.Reported(parent, type)));
    }

    // A device that comes or goes changes what every function of the physical device has left.
    private void RefreshAround(string parentPath, bool isRefused = false)
    {
        foreach (SimulatedParent parent in new SimulatedParent(_tree, parentPath).Siblings)
            Refresh(parent, isRefused);
    }

    private IEnumerable<SimulatedParent> Parents() =>
        _tree.Names("/sys/class/mdev_bus")
            .Where(name => _tree.HasLink($"/sys/class/mdev_bus/{name}"))
            .Select(name => new SimulatedParent(_tree, _tree.Resolve("/sys/class/mdev_bus", name)));

    // What a write does; the answer is an errno, 0 for success.
    private int Store(string path, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return 0;
        string directory = Path.GetDirectoryName(path)!;
        string name = Path.GetFileName(path);
        if (name == "create" && Path.GetFileName(Path.GetDirectoryName(directory)) == "mdev_supported_types")
            return Create(directory, value);
        if (name == "remove" && Path.GetDirectoryName(directory) is not null)
            return Remove(directory, value);
        if (name == "unbind" && directory.StartsWith("/sys/bus/mdev/drivers/", StringComparison.Ordinal))
            return Unbind(Path.GetFileName(directory), Encoding.UTF8.GetString(value).TrimEnd('\n'));
        // No driver takes a device back: mdev devices are probed once, when they are made.
        if (name == "bind" && directory.StartsWith("/sys/bus/mdev/drivers/", StringComparison.Ordinal))
            return Errno.ENODEV;
        return StoreAttribute(path, Encoding.UTF8.GetString(value));
    }

    private int StoreAttribute(string path, string value)
    {
        using IDisposable turn = HostLock.Take(_tree.Root);
        // A vendor's attribute is in the device's directory or one directory further down.
        string directory = Path.GetDirectoryName(path)!;
        foreach (string device in new[] { directory, Path.GetDirectoryName(directory) ?? "/" })
        {
            if (!_tree.HasLink($"{device}/mdev_type"))
                continue;
            var parent = new SimulatedParent(_tree, Path.GetDirectoryName(device)!);
            if (SimulatedDrivers.ByDriverString(parent.DriverString) is { } driver)
                return driver.Store(_tree, device, path[(device.Length + 1)..], value);
        }

        _tree.Replace(path, value);
        return 0;
    }

    // create_store in drivers/vfio/mdev/mdev_sysfs.c, and what the driver's probe answers.
    private int Create(string typePath, ReadOnlySpan<byte> value)
    {
        if (value.Length is not (36 or 37) || !KernelUuid.TryParse(Encoding.Latin1.GetString(value[..36]), out Guid parsed))
            return Errno.EINVAL;
        string uuid = parsed.ToString();
        using IDisposable turn = HostLock.Take(_tree.Root);
        var parent = new SimulatedParent(_tree, Path.GetDirectoryName(Path.GetDirectoryName(typePath))!);
        string type = Path.GetFileName(typePath);
        if (!_tree.HasDirectory(typePath) || SimulatedDrivers.ByDriverString(parent.DriverString) is not { } driver)
            return Errno.ENODEV;
        if (_devices.Exists(uuid))
            return Errno.EEXIST;
        if (driver.Available(parent, type) <= 0)
        {
            RefreshAround(parent.SysfsPath, isRefused: true);
            return driver.FullErrno;
        }

        _devices.Add(driver, parent, type, uuid, _devices.FreeGroup());
        RefreshAround(parent.SysfsPath);
        return 0;
    }

    // remove_store in drivers/vfio/mdev/mdev_sysfs.c: kstrtoul with base 0, then the removal, which waits for whoever has the device open.
    private int Remove(string device, ReadOnlySpan<byte> value)
    {
        if (!KernelNumber.TryParse(value, out ulong number))
            return Errno.EINVAL;
        if (number == 0)
            return 0;
        string? group;
        using (HostLock.Take(_tree.Root))
        {
            if (!_tree.HasLink($"{device}/mdev_type"))
                return Errno.ENODEV;
            group = _tree.LinkName($"{device}/iommu_group");
            if (group is null || !_processes.HoldDevice(group))
            {
                Detach(device);
                return 0;
            }

            _devices.TakeOffBus(device);
        }

        while (_processes.HoldDevice(group))
            Thread.Sleep(s_holderPoll);
        FinishPending();
        return 0;
    }

    // A removal goes on in the kernel when its writer's program has ended. Nothing of a simulated kernel goes on then, so whoever comes next
    // brings the removals to an end whose devices were let go meanwhile.
    private void FinishPending()
    {
        if (!_tree.Names(PendingRemoval.Directory).Any())
            return;
        using IDisposable turn = HostLock.Take(_tree.Root);
        foreach (string uuid in _tree.Names(PendingRemoval.Directory).ToList())
        {
            string? device = Parents().Select(parent => $"{parent.SysfsPath}/{uuid}").FirstOrDefault(_tree.HasDirectory);
            if (device is not null && !(_tree.LinkName($"{device}/iommu_group") is { } group && _processes.HoldDevice(group)))
                Finish(device);
        }
    }

    private int Unbind(string driver, string uuid)
    {
        using IDisposable turn = HostLock.Take(_tree.Root);
        if (_devices.Find(uuid) is not { } device || _tree.LinkName($"{device}/driver") != driver)
            return Errno.ENODEV;
        _devices.Unbind(device);
        RefreshAround(Path.GetDirectoryName(device)!);
        return 0;
    }

    private void Detach(string device)
    {
        _devices.TakeOffBus(device);
        Finish(device);
    }

    private void Finish(string device)
    {
        _devices.Release(device);
        RefreshAround(Path.GetDirectoryName(device)!);
    }

    private sealed class Attribute(SimulatedKernel kernel, string path, Descriptor descriptor) : IAttributeWriter
    {
        public string Path => path;

        public void Write(ReadOnlySpan<byte> value)
        {
            // A file that is no longer where it was opened is that of a device or a driver that went away meanwhile.
            int errno = System.IO.Path.GetFileName(descriptor.RealPath) != System.IO.Path.GetFileName(path) || !File.Exists(path)
                ? Errno.ENODEV
                : kernel.Store(path[kernel._tree.Root.Length..], value);
            if (errno != 0)
                throw Refused(errno, "write", path);
        }

        public void WriteDetached(string value) => new Thread(() => WriteUnheard(value)) { IsBackground = true }.Start();

        public void Dispose() => descriptor.Dispose();

        private void WriteUnheard(string value)
        {
            try
            {
                // The descriptor may be closed by now, so the file is told by its name.
                kernel.Store(path[kernel._tree.Root.Length..], Encoding.UTF8.GetBytes(value));
            }
            catch (IOException)
            {
                // The host itself may be gone before the device is let go.
            }
        }
    }
}
