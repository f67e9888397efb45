using Mdev;
using Mdev.Errors;
using Mdev.Model;
using Mdev.VirtualMachines;

namespace MdevPS.Binding;

/// <summary>The devices that a pipeline describes to the software of one VM.</summary>
internal sealed class GuestDevices
{
    private bool _any;
    private bool _hasMatrix;

    /// <summary>A device as the record describes it.</summary>
    /// <param name="uuid">Its UUID.</param>
    /// <param name="deviceApi">Which VFIO device it is; empty where the record does not say so.</param>
    /// <param name="told">Its interface as the record has it; empty where it has none.</param>
    /// <param name="lookUp">Finds it on the host, where the record is not enough.</param>
    public static MdevDevice Described(Guid uuid, string? deviceApi, string? told, Func<Guid, MdevDevice> lookUp) => deviceApi is null ? lookUp(uuid) : new MdevDevice
    {
        Uuid = uuid,
        Type = null,
        Parent = "",
        DeviceApi = deviceApi,
        PhysicalDevice = "",
        Interface = told ?? "",
        State = MdevDeviceState.Active,
        SysfsPath = "",
        Root = "",
    };

    /// <summary>Adds a device, and sees to it that what the VM can have once is given once.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>.</exception>
    public void Add(VmDevice device)
    {
        if (_any && (device.Id ?? device.DeviceNumber?.ToString()) is { } name)
            throw new MdevException(MdevError.InvalidArgument, $"Device {device.Uuid} cannot be '{name}': another device of this pipeline is. Convert one at a time.");
        // QEMU's bus for matrices of crypto adapters has one place.
        if (_hasMatrix && device.DeviceApi == "vfio-ap")
            throw new MdevException(MdevError.InvalidArgument, $"Device {device.Uuid} cannot be given to the same VM: a VM can have one vfio-ap device.");
        _any = true;
        _hasMatrix |= device.DeviceApi == "vfio-ap";
    }
}
