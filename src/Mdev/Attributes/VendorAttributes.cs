using Mdev.Errors;
using Mdev.Interfaces;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Attributes;

/// <summary>
/// Finds, reads and writes vendor attributes: the files of a parent, a type or a device that are not the kernel's own, and those in a
/// directory of theirs. What is no such file is neither read nor written.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what cannot be read; the reading goes on.</param>
public sealed class VendorAttributes(HostRoot host, Action<MdevException> report)
{
    // S_IRUGO and S_IWUGO of linux/stat.h.
    private const uint Readable = 0x124;
    private const uint Writable = 0x92;

    private const string OfInterface = "it is what makes and removes devices, and set by that alone";

    private readonly AttributeReader _attributes = new(report);

    /// <summary>Makes sure that a name can be that of a vendor's attribute of a device, before there is one.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.AttributeNotFound"/>.</exception>
    public static void RequireVendorName(string name)
    {
        if (!IsName(name))
            throw NotFound(name, "a device", "it is no name of an attribute");
        if (CoreAttributes.IsOfInterface(name))
            throw NotFound(name, "a device", OfInterface);
        if (CoreAttributes.HasForDevices(First(name)))
            throw NotFound(name, "a device", "it is the kernel's own");
    }

    /// <summary>Reads the attributes of these names.</summary>
    /// <param name="owner">What they belong to.</param>
    /// <param name="names">The names.</param>
    /// <param name="isStrict">Whether a name without wildcards that is none of the owner's is reported.</param>
    public IEnumerable<MdevAttribute> Read(AttributeOwner owner, NameFilter names, bool isStrict = false)
    {
        using DirectoryHandle? directory = Open(owner);
        if (directory is null)
            yield break;
        List<string> all = Names(owner, directory);
        NameFilter settled = names.Settle(all.Contains);
        foreach (string name in all.Where(settled.Matches))
        {
            if (ReadOne(owner, directory, name) is { } attribute)
                yield return attribute;
        }

        foreach (string name in isStrict ? settled.Unmatched : [])
            report(WhyNot(owner, directory, all, name));
    }

    /// <summary>Makes sure that a name is one of the owner's attributes.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.AttributeNotFound"/>.</exception>
    public void Require(AttributeOwner owner, string name)
    {
        using DirectoryHandle directory = Open(owner) ?? throw NotFound(name, $"{owner}", host.Files.Exists(owner.SysfsPath) ? "that has none" : "that is not there any more");
        List<string> all = Names(owner, directory);
        if (!all.Contains(name))
            throw WhyNot(owner, directory, all, name);
    }

    /// <summary>Writes a value by one write(2).</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.AttributeNotFound"/>; <see cref="MdevError.AttributeReadOnly"/>; <see cref="MdevError.PermissionDenied"/>;
    /// <see cref="MdevError.ReadOnly"/>; <see cref="MdevError.NotLive"/>; <see cref="MdevError.WriteRefused"/>, with the vendor driver's errno.
    /// </exception>
    public void Write(AttributeOwner owner, string name, string value)
    {
        Require(owner, name);
        string path = $"{owner.SysfsPath}/{name}";
        if (value.Length == 0)
            throw new MdevException(MdevError.InvalidArgument, $"Attribute '{Printable.Text(name)}' was not set: an empty value is no write at all to the kernel.", host.OnMachine(path));
        try
        {
            using DirectoryHandle? directory = host.Files.OpenDirectory(owner.SysfsPath);
            if (directory?.Mode(name) is { } mode && (mode & Writable) == 0)
                throw new MdevException(MdevError.AttributeReadOnly, $"Attribute '{Printable.Text(name)}' of {Printable.Text(owner.ToString())} can only be read", Errno.EACCES, "open", host.OnMachine(path));
            using IAttributeWriter attribute = host.Kernel.OpenAttribute(path);
            host.Write(attribute, value);
        }
        catch (MdevException e) when (e.Error == MdevError.WriteRefused)
        {
            throw Explain(e, owner, name, value);
        }
    }

    private static MdevException Explain(MdevException e, AttributeOwner owner, string name, string value)
    {
        (MdevError error, string why) = Refusal.Of(Attempt.SetAttribute, e);
        return new MdevException(error, $"Attribute '{Printable.Text(name)}' of {Printable.Text(owner.ToString())} was not set to '{Printable.Text(value, 60)}': {why}", e);
    }

    private static MdevException NotFound(string name, string owner, string why) =>
        new(MdevError.AttributeNotFound, $"'{Printable.Text(name)}' is no vendor attribute of {Printable.Text(owner)}: {why}.") { Name = name };

    private static bool IsName(string name) => name.Split('/') is { Length: 1 or 2 } parts && Array.TrueForAll(parts, NamePattern.IsName);

    private static string First(string name) => name.Split('/')[0];

    private MdevException WhyNot(AttributeOwner owner, DirectoryHandle directory, List<string> names, string name)
    {
        string why = !IsName(name) ? "it is no name of an attribute"
            : CoreAttributes.IsOfInterface(name) ? OfInterface
            : CoreAttributes.Has(owner, Subsystem(directory), First(name)) ? "it is the kernel's own"
            : names.Count == 0 ? "that has none"
            : $"the nearest are {string.Join(", ", Nearest.To(name, names, 3).Select(n => Printable.Text(n)))}";
        return NotFound(name, $"{owner}", why);
    }

