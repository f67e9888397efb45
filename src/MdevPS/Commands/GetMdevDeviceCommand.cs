using System.Management.Automation;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Vfio;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets mediated devices and, where it is asked for, who uses them.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.Device, DefaultParameterSetName = "All")]
[OutputType(typeof(MdevDevice))]
public sealed class GetMdevDeviceCommand : MdevCommand
{
    private UserScan? _scan;
    private HostRoot? _scanned;
    private bool _hasWarned;

    /// <summary>UUIDs of devices.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [UuidOf]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[]? Uuid { get; set; }

    /// <summary>Only devices of these parents; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [NameOf(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Only devices of these type ids; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [NameOf(typeof(MdevType))]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <summary>Look who holds the devices open. Needs the right to look into all processes of the host; devices stay without Users where it is missing.</summary>
    [Parameter]
    public SwitchParameter IncludeUser { get; set; }

    /// <summary>Only devices that a process holds open.</summary>
    [Parameter(ParameterSetName = "InUse", Mandatory = true)]
    public SwitchParameter InUse { get; set; }

    /// <summary>Only devices that no process holds open. One of which that cannot be known is left out.</summary>
    [Parameter(ParameterSetName = "Unused", Mandatory = true)]
    public SwitchParameter Unused { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Uuid is { Length: > 0 } ? Uuid : Parent ?? Type;

    /// <inheritdoc/>
    protected override void ProcessHost(HostRoot host)
    {
        TellIfUnsupported(host);
        IEnumerable<MdevDevice> devices = new DeviceReader(host, Report).Read(new DeviceQuery
        {
            Uuids = Uuid ?? [],
            Parents = NamePatterns.Filter(Parent),
            Types = NamePatterns.Filter(Type),
        });
        if (IncludeUser || InUse || Unused)
            WriteEach(WithUsers(devices, host).Select(UserView.Of));
        else
            WriteEach(devices);
    }

    private IEnumerable<MdevDevice> WithUsers(IEnumerable<MdevDevice> devices, HostRoot host)
    {
        foreach (MdevDevice listed in devices)
        {
            UserScan scan = Scan(host);
            MdevDevice device = listed with { Users = scan.UsersOf(listed) };
            if (device.Users is null && !_hasWarned)
            {
                WriteWarning(Printable.Text($"Who uses some devices of host '{host.Root}' is unknown: {scan.Blind ?? "their holders cannot be told"}. Their Users are null."));
                _hasWarned = true;
            }

            if ((!InUse && !Unused) || (InUse && device.Users is { Length: > 0 }) || (Unused && device.Users is { Length: 0 }))
                yield return device;
        }
    }

    // One look at the processes serves all the devices of a host, however many records they come in.
    private UserScan Scan(HostRoot host)
    {
        if (_scan is null || _scanned != host)
            (_scan, _scanned) = (UserScan.Of(host, StopToken), host);
        return _scan;
    }
}
