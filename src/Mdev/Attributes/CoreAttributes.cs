using Mdev.Interfaces.VendorVfio;
using Mdev.Model;

namespace Mdev.Attributes;

/// <summary>
/// The files and directories in sysfs that are not the vendor's but the kernel's own: the driver core's, the bus's, the mediated device
/// core's. Reading some of them changes a setting's state (config), writing others takes the device from under its driver (remove, reset).
/// Where a name that is not here turns out to be the kernel's, it belongs here.
/// </summary>
internal static class CoreAttributes
{
    // drivers/base: core.c, power/sysfs.c, physical_location.c, dd.c; iommu groups; and what every bus may add (Documentation/ABI/stable/sysfs-devices,
    // testing/sysfs-devices-*).
    private static readonly HashSet<string> s_driverCore =
    [
        "uevent", "online", "removable", "waiting_for_supplier", "state_synced", "deferred_probe", "numa_node", "driver_override", "modalias",
        "power", "physical_location", "driver", "subsystem", "iommu", "iommu_group", "of_node", "firmware_node", "physical_node", "wakeup", "msi_irqs", "statistics",
    ];

    // Documentation/ABI/testing/sysfs-bus-vfio-mdev, and sysfs-devices-vfio-dev.
    private static readonly HashSet<string> s_device = ["mdev_type", "mdev_supported_type", "remove", "vfio-dev"];
    private static readonly HashSet<string> s_type = ["name", "description", "device_api", "available_instances", "create", "devices"];
    private static readonly HashSet<string> s_parent = ["mdev_supported_types", "vfio-dev"];

    // What an interface itself reads and writes.
    private static readonly HashSet<string> s_interface = [VendorVfioParent.CurrentType, VendorVfioParent.CreatableTypesFile];

    // drivers/pci: pci-sysfs.c, iov.c, vpd.c, pcie/aspm.c, pcie/aer.c, p2pdma.c, pci-label.c, pci-acpi.c, doe.c, tsm; drivers/gpu/vga/vgaarb's boot_vga.
    private static readonly HashSet<string> s_pci =
    [
        "vendor", "device", "subsystem_vendor", "subsystem_device", "revision", "class", "irq", "resource", "config", "rom", "vpd", "enable", "remove",
        "rescan", "dev_rescan", "bus_rescan", "reset", "reset_method", "reset_subordinate", "msi_bus", "broken_parity_status", "d3cold_allowed", "power_state",
        "dma_mask_bits", "consistent_dma_mask_bits", "local_cpus", "local_cpulist", "cpuaffinity", "cpulistaffinity", "current_link_speed", "current_link_width",
        "max_link_speed", "max_link_width", "secondary_bus_number", "subordinate_bus_number", "ari_enabled", "boot_vga", "boot_display", "label", "index",
        "acpi_index", "serial_number", "devspec", "pools", "link", "p2pmem", "tsm", "doe_features", "ats_enabled", "untrusted", "driver_override",
    ];

    // The numbered ones: resource0, resource2_wc; sriov_numvfs; aer_dev_fatal; virtfn3.
    private static readonly string[] s_pciBeginnings = ["resource", "sriov_", "aer_", "virtfn", "physfn"];

    // drivers/s390/cio/css.c, chp.c; drivers/s390/cio/device.c.
    private static readonly HashSet<string> s_css = ["type", "modalias", "chpids", "pimpampom", "dev_busid", "logging", "driver_override"];

    /// <summary>Whether the first part of a name is the kernel's own.</summary>
    /// <param name="owner">What the attribute belongs to.</param>
    /// <param name="subsystem">The bus or class of the owner.</param>
    /// <param name="first">The name, or the directory in front of it.</param>
    public static bool Has(AttributeOwner owner, string? subsystem, string first)
    {
        // Links to suppliers and consumers are named after their target.
        if (s_driverCore.Contains(first) || first.StartsWith("supplier:", StringComparison.Ordinal) || first.StartsWith("consumer:", StringComparison.Ordinal))
            return true;
        HashSet<string> own = owner.Uuid is not null ? s_device : owner.Type is not null ? s_type : s_parent;
        return own.Contains(first) || subsystem switch
        {
            "pci" => s_pci.Contains(first) || Array.Exists(s_pciBeginnings, beginning => first.StartsWith(beginning, StringComparison.Ordinal)),
            "css" => s_css.Contains(first),
            _ => false,
        };
    }

    /// <summary>Whether it is what making and removing devices writes, or reads for it.</summary>
    public static bool IsOfInterface(string name) => s_interface.Contains(name);

    /// <summary>Whether a name is the kernel's own on every device, so that it can be refused before there is one.</summary>
    public static bool HasForDevices(string first) => s_driverCore.Contains(first) || s_device.Contains(first);
}
