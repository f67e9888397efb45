using System.Text;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Simulation.Drivers;

namespace Mdev.Simulation;

/// <summary>What the mediated device core and the vendor drivers do when an attribute is written (drivers/vfio/mdev), with the errno values measured on real kernels.</summary>
internal sealed class SimulatedCore(SimulatedTree tree, SimulatedDevices devices, SimulatedProcesses processes, SimulatedVendorVfio vendorVfio)
{
    /// <summary>Unloads a vendor driver: its parents and their devices go, devices first.</summary>
    /// <exception cref="MdevException">EBUSY: a process has one of the devices open.</exception>
    public void UnloadDriver(string driverString)
    {
        using IDisposable turn = tree.Lock();
        List<SimulatedParent> parents = Parents().Where(p => p.DriverString == driverString).ToList();
        if (parents.SelectMany(p => p.Devices()).Any(device => tree.LinkName($"{device}/iommu_group") is { } group && processes.HoldDevice(group)))
            throw SimulatedKernel.Refused(Errno.EBUSY, "delete_module", driverString);
        foreach (SimulatedParent parent in parents)
        {
            foreach (string device in parent.Devices().ToList())
                Detach(device);
            tree.RemoveFile($"/sys/class/mdev_bus/{parent.Name}");
            tree.RemoveDirectory(parent.TypesPath);
        }
    }

    /// <summary>Takes all devices away, those whose removal waits among them. The lock must be held, and what the parents say is out of date afterwards.</summary>
    public void RemoveAll()
    {
        foreach (string device in Parents().SelectMany(parent => parent.Devices()).ToList())
        {
            devices.TakeOffBus(device);
            devices.Release(device);
        }

        foreach (string uuid in tree.Names(PendingRemoval.Directory).ToList())
        {
            if (Parents().Select(parent => $"{parent.SysfsPath}/{uuid}").FirstOrDefault(tree.HasDirectory) is { } device)
                devices.Release(device);
        }
    }

    /// <summary>Brings up to date what every parent says it has left.</summary>
    public void Refresh()
    {
        vendorVfio.Refresh();
        var seen = new HashSet<string>();
        foreach (SimulatedParent parent in Parents().SelectMany(parent => seen.Contains(parent.SysfsPath) ? [] : parent.Siblings))
        {
            seen.Add(parent.SysfsPath);
            Refresh(parent);
        }
    }

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
        foreach (SimulatedParent parent in new SimulatedParent(tree, parentPath).Siblings)
            Refresh(parent, isRefused);
    }

    private IEnumerable<SimulatedParent> Parents() =>
        tree.Names("/sys/class/mdev_bus")
            .Where(name => tree.HasLink($"/sys/class/mdev_bus/{name}"))
            .Select(name => new SimulatedParent(tree, tree.Resolve("/sys/class/mdev_bus", name)));

    /// <summary>What a write to an attribute does.</summary>
    /// <returns>An errno; 0 for success.</returns>
    public int Store(string path, ReadOnlySpan<byte> value)
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
        return SimulatedVendorVfio.IsType(path) ? vendorVfio.Store(path, value) : StoreAttribute(path, Encoding.UTF8.GetString(value));
    }

    private int StoreAttribute(string path, string value)
    {
        using IDisposable turn = tree.Lock();
        // A vendor's attribute is in the device's directory or one directory further down.
        string directory = Path.GetDirectoryName(path)!;
        foreach (string device in new[] { directory, Path.GetDirectoryName(directory) ?? "/" })
        {
            if (!tree.HasLink($"{device}/mdev_type"))
                continue;
            var parent = new SimulatedParent(tree, Path.GetDirectoryName(device)!);
            if (SimulatedDrivers.ByDriverString(parent.DriverString) is { } driver)
                return driver.Store(tree, device, path[(device.Length + 1)..], value);
        }

        tree.Replace(path, value);
        return 0;
    }

    // create_store in drivers/vfio/mdev/mdev_sysfs.c, and what the driver's probe answers.
    private int Create(string typePath, ReadOnlySpan<byte> value)
    {
        if (value.Length is not (36 or 37) || !KernelUuid.TryParse(Encoding.Latin1.GetString(value[..36]), out Guid parsed))
            return Errno.EINVAL;
        string uuid = parsed.ToString();
        using IDisposable turn = tree.Lock();
        var parent = new SimulatedParent(tree, Path.GetDirectoryName(Path.GetDirectoryName(typePath))!);
        string type = Path.GetFileName(typePath);
        if (!tree.HasDirectory(typePath) || SimulatedDrivers.ByDriverString(parent.DriverString) is not { } driver)
            return Errno.ENODEV;
        if (devices.Exists(uuid))
            return Errno.EEXIST;
        if (driver.Available(parent, type) <= 0)
        {
            RefreshAround(parent.SysfsPath, isRefused: true);
            return driver.FullErrno;
        }

        devices.Add(driver, parent, type, uuid, devices.FreeGroup());
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
        using (tree.Lock())
        {
            if (!tree.HasLink($"{device}/mdev_type"))
                return Errno.ENODEV;
            group = tree.LinkName($"{device}/iommu_group");
            if (group is null || !processes.HoldDevice(group))
            {
                Detach(device);
                return 0;
            }

            devices.TakeOffBus(device);
        }

        _ = Waiting.Until(() => !processes.HoldDevice(group), TimeSpan.MaxValue);
        FinishPending();
        return 0;
    }

    /// <summary>Brings the removals to an end whose devices were let go meanwhile.</summary>
    // A removal goes on in the kernel when its writer's program has ended. Nothing of a simulated kernel goes on then, so the next writer does it;
    // whoever only looks never does.
    public void FinishPending()
    {
        if (!tree.Names(PendingRemoval.Directory).Any())
            return;
        using IDisposable turn = tree.Lock();
        foreach (string uuid in tree.Names(PendingRemoval.Directory).ToList())
        {
            string? device = Parents().Select(parent => $"{parent.SysfsPath}/{uuid}").FirstOrDefault(tree.HasDirectory);
            if (device is not null && !(tree.LinkName($"{device}/iommu_group") is { } group && processes.HoldDevice(group)))
                Finish(device);
        }
    }

    private int Unbind(string driver, string uuid)
    {
        using IDisposable turn = tree.Lock();
        if (devices.Find(uuid) is not { } device || tree.LinkName($"{device}/driver") != driver)
            return Errno.ENODEV;
        devices.Unbind(device);
        RefreshAround(Path.GetDirectoryName(device)!);
        return 0;
    }

    private void Detach(string device)
    {
        devices.TakeOffBus(device);
        Finish(device);
    }

    private void Finish(string device)
    {
        devices.Release(device);
        RefreshAround(Path.GetDirectoryName(device)!);
    }
}
