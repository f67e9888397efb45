using System.Management.Automation;
using Mdev;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Vfio;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Removes mediated devices, and one that somebody has open only when told so.</summary>
[Cmdlet(VerbsCommon.Remove, "MdevDevice", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MdevDevice))]
public sealed class RemoveMdevDeviceCommand : CalloutCommand
{
    private readonly List<(HostRoot Host, MdevDevice Device)> _waiting = [];
    private int _number;

    /// <summary>UUIDs of the devices.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Uuid]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[] Uuid { get; set; } = [];

    /// <summary>
    /// The type that the device was of when it was listed, or one of several. It chooses nothing: a device that is of another type now is not removed. A piped
    /// device brings it.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Name(typeof(MdevType), AllowEmpty = true)]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <summary>
    /// The parent that the device was of when it was listed. It chooses nothing: a device that is of another parent now is not removed. A piped device
    /// brings it.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Name(typeof(MdevParent), One = true)]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string? Parent { get; set; }

    /// <summary>
    /// Remove a device also when somebody has it open. It leaves the bus at once, so that no other VM can get it; what is left of it goes when it
    /// is let go. Such a removal cannot be taken back. A vGPU on a virtual function (VendorVfio) cannot be had so: in use, it is refused.
    /// </summary>
    [Parameter]
    [Flag]
    public SwitchParameter EvenIfInUse { get; set; }

    /// <summary>How many seconds to wait for devices that are in use, before they are reported as being removed.</summary>
    [Parameter]
    [Number]
    [ValidateRange(0, 86400)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int TimeoutSec { get; set; } = 5;

    /// <inheritdoc/>
    private protected override void Process()
    {
        if (!EvenIfInUse && Session.IsArgument(nameof(TimeoutSec)))
            throw new MdevException(MdevError.InvalidArgument, "-TimeoutSec says how long to wait for devices in use, and those are refused at once without -EvenIfInUse. Give -EvenIfInUse too, or leave -TimeoutSec out.");
        HostRoot host = OpenHost();
        Session.ForEach(Uuid, uuid =>
        {
            Session.Show("Removing mediated devices", $"{++_number}: {uuid}");
            RemoveOne(host, uuid);
            // The next word, whoever's it is, may end the pipeline then, and a removal that has begun must not go untold.
            if (Session.EndsAtWords)
                WaitForAll();
            TellRest();
        });
    }

    /// <summary>Waits for the removals that could not be ended at once, for all of them together.</summary>
    protected override void EndProcessing()
    {
        WaitForAll();
        base.EndProcessing();
    }

    private void WaitForAll()
    {
        (HostRoot Host, MdevDevice Device)[] waiting = [.. _waiting];
        _waiting.Clear();
        var limit = TimeSpan.FromSeconds(TimeoutSec);
        long start = Environment.TickCount64;
        foreach ((HostRoot host, MdevDevice device) in waiting)
        {
            var left = TimeSpan.FromMilliseconds(Math.Max(0, limit.TotalMilliseconds - (Environment.TickCount64 - start)));
            Session.ForEach([device.Uuid], _ => WaitFor(host, device, left));
        }
    }

    private void RemoveOne(HostRoot host, Guid uuid)
    {
        ListedDevice? given = UuidAttribute.ObjectOf(Uuid, uuid);
        MdevDevice device = new DeviceReader(host, e => Session.Report(e, uuid)).Get(uuid, Parent ?? given?.Parent);
        // A device that is on its way out is listed without a type, and one that has a type now is another.
        string? type = Type is null ? null : Array.Find(Type, listed => listed == device.Type) ?? Type.FirstOrDefault() ?? "";
        new ListedDevice(type, Parent).Require(device);
        given?.Require(device);
        string what = device.Type is null ? $"{uuid} (on {device.Parent}, being removed)" : $"{uuid} ({device.Type} on {device.Parent})";
        if (!ShouldProcess(Printable.Text(what), EvenIfInUse ? "Remove device even if in use" : "Remove device"))
            return;
        if (CalloutsOf(host) is { } callouts)
            callouts.Around(CalloutAction.Stop, CalloutDevice.Of(device), () => Remove(host, device));
        else
            Remove(host, device);
    }

    private void Remove(HostRoot host, MdevDevice device)
    {
        var remover = new DeviceRemover(host, e => Session.Report(e, device.Uuid), Session.StopToken);
        if (!EvenIfInUse)
            remover.Remove(device);
        else if (!remover.RemoveEvenIfInUse(device))
            _waiting.Add((host, device));
    }

    private void WaitFor(HostRoot host, MdevDevice device, TimeSpan limit)
    {
        long end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        void Show() => Session.Show("Waiting until devices are let go", $"{device.Uuid}", left: TimeSpan.FromMilliseconds(end - Environment.TickCount64));
        var faults = new List<MdevException>();
        MdevDevice? now = new DeviceRemover(host, faults.Add, Session.StopToken).WaitFor(device, limit, Show, Session.StopToken);
        if (Session.StopToken.IsCancellationRequested)
            return;
        if (now is not null)
        {
            WriteObject(HostSession.WithUsers(now));
            Session.Warn($"Device {now.Uuid} is still open: its removal waits in the kernel until it is let go by {UserScan.Holders(now.Users)}.");
        }

        faults.ForEach(fault => Session.Report(fault, device.Uuid));
    }
}
