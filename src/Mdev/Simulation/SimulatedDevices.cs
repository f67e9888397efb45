namespace Mdev.Simulation;

/// <summary>Puts mediated devices into the tree of a simulated host and takes them out, in the steps that the driver core takes.</summary>
internal sealed class SimulatedDevices(SimulatedTree tree)
{
    private const string Bus = "/sys/bus/mdev/devices";
    private const string Groups = "/sys/kernel/iommu_groups";

    /// <summary>Whether a UUID is taken, by a device or by one that is on its way out.</summary>
    public bool Exists(string uuid) => tree.HasLink($"{Bus}/{uuid}") || tree.ReadText($"{PendingRemoval.Directory}/{uuid}") is not null;

    /// <summary>The directory of the device of this UUID; null when it is not on the bus.</summary>
    public string? Find(string uuid) => tree.HasLink($"{Bus}/{uuid}") ? tree.Resolve(Bus, uuid) : null;

    /// <summary>The lowest IOMMU group number that is free, as the kernel's allocator gives it.</summary>
    public int FreeGroup()
    {
        HashSet<string> taken = tree.Names(Groups).ToHashSet();
        return Enumerable.Range(0, int.MaxValue).First(number => !taken.Contains($"{number}"));
    }

    /// <summary>Makes a device and binds it to its driver.</summary>
    /// <param name="driver">The vendor driver.</param>
    /// <param name="parent">The parent.</param>
    /// <param name="type">The type id.</param>
    /// <param name="uuid">The UUID, in lower case.</param>
    /// <param name="group">The number of its IOMMU group.</param>
    /// <param name="lean">Whether files that say the same of every device are left out, as one of thousands.</param>
    public void Add(SimulatedMdevDriver driver, SimulatedParent parent, string type, string uuid, int group, bool lean = false)
    {
        string path = $"{parent.SysfsPath}/{uuid}";
        AddGroup(path, uuid, group, lean);

        string staged = tree.NewStagingPath();
        void Link(string name, string target) => tree.AddLink($"{staged}/{name}", target, standsAt: $"{path}/{name}");
        tree.AddDirectory(staged);
        Link("mdev_type", $"{parent.TypesPath}/{type}");
        Link("subsystem", "/sys/bus/mdev");
        Link("driver", $"/sys/bus/mdev/drivers/{driver.MdevDriver}");
        Link("iommu_group", $"{Groups}/{group}");
        tree.AddWriteOnly($"{staged}/remove");
        tree.AddReadWrite($"{staged}/uevent", $"DRIVER={driver.MdevDriver}\n");
        driver.AddDeviceAttributes(tree, staged, uuid, parent, type);
        AddVfioDevice(staged, path, group, lean);
        if (!lean)
            PowerDirectory.AddTo(tree, staged);
        tree.Publish(staged, path);

        tree.AddLink($"{parent.TypesPath}/{type}/devices/{uuid}", path);
        tree.AddLink($"/sys/bus/mdev/drivers/{driver.MdevDriver}/{uuid}", path);
        tree.AddLink($"{Bus}/{uuid}", path);
    }

    /// <summary>Takes a device off the bus; its directory and its group stay until <see cref="Release"/>.</summary>
    public void TakeOffBus(string path)
    {
        string uuid = Path.GetFileName(path);
        string type = tree.LinkName($"{path}/mdev_type")!;
        tree.AddDirectory(PendingRemoval.Directory);
        tree.RemoveFile($"{PendingRemoval.Directory}/{uuid}");
        tree.AddReadOnly($"{PendingRemoval.Directory}/{uuid}", type);
        tree.RemoveFile($"{Bus}/{uuid}");
        tree.RemoveFile($"{Path.GetDirectoryName(path)}/mdev_supported_types/{type}/devices/{uuid}");
        RemoveDriverLinks(path);
        // The group's link is all that Linux 6.12 leaves; 6.1 leaves vfio-dev as well.
        foreach (string name in tree.Names(path).Where(name => name != "iommu_group").ToList())
        {
            if (tree.HasDirectory($"{path}/{name}") && !tree.HasLink($"{path}/{name}"))
                tree.RemoveDirectory($"{path}/{name}");
            else
                tree.RemoveFile($"{path}/{name}");
        }
    }

