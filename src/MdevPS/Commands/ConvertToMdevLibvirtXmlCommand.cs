using System.Collections;
using System.Management.Automation;
using Mdev.Inventory;
using Mdev.Model;
using Mdev.VirtualMachines;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>
/// Makes libvirt's XML for devices: the host device of a domain or, with -NodeDevice, what virsh nodedev-create takes. A piped object says itself what it
/// is, also one that comes from another computer or from a file; a UUID alone is looked up on the host.
/// </summary>
[Cmdlet(VerbsData.ConvertTo, "MdevLibvirtXml", DefaultParameterSetName = "HostDevice")]
[OutputType(typeof(string))]
public sealed class ConvertToMdevLibvirtXmlCommand : MdevCommand
{
    private readonly GuestDevices _guest = new();

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

    /// <summary>Whether the VM shows what the device draws: On or Off. Of vfio-pci devices only.</summary>
    [Parameter(ParameterSetName = "HostDevice")]
    public MdevDisplay? Display { get; set; }

    /// <summary>Give the VM a boot display, so that something is seen before the guest's driver is loaded. Of vfio-pci devices only.</summary>
    [Parameter(ParameterSetName = "HostDevice")]
    [Flag]
    public SwitchParameter RamFb { get; set; }

    /// <summary>The number under which an s390 guest sees the device, such as fe.0.0a12. Of vfio-ccw devices only.</summary>
    [Parameter(ParameterSetName = "HostDevice")]
    [Text(One = true)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public string? DeviceNumber { get; set; }

    /// <summary>Make a node device, from which libvirt makes the mediated device itself.</summary>
    [Parameter(ParameterSetName = "NodeDevice", Mandatory = true)]
    [Flag]
    public SwitchParameter NodeDevice { get; set; }

    /// <summary>The type id of the node device. Without it and -Parent the host is asked.</summary>
    [Parameter(ParameterSetName = "NodeDevice", ValueFromPipelineByPropertyName = true)]
    [Name(typeof(MdevType), One = true, AllowEmpty = true)]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string? Type { get; set; }

    /// <summary>The parent of the node device.</summary>
    [Parameter(ParameterSetName = "NodeDevice", ValueFromPipelineByPropertyName = true)]
    [Name(typeof(MdevParent), One = true, AllowEmpty = true)]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string? Parent { get; set; }

    /// <summary>The directory of the device, from which libvirt's name of its parent is told where the parent's name is not enough.</summary>
    [Parameter(ParameterSetName = "NodeDevice", ValueFromPipelineByPropertyName = true)]
    [Text(One = true, AllowEmpty = true)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public string? SysfsPath { get; set; }

    /// <summary>Vendor attributes for libvirt to set, in the order of an ordered dictionary; several dictionaries where a name comes again.</summary>
    [Parameter(ParameterSetName = "NodeDevice", ValueFromPipelineByPropertyName = true)]
    [Pairs(AllowEmpty = true)]
    [ArgumentCompleter(typeof(AttributePairCompleter))]
    public IDictionary[]? Attribute { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        if (PairsAttribute.HasNoOrder(Attribute))
            Session.WarnOnce(PairsAttribute.NoOrder);
        Session.ForEach(Uuid, Convert);
    }

    private void Convert(Guid uuid)
    {
        if (NodeDevice)
        {
            WriteObject(LibvirtXml.NodeDevice(Node(uuid), PairsAttribute.Values(Attribute)));
            return;
        }

        CcwDeviceNumber? number = DeviceNumber is null ? null : CcwDeviceNumber.Parse(DeviceNumber);
        VmDevice device = VmDevice.Of(GuestDevices.Described(uuid, DeviceApi, Session.TextOfObject(nameof(MdevDevice.Interface)), LookUp), id: null, Display, RamFb, number);
        _guest.Add(device);
        WriteObject(LibvirtXml.HostDevice(device));
    }

    private MdevDevice Node(Guid uuid) => Type is null || Parent is null ? LookUp(uuid) : new MdevDevice
    {
        Uuid = uuid,
        Type = Type,
        Parent = Parent,
        PhysicalDevice = Parent,
        Interface = Session.TextOfObject(nameof(MdevDevice.Interface)) ?? "",
        State = MdevDeviceState.Active,
        SysfsPath = SysfsPath ?? "",
        Root = "",
    };

    private MdevDevice LookUp(Guid uuid) => new DeviceReader(OpenHost(), e => Session.Report(e, uuid)).Get(uuid, Parent ?? Session.TextOfObject(nameof(Parent)));
}
