using System.Globalization;
using System.Text.RegularExpressions;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Model;

namespace Mdev.VirtualMachines;

/// <summary>A device as a VM gets it. Made by <see cref="Of"/>, it holds no combination that its device API cannot have.</summary>
public sealed partial record VmDevice
{
    private VmDevice()
    {
    }

    /// <summary>The device's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Which VFIO device it is: <c>vfio-pci</c>, <c>vfio-ccw</c> or <c>vfio-ap</c>.</summary>
    public required string DeviceApi { get; init; }

    /// <summary>A name for it within the VM.</summary>
    public string? Id { get; init; }

    /// <summary>Whether the VM shows what it draws; null leaves that to the VM's software.</summary>
    public MdevDisplay? Display { get; init; }

    /// <summary>Whether it has a boot display, before the guest's driver is loaded.</summary>
    public bool RamFb { get; init; }

    /// <summary>The number under which an s390 guest sees it.</summary>
    public CcwDeviceNumber? DeviceNumber { get; init; }

    /// <summary>Whether it is to be movable with the VM to another host; else that is left to the VM's software.</summary>
    public bool EnableMigration { get; init; }

    /// <summary>The address of the PCI function that it is; null when it is a mediated device, whatever its UUID looks like.</summary>
    public string? PciAddress { get; private init; }

    /// <summary>The path by which the host's kernel names it.</summary>
    public required string SysfsPath { get; init; }

    /// <summary>Whether its driver asks for the UUID of the VM, and takes whatever UUID there is.</summary>
    public bool NeedsVmUuid { get; private init; }

    /// <summary>Checks what a VM is to get.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: the device cannot be that, or cannot be of its interface. Of a device without one its UUID decides.</exception>
    public static VmDevice Of(MdevDevice device, string? id = null, MdevDisplay? display = null, bool ramFb = false, CcwDeviceNumber? number = null, bool enableMigration = false)
    {
        GivenDevice given = InterfaceKinds.Of(device.Uuid, device.Interface).Given(device.Uuid);
        string? why = device.DeviceApi switch
        {
            null => "it is not known which VFIO device it is",
            not ("vfio-pci" or "vfio-ccw" or "vfio-ap") => $"no VM software has a device '{Printable.Text(device.DeviceApi, 40)}' that takes any mediated device",
            not "vfio-pci" when display is not null || ramFb => $"a display is for vfio-pci devices, and this is {device.DeviceApi}",
            not "vfio-pci" when enableMigration => $"migration is for vfio-pci devices, and this is {device.DeviceApi}",
            not "vfio-ccw" when number is not null => $"a channel device number is for vfio-ccw devices, and this is {device.DeviceApi}",
            _ when ramFb && display == MdevDisplay.Off => "a boot display needs a display, which is off",
            _ when id is not null && !WellFormedId().IsMatch(id) => $"'{Printable.Text(id, 40)}' is no id: letters, digits, '-', '.' and '_' after a letter are",
            _ => null,
        };
        if (why is not null)
            throw new MdevException(MdevError.InvalidArgument, $"Device {device.Uuid} cannot be given to a VM like that: {why}.");
        return new VmDevice
        {
            Uuid = device.Uuid,
            DeviceApi = device.DeviceApi!,
            SysfsPath = given.SysfsPath,
            PciAddress = given.PciAddress,
            NeedsVmUuid = given.NeedsVmUuid,
            Id = id,
            // A boot display is part of the display.
            Display = display ?? (ramFb ? MdevDisplay.On : null),
            RamFb = ramFb,
            DeviceNumber = number,
            EnableMigration = enableMigration,
        };
    }

    // id_wellformed in QEMU's util/id.c.
    [GeneratedRegex(@"\A[A-Za-z][-._A-Za-z0-9]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex WellFormedId();
}

/// <summary>Whether a VM shows what a mediated device draws.</summary>
public enum MdevDisplay
{
    /// <summary>Show it; a device that draws nothing is refused by QEMU.</summary>
    On,

    /// <summary>Do not show it.</summary>
    Off,

    /// <summary>Show it if the device draws something. Only QEMU knows this; libvirt has on and off.</summary>
    Auto,
}

/// <summary>The number under which an s390 guest sees a channel device: channel subsystem, subchannel set, device, such as <c>fe.0.0a12</c>.</summary>
/// <param name="Cssid">The channel subsystem; fe is the one of virtual devices.</param>
/// <param name="Ssid">The subchannel set.</param>
/// <param name="Devno">The device.</param>
public readonly partial record struct CcwDeviceNumber(byte Cssid, byte Ssid, ushort Devno)
{
    /// <summary>Reads a number.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: it is none.</exception>
    public static CcwDeviceNumber Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
            throw new MdevException(MdevError.InvalidArgument, $"'{Printable.Text(text, 40)}' is no channel device number: three hexadecimal numbers such as fe.0.0a12 are.");
        int Number(int group) => int.Parse(match.Groups[group].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new CcwDeviceNumber((byte)Number(1), (byte)Number(2), (ushort)Number(3));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Cssid:x2}.{Ssid:x}.{Devno:x4}";

    [GeneratedRegex(@"\A([0-9a-f]{1,2})\.([0-3])\.([0-9a-f]{1,4})\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