    private DirectoryHandle? Open(AttributeOwner owner) => _attributes.Try(() => host.Files.OpenDirectory(owner.SysfsPath));

    private string? Subsystem(DirectoryHandle directory) => _attributes.LinkName(directory, "subsystem");

    private List<string> Names(AttributeOwner owner, DirectoryHandle directory)
    {
        string? subsystem = Subsystem(directory);
        var names = new List<string>();
        foreach (DirectoryEntry entry in directory.Entries().ToList())
        {
            if (CoreAttributes.Has(owner, subsystem, entry.Name))
                continue;
            if (IsFile(entry))
                names.Add(entry.Name);
            else if (entry.Kind == EntryKind.Directory && !Guid.TryParseExact(entry.Name, "D", out _))
                names.AddRange(InGroup(directory, entry.Name).Select(name => $"{entry.Name}/{name}").Where(name => !CoreAttributes.IsOfInterface(name)));
        }

        names.Sort(NaturalOrder.Instance);
        return names;
    }

    // A group of attributes is a directory of files alone; one with a uevent is a device of its own, and its files are not this one's.
    private List<string> InGroup(DirectoryHandle owner, string name)
    {
        using DirectoryHandle? group = _attributes.Try(() => owner.OpenDirectory(name));
        List<string> files = group?.Entries().Where(IsFile).Select(e => e.Name).ToList() ?? [];
        return files.Contains("uevent") ? [] : files;
    }

    private static bool IsFile(DirectoryEntry entry) => entry.Kind is EntryKind.File or EntryKind.Socket;

    private MdevAttribute? ReadOne(AttributeOwner owner, DirectoryHandle directory, string name)
    {
        string path = $"{owner.SysfsPath}/{name}";
        if (directory.Mode(name) is not { } mode)
            return null;
        string? note = null;
        string? Value()
        {
            try
            {
                return directory.ReadAttribute(name);
            }
            catch (MdevException e) when (e.Errno == Errno.ENXIO)
            {
                note = "no value yet: there is no device";
                return null;
            }
        }

        string access = (mode & Readable) == 0 ? AttributeAccess.WriteOnly : (mode & Writable) == 0 ? AttributeAccess.ReadOnly : AttributeAccess.ReadWrite;
        return new MdevAttribute
        {
            Name = name,
            Value = access == AttributeAccess.WriteOnly ? null : _attributes.Try(Value),
            Note = note,
            Access = access,
            Uuid = owner.Uuid,
            Type = owner.Type,
            Parent = owner.Parent,
            SysfsPath = path,
            Root = host.Root,
        };
    }
}

/// <summary>Which things a request for attributes is about: devices where UUIDs are given, else types where type ids are, else parents.</summary>
public sealed record AttributeOwners
{
    /// <summary>UUIDs of devices.</summary>
    public IReadOnlyList<Guid> Uuids { get; init; } = [];

    /// <summary>Type ids: those themselves, or those that the devices must be of.</summary>
    public NameFilter Types { get; init; } = new();

    /// <summary>Parents: those themselves, or those of the types or devices.</summary>
    public NameFilter Parents { get; init; } = new();

    /// <summary>The physical devices behind those parents; they narrow what is named, and name nothing by themselves.</summary>
    public NameFilter PhysicalDevices { get; init; } = new();

    /// <summary>Finds them. Where nothing at all is named, it is about everything: parents, types and devices.</summary>
    public IEnumerable<AttributeOwner> On(HostRoot host, Action<MdevException> report)
    {
        bool isAll = Uuids.Count == 0 && Types.IsAll && Parents.IsAll;
        IEnumerable<AttributeOwner> owners = [];
        if (isAll || (Uuids.Count == 0 && Types.IsAll))
            owners = owners.Concat(ParentsOn(host, report));
        if (isAll || (Uuids.Count == 0 && !Types.IsAll))
            owners = owners.Concat(TypesOn(host, report));
        if (isAll || Uuids.Count > 0)
            owners = owners.Concat(new DeviceReader(host, report).Read(new DeviceQuery { Uuids = Uuids, Types = Types, Parents = Parents, PhysicalDevices = PhysicalDevices }).Select(AttributeOwner.Of));
        return owners;
    }

    private IEnumerable<AttributeOwner> ParentsOn(HostRoot host, Action<MdevException> report) =>
        new ParentFinder(host, report).Named(Parents, PhysicalDevices).Select(parent => new AttributeOwner(null, null, parent.Name, parent.SysfsPath));

    private IEnumerable<AttributeOwner> TypesOn(HostRoot host, Action<MdevException> report) =>
        new TypeReader(host, report).Places(Parents, PhysicalDevices, Types).Select(found => new AttributeOwner(null, found.Type, found.Parent.Name, found.Parent.TypePath(found.Type)));
}

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

    private static readonly HashSet<string> s_interface = [.. InterfaceKinds.All.SelectMany(kind => kind.Controls)];

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

    /// <summary>Whether it is what making and removing devices writes, or reads for it, also without the directory in front.</summary>
    public static bool IsOfInterface(string name) => s_interface.Contains(name) || s_interface.Any(own => own.EndsWith($"/{name}", StringComparison.Ordinal));

    /// <summary>Whether a name is the kernel's own on every device, so that it can be refused before there is one.</summary>
    public static bool HasForDevices(string first) => s_driverCore.Contains(first) || s_device.Contains(first);
}
