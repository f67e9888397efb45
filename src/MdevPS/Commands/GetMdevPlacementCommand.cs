using System.Management.Automation;
using Mdev;
using Mdev.Lifecycle;
using Mdev.Placement;

namespace MdevPS.Commands;

/// <summary>Gets the plan that New-MdevDevice would follow: where each device would go, and why. Nothing is changed.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.Placement)]
[OutputType(typeof(MdevPlacement))]
public sealed class GetMdevPlacementCommand : PlacingCommand
{
    /// <inheritdoc/>
    protected override void Place(HostRoot host, CreateRequest request)
    {
        IdleDevices? idle = request.Reuse ? IdleOf(host) : null;
        var planner = new Planner(host, request.Placement, ReportOne, idle?.Of(request.Placement, request.Uuids, StopToken));
        foreach (MdevPlacement placement in planner.Plan(request.Count, request.Uuids, request.AllOrNothing, ReportOne))
        {
            if (placement.Reuses is { } uuid)
                idle!.Take(uuid);
            WriteObject(placement);
        }
    }
}
