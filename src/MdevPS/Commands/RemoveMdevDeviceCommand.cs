using System.Management.Automation;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Removes mediated devices, never one that somebody has open.</summary>
[Cmdlet(VerbsCommon.Remove, Nouns.Device, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveMdevDeviceCommand : ChangingCommand
{
    /// <summary>UUIDs of the devices.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[] Uuid { get; set; } = [];

    /// <inheritdoc/>
    protected override object? Target => Uuid;

    /// <inheritdoc/>
    protected override void Change(HostRoot host)
    {
        foreach (Guid uuid in Uuid)
        {
            if (StopToken.IsCancellationRequested)
                return;
            try
            {
                RemoveOne(host, uuid);
            }
            catch (MdevException e)
            {
                Report(e, uuid);
            }
        }
    }

    private void RemoveOne(HostRoot host, Guid uuid)
    {
        MdevDevice device = new DeviceReader(host, e => Report(e, uuid)).Find(uuid)
            ?? throw new MdevException(MdevError.DeviceNotFound, $"No mediated device has the UUID {uuid} on host '{host.Root}'.");
        if (ShouldProcess(Printable.Text($"{uuid} ({device.Type} on {device.Parent})"), "Remove mediated device"))
            new DeviceRemover(host, e => Report(e, uuid)).Remove(device);
    }
}
