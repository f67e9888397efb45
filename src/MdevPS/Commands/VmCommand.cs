using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.VirtualMachines;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>
/// What the cmdlets that describe devices to a VM's software have in common. A piped object says itself what it is, also one that comes from
/// another computer or from a file; a UUID alone is looked up on the host.
/// </summary>
public abstract class VmCommand : MdevCommand
{
    private bool _any;
    private bool _hasMatrix;

    /// <summary>UUIDs of the devices.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [UuidOf]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[] Uuid { get; set; } = [];

    /// <summary>Which VFIO device it is, such as vfio-pci. Without it the host is asked.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? DeviceApi { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Uuid;

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => ForEach(Uuid, Convert);

    /// <inheritdoc/>
    protected sealed override void ProcessHost(HostRoot host) => throw new NotSupportedException();

    /// <summary>Describes one device.</summary>
    /// <param name="uuid">Its UUID.</param>
    protected abstract void Convert(Guid uuid);

    /// <summary>The device as it is on the host.</summary>
    private protected MdevDevice LookUp(Guid uuid) => new DeviceReader(OpenHost(), e => Report(e, uuid)).Get(uuid);

    /// <summary>The device as the record describes it or, where that is not enough, as it is on the host.</summary>
    private protected MdevDevice Described(Guid uuid) => string.IsNullOrEmpty(DeviceApi) ? LookUp(uuid) : new MdevDevice
    {
        Uuid = uuid,
        Type = null,
        Parent = "",
        DeviceApi = DeviceApi,
        PhysicalDevice = "",
        Interface = MdevInterface.Mdev,
        State = MdevDeviceState.Active,
        SysfsPath = "",
        Root = "",
    };

    /// <summary>Sees to it that what the VM can have once is given once.</summary>
    private protected void Count(VmDevice device)
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
