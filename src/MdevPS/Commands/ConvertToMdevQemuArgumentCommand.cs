using System.Management.Automation;
using Mdev.VirtualMachines;

namespace MdevPS.Commands;

/// <summary>Makes the arguments of one QEMU that give devices to its VM: an array to splat behind the program's name.</summary>
[Cmdlet(VerbsData.ConvertTo, Nouns.QemuArgument)]
[OutputType(typeof(string))]
public sealed class ConvertToMdevQemuArgumentCommand : VmCommand
{
    private bool _hasVmUuid;

    /// <summary>A name for the device within the VM, by which QEMU's monitor knows it. It names one device.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

    /// <summary>Whether the VM shows what the device draws. Of vfio-pci devices only.</summary>
    [Parameter]
    public MdevDisplay? Display { get; set; }

    /// <summary>Give the VM a boot display, so that something is seen before the guest's driver is loaded. Of vfio-pci devices only.</summary>
    [Parameter]
    public SwitchParameter RamFb { get; set; }

    /// <summary>The number under which an s390 guest sees the device, such as fe.0.0a12. Of vfio-ccw devices only; it numbers one device.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DeviceNumber { get; set; }

    /// <summary>The UUID of the VM. NVIDIA's driver wants QEMU to have one.</summary>
    [Parameter]
    public Guid? VmUuid { get; set; }

    /// <summary>Make the JSON form, which needs no escapes; QEMU 6.2 and later take it.</summary>
    [Parameter]
    public SwitchParameter AsJson { get; set; }

    /// <inheritdoc/>
    protected override void Convert(Guid uuid)
    {
        CcwDeviceNumber? number = DeviceNumber is null ? null : CcwDeviceNumber.Parse(DeviceNumber);
        VmDevice device = VmDevice.Of(Described(uuid), Id, Display, RamFb, number);
        Count(device);
        if (VmUuid is { } vm && !_hasVmUuid)
        {
            WriteObject("-uuid");
            WriteObject(vm.ToString());
            _hasVmUuid = true;
        }

        WriteObject("-device");
        WriteObject(AsJson ? QemuArgument.Json(device) : QemuArgument.Text(device));
    }
}
