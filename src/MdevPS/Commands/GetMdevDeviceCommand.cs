using System.Management.Automation;
using Mdev;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Vfio;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets mediated devices and, where it is asked for, who uses them.</summary>
[Cmdlet(VerbsCommon.Get, "MdevDevice", DefaultParameterSetName = "All")]
[OutputType(typeof(MdevDevice))]
public sealed class GetMdevDeviceCommand : CalloutCommand
{
    private UserScan? _scan;
    private HostRoot? _scanned;

    /// <summary>UUIDs of devices.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Uuid]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[]? Uuid { get; set; }

    /// <summary>Only devices of these parents; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Only devices of these type ids or, where no id fits, human names; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevType), AllowEmpty = true)]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <summary>Look who holds the devices open. Needs the right to look into all processes of the host; devices stay without Users where it is missing.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter IncludeUser { get; set; }

    /// <summary>
    /// Read back the attributes that the devices were given, as far as that can be done, so that devices like them can be made from the objects. Devices of
    /// types that MdevPS does not know are asked of mdevctl's callout scripts.
    /// </summary>
    [Parameter]
    [Flag]
    public SwitchParameter IncludeAttribute { get; set; }

    /// <summary>Only devices that a process holds open.</summary>
    [Parameter(ParameterSetName = "InUse", Mandatory = true)]
    [Flag]
    public SwitchParameter InUse { get; set; }

    /// <summary>Only devices that no process holds open. One of which that cannot be known is left out.</summary>
    [Parameter(ParameterSetName = "Unused", Mandatory = true)]
    [Flag]
    public SwitchParameter Unused { get; set; }

    /// <summary>Only devices on these physical devices, such as the GPU of virtual functions; wildcards are allowed. From a piped object it narrows.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [PhysicalDevice]
    [ArgumentCompleter(typeof(PhysicalDeviceCompleter))]
    public string[]? PhysicalDevice { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        // A device that is being removed has no type any more, and is named by its UUID. Without one the type has got lost.
        if (Type is [] && Uuid is null)
            throw new MdevException(MdevError.InvalidArgument, "The type of the piped object is empty, and it has no UUID, so that it does not say which devices are meant.");
        HostRoot host = OpenHost();
        Session.TellIfUnsupported(host);
        IEnumerable<MdevDevice> devices = new DeviceReader(host, Session.Report).Read(new DeviceQuery
        {
            Uuids = Uuid ?? [],
            Parents = NamePatterns.Filter(Parent),
            PhysicalDevices = NamePatterns.Filter(PhysicalDevice),
            Types = NamePatterns.Types(Session, Type),
        });
        if (IncludeAttribute)
            devices = WithAttributes(devices, host);
        if (IncludeUser || InUse || Unused)
            Session.Write(WithUsers(devices, host).Select(HostSession.WithUsers));
        else
            Session.Write(devices);
    }

    // What cannot be read back is no list of none.
    private IEnumerable<MdevDevice> WithAttributes(IEnumerable<MdevDevice> devices, HostRoot host)
    {
        foreach (MdevDevice device in devices)
        {
            AttributeValue[]? attributes = null;
            Session.Try(device.Uuid, () => attributes = [.. new GivenAttributes(host, Session.Report, CalloutsOf(host)).Of(device)]);
            yield return new MdevDevice(device) { Attribute = attributes };
        }
    }

    private IEnumerable<MdevDevice> WithUsers(IEnumerable<MdevDevice> devices, HostRoot host)
    {
        foreach (MdevDevice listed in devices)
        {
            UserScan scan = Scan(host);
            MdevDevice device = new MdevDevice(listed) { Users = scan.UsersOf(listed) };
            if (device.Users is null)
                Session.WarnOnce($"Who uses some devices of host '{host.Root}' is unknown: {scan.Blind ?? "their holders cannot be told"}. Their Users are null.");
            if ((!InUse && !Unused) || (InUse && device.Users is { Length: > 0 }) || (Unused && device.Users is { Length: 0 }))
                yield return device;
        }
    }

    // One look at the processes serves all the devices of a host, however many records they come in.
    private UserScan Scan(HostRoot host)
    {
        if (_scan is null || _scanned != host)
            (_scan, _scanned) = (UserScan.Of(host, Session.StopToken), host);
        return _scan;
    }
}
