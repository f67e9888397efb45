using System.Collections;
using System.Management.Automation;
using Mdev.Model;
using Mdev.VirtualMachines;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Makes libvirt's XML for devices: the host device of a domain or, with -NodeDevice, what virsh nodedev-create takes.</summary>
[Cmdlet(VerbsData.ConvertTo, Nouns.LibvirtXml, DefaultParameterSetName = "HostDevice")]
[OutputType(typeof(string))]
public sealed class ConvertToMdevLibvirtXmlCommand : VmCommand
{
    /// <summary>Whether the VM shows what the device draws: On or Off. Of vfio-pci devices only.</summary>
    [Parameter(ParameterSetName = "HostDevice")]
    public MdevDisplay? Display { get; set; }

    /// <summary>Give the VM a boot display, so that something is seen before the guest's driver is loaded. Of vfio-pci devices only.</summary>
    [Parameter(ParameterSetName = "HostDevice")]
    public SwitchParameter RamFb { get; set; }

    /// <summary>The number under which an s390 guest sees the device, such as fe.0.0a12. Of vfio-ccw devices only.</summary>
    [Parameter(ParameterSetName = "HostDevice")]
    [ValidateNotNullOrEmpty]
    public string? DeviceNumber { get; set; }

    /// <summary>Make a node device, from which libvirt makes the mediated device itself.</summary>
    [Parameter(ParameterSetName = "NodeDevice", Mandatory = true)]
    public SwitchParameter NodeDevice { get; set; }

    /// <summary>The type id of the node device. Without it and -Parent the host is asked.</summary>
    [Parameter(ParameterSetName = "NodeDevice", ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string? Type { get; set; }

    /// <summary>The parent of the node device.</summary>
    [Parameter(ParameterSetName = "NodeDevice", ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string? Parent { get; set; }

    /// <summary>The directory of the device, from which libvirt's name of its parent is told where the parent's name is not enough.</summary>
    [Parameter(ParameterSetName = "NodeDevice", ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? SysfsPath { get; set; }

    /// <summary>Vendor attributes for libvirt to set, in the order of an ordered dictionary; several dictionaries where a name comes again.</summary>
    [Parameter(ParameterSetName = "NodeDevice")]
    [ValidateNotNullOrEmpty]
    public IDictionary[]? Attribute { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (AttributePairs.HasNoOrder(Attribute))
            WriteWarning(AttributePairs.NoOrder);
    }

    /// <inheritdoc/>
    protected override void Convert(Guid uuid)
    {
        if (NodeDevice)
        {
            WriteObject(LibvirtXml.NodeDevice(Node(uuid), AttributePairs.Of(Attribute)));
            return;
        }

        CcwDeviceNumber? number = DeviceNumber is null ? null : CcwDeviceNumber.Parse(DeviceNumber);
        VmDevice device = VmDevice.Of(Described(uuid), id: null, Display, RamFb, number);
        Count(device);
        WriteObject(LibvirtXml.HostDevice(device));
    }

    private MdevDevice Node(Guid uuid) => string.IsNullOrEmpty(Type) || string.IsNullOrEmpty(Parent) ? LookUp(uuid) : new MdevDevice
    {
        Uuid = uuid,
        Type = Type,
        Parent = Parent,
        PhysicalDevice = Parent,
        Interface = MdevInterface.Mdev,
        State = MdevDeviceState.Active,
        SysfsPath = SysfsPath ?? "",
        Root = "",
    };
}
