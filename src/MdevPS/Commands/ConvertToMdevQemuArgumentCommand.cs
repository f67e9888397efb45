using System.Management.Automation;
using Mdev.Inventory;
using Mdev.Model;
using Mdev.VirtualMachines;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>
/// Makes the arguments of one QEMU that give devices to its VM: an array to splat behind the program's name. A piped object says itself what it is, also
/// one that comes from another computer or from a file; a UUID alone is looked up on the host.
/// </summary>
[Cmdlet(VerbsData.ConvertTo, "MdevQemuArgument")]
[OutputType(typeof(string))]
public sealed class ConvertToMdevQemuArgumentCommand : MdevCommand
{
    private readonly GuestDevices _guest = new();
    private Guid? _first;
    private bool _needsVmUuid;
    private bool _hasVmUuid;

    /// <summary>UUIDs of the devices.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Uuid]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[] Uuid { get; set; } = [];

    /// <summary>Which VFIO device it is, such as vfio-pci. Without it the host is asked.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Text(One = true, AllowEmpty = true)]
    [ArgumentCompleter(typeof(DeviceApiCompleter))]
    public string? DeviceApi { get; set; }

    /// <summary>A name for the device within the VM, by which QEMU's monitor knows it. It names one device.</summary>
    [Parameter]
    [Text(One = true)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public string? Id { get; set; }

    /// <summary>Whether the VM shows what the device draws. Of vfio-pci devices only.</summary>
    [Parameter]
    public MdevDisplay? Display { get; set; }

    /// <summary>Give the VM a boot display, so that something is seen before the guest's driver is loaded. Of vfio-pci devices only.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter RamFb { get; set; }

    /// <summary>The number under which an s390 guest sees the device, such as fe.0.0a12. Of vfio-ccw devices only; it numbers one device.</summary>
    [Parameter]
    [Text(One = true)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public string? DeviceNumber { get; set; }

    /// <summary>
    /// The UUID of the VM. NVIDIA's driver wants QEMU to have one, and any will do: where a device's driver is known to ask for it, the UUID of the first
    /// device serves without this.
    /// </summary>
    [Parameter]
    [Uuid(One = true)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public Guid? VmUuid { get; set; }

    /// <summary>Let the VM be migrated with its devices. Of vfio-pci devices only; the vendor's driver must support it.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter EnableMigration { get; set; }

    /// <summary>Make the JSON form, which needs no escapes; QEMU 6.2 and later take it.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter AsJson { get; set; }

    /// <inheritdoc/>
    private protected override void Process() => Session.ForEach(Uuid, Convert);

    private void Convert(Guid uuid)
    {
        CcwDeviceNumber? number = DeviceNumber is null ? null : CcwDeviceNumber.Parse(DeviceNumber);
        VmDevice device = VmDevice.Of(GuestDevices.Described(uuid, DeviceApi, Session.TextOfObject(nameof(MdevDevice.Interface)), LookUp), Id, Display, RamFb, number, EnableMigration);
        _guest.Add(device);
        _first ??= uuid;
        _needsVmUuid |= device.NeedsVmUuid;
        if (VmUuid is { } vm)
            WriteVmUuid(vm);
        WriteObject("-device");
        WriteObject(AsJson ? QemuArgument.Json(device) : QemuArgument.Text(device));
    }

    /// <summary>Adds the UUID of the VM where a device needs it and none was given.</summary>
    protected override void EndProcessing()
    {
        if (_needsVmUuid && _first is { } first)
            WriteVmUuid(first);
        base.EndProcessing();
    }

    private void WriteVmUuid(Guid vm)
    {
        if (_hasVmUuid)
            return;
        WriteObject("-uuid");
        WriteObject(vm.ToString());
        _hasVmUuid = true;
    }

    private MdevDevice LookUp(Guid uuid) => new DeviceReader(OpenHost(), e => Session.Report(e, uuid)).Get(uuid, Session.TextOfObject(nameof(MdevDevice.Parent)));
}
