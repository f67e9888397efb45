using System.Globalization;
using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>Reads one device from its directory.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
internal sealed class DeviceEntry(HostRoot host, Action<MdevException> report)
{
    // A device is on the bus while its driver is still being asked, and gets its type only then (mdev_device_create). One look at a host
    // waits so long for types, whatever the number of entries without one.
    private const int Patience = 500;
    private const int Poll = 5;

    private readonly AttributeReader _attributes = new(report);
    private int _patience = Patience;

    /// <summary>The device in an entry of its parent; null when it is gone, or of none of the types.</summary>
    /// <param name="parent">The parent.</param>
    /// <param name="name">The entry's name.</param>
    /// <param name="onBus">Whether the bus was just seen to have it; otherwise the bus is asked.</param>
    /// <param name="types">The types.</param>
    /// <exception cref="MdevException"><see cref="MdevError.BrokenEntry"/>; or something cannot be read.</exception>
    public MdevDevice? Read(OpenParent parent, string name, bool onBus, NameFilter? types = null)
    {
        string path = $"{parent.Place.SysfsPath}/{name}";
        if (!KernelUuid.TryParse(name, out Guid uuid))
            throw new MdevException(MdevError.BrokenEntry, $"'{host.OnMachine(path)}' is among the devices, but its name is no UUID.", host.OnMachine(path));

        string? type = TypeLink.Read(parent.Directory, name);
        if (types is not null && !types.IsAll && type is not null && !types.Matches(type))
            return null;
        string? group = _attributes.LinkName(parent.Directory, $"{name}/iommu_group");
        // Looked at last: what is being made is on the bus before it has a type and a group, and what is being removed leaves the bus before the group.
        onBus = onBus || host.ReadLink($"{DeviceReader.Bus}/{name}") is not null;
        if (type is null && onBus)
        {
            // Gone since it was listed is no fault; still listed, and without a type for long, is one.
            if (host.ReadLink($"{DeviceReader.Bus}/{name}") is null)
                return null;
            return HasGotType(parent, name) ? Read(parent, name, onBus, types) : throw NoType(path, name);
        }

        if (type is null && (group is null || types is { IsAll: false }))
            return null;
        string? driver = _attributes.LinkName(parent.Directory, $"{name}/driver");
        return new MdevDevice
        {
            Uuid = uuid,
            Type = type,
            Parent = parent.Place.Name,
            DeviceApi = type is null ? null : parent.DeviceApi(type),
            Driver = driver,
            IommuGroup = int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null,
            NumaNode = parent.NumaNode,
            State = !onBus ? MdevDeviceState.Removing : driver is null ? MdevDeviceState.Unbound : MdevDeviceState.Active,
            SysfsPath = path,
            Root = host.Root,
        };
    }

    /// <summary>The error for an entry that is a link, which below a root could lead out of it.</summary>
    public MdevException NoDirectory(OpenParent parent, string name)
    {
        string path = host.OnMachine($"{parent.Place.SysfsPath}/{name}");
        return new MdevException(MdevError.BrokenEntry, $"'{path}' is a link where the directory of a device should be.", path);
    }

    private bool HasGotType(OpenParent parent, string name)
    {
        for (; _patience > 0 && host.HasDirectory($"{parent.Place.SysfsPath}/{name}"); _patience -= Poll)
        {
            Thread.Sleep(Poll);
            if (TypeLink.Read(parent.Directory, name) is not null || host.ReadLink($"{DeviceReader.Bus}/{name}") is null)
                return true;
        }

        return false;
    }

    private MdevException NoType(string path, string name) => new(
        MdevError.BrokenEntry,
        host.HasDirectory(path)
            ? $"'{host.OnMachine(path)}' has no mdev_type link: it is being made or going away, or it is no mediated device."
            : $"'{host.OnMachine($"{DeviceReader.Bus}/{name}")}' leads to '{path}', which is not there.",
        host.OnMachine(path));
}
