using System.Text.RegularExpressions;
using Mdev.Inventory;
using Mdev.Kernel;

namespace Mdev.VirtualMachines;

/// <summary>A mediated device as a VM gets it. Made by <see cref="Of"/>, it holds no combination that its device API cannot have.</summary>
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

    /// <summary>The path by which the host's kernel names it.</summary>
    public string SysfsPath => $"/sys/bus/mdev/devices/{Uuid}";

    /// <summary>Checks what a VM is to get.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: the device cannot be that.</exception>
    public static VmDevice Of(MdevDevice device, string? id = null, MdevDisplay? display = null, bool ramFb = false, CcwDeviceNumber? number = null)
    {
        string? why = device.DeviceApi switch
        {
            null => "it is not known which VFIO device it is",
            not ("vfio-pci" or "vfio-ccw" or "vfio-ap") => $"no VM software has a device '{Printable.Text(device.DeviceApi, 40)}' that takes any mediated device",
            not "vfio-pci" when display is not null || ramFb => $"a display is for vfio-pci devices, and this is {device.DeviceApi}",
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
            Id = id,
            // A boot display is part of the display.
            Display = display ?? (ramFb ? MdevDisplay.On : null),
            RamFb = ramFb,
            DeviceNumber = number,
        };
    }

    // id_wellformed in QEMU's util/id.c.
    [GeneratedRegex(@"\A[A-Za-z][-._A-Za-z0-9]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex WellFormedId();
}