    /// <summary>Takes away what is left of a device that is off the bus.</summary>
    public void Release(string path)
    {
        ReleaseGroup(path);
        tree.RemoveDirectory(path);
        tree.RemoveFile($"{PendingRemoval.Directory}/{Path.GetFileName(path)}");
    }

    /// <summary>Unbinds a device from its driver: it stays on the bus without driver, group and vendor attributes.</summary>
    public void Unbind(string path)
    {
        RemoveDriverLinks(path);
        ReleaseGroup(path);
        // Whatever is not the core's own is the driver's and goes with it.
        foreach (string name in tree.Names(path).Except(["mdev_type", "subsystem", "remove", "uevent", "power"]).ToList())
        {
            if (tree.HasDirectory($"{path}/{name}") && !tree.HasLink($"{path}/{name}"))
                tree.RemoveDirectory($"{path}/{name}");
            else
                tree.RemoveFile($"{path}/{name}");
        }

        tree.Replace($"{path}/uevent", "");
    }

    /// <summary>Puts a PCI function into an IOMMU group of its own and gives it a VFIO device, as its driver does when it is bound.</summary>
    public void AddGroup(string function, string name, int group)
    {
        AddGroup(function, name, group, lean: true);
        tree.AddLink($"{function}/iommu_group", $"{Groups}/{group}");
        AddVfioDevice(function, function, group, lean: true);
    }

    private void AddGroup(string device, string name, int group, bool lean)
    {
        string path = $"{Groups}/{group}";
        tree.AddDirectory($"{path}/devices");
        tree.AddLink($"{path}/devices/{name}", device);
        tree.AddNode($"/dev/vfio/{group}");
        tree.AddDirectory($"/sys/devices/virtual/vfio/{group}");
        tree.AddLink($"/sys/class/vfio/{group}", $"/sys/devices/virtual/vfio/{group}");
        if (lean)
            return;
        tree.AddReadOnly($"{path}/name", "vfio-noiommu\n");
        tree.AddReadOnly($"{path}/reserved_regions", "");
        tree.AddReadWrite($"{path}/type", "unknown\n");
    }

    private void ReleaseGroup(string device)
    {
        if (tree.LinkName($"{device}/iommu_group") is not { } group)
            return;
        tree.RemoveFile($"/dev/vfio/{group}");
        tree.RemoveFile($"/sys/class/vfio/{group}");
        tree.RemoveDirectory($"/sys/devices/virtual/vfio/{group}");
        tree.RemoveDirectory($"{Groups}/{group}");
    }

    private void AddVfioDevice(string staged, string device, int group, bool lean)
    {
        string name = $"vfio-dev/vfio{group}";
        tree.AddDirectory($"{staged}/{name}");
        tree.AddLink($"{staged}/{name}/device", device, standsAt: $"{device}/{name}/device");
        tree.AddLink($"{staged}/{name}/subsystem", "/sys/class/vfio-dev", standsAt: $"{device}/{name}/subsystem");
        if (lean)
            return;
        tree.AddReadWrite($"{staged}/{name}/uevent", "");
        PowerDirectory.AddTo(tree, $"{staged}/{name}");
    }

    private void RemoveDriverLinks(string path)
    {
        if (tree.LinkName($"{path}/driver") is { } driver)
            tree.RemoveFile($"/sys/bus/mdev/drivers/{driver}/{Path.GetFileName(path)}");
        tree.RemoveFile($"{path}/driver");
    }
}

/// <summary>Where a simulated host remembers the type of a device whose removal waits: the kernel has taken its type link away by then.</summary>
internal static class PendingRemoval
{
    public const string Directory = "/.mdevps-pending";
}
