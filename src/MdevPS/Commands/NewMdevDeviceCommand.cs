using System.Management.Automation;
using Mdev;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;

namespace MdevPS.Commands;

/// <summary>Makes mediated devices of a type, on whichever parent suits best or on the one that is named.</summary>
[Cmdlet(VerbsCommon.New, Nouns.Device, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(MdevDevice))]
public sealed class NewMdevDeviceCommand : PlacingCommand
{
    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (AttributePairs.HasNoOrder(Attribute))
            WriteWarning(AttributePairs.NoOrder);
    }

    /// <inheritdoc/>
    protected override void Place(HostRoot host, CreateRequest request) =>
        WriteEach(new DeviceAllocator(host, ReportOne, Decide, IdleOf(host)).Make(request, StopToken));

    private Decision Decide(MdevPlacement placement, Guid uuid)
    {
        string name = Uuid is { Length: > 0 } ? $" {uuid}" : "";
        string what = Printable.Text(placement.Reuses is null
            ? $"Make mediated device{name} of type {placement.Type} on {placement.Parent}: {placement.Reason}."
            : $"Hand out mediated device {uuid} of type {placement.Type} on {placement.Parent} again: nobody has it open.");
        return ShouldProcess(what, $"{what} Go on?", "Make mediated devices", out ShouldProcessReason reason) ? Decision.Make
            : reason == ShouldProcessReason.WhatIf ? Decision.Pretend
            : Decision.Leave;
    }
}
