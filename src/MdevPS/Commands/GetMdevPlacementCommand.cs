using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;

namespace MdevPS.Commands;

/// <summary>Gets the plan that New-MdevDevice would follow: where each device would go, and why. Nothing is changed.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.Placement)]
[OutputType(typeof(MdevPlacement))]
public sealed class GetMdevPlacementCommand : PlacingCommand
{
    /// <summary>As many devices as there is room for. That there is no room for more is no error then.</summary>
    [Parameter]
    public SwitchParameter Maximum { get; set; }

    /// <inheritdoc/>
    protected override void Place(HostRoot host, CreateRequest request)
    {
        if (Maximum && (MyInvocation.BoundParameters.ContainsKey(nameof(Count)) || request.Uuids.Count > 0 || request.AllOrNothing))
            throw new MdevException(MdevError.InvalidArgument, "-Maximum contradicts -Count, -Uuid and -AllOrNothing. Leave them out.");
        Action<MdevException> noRoom = Maximum ? _ => { } : ReportOne;
        IdleDevices? idle = request.Reuse ? IdleOf(host) : null;
        var planner = new Planner(host, request.Placement, ReportOne, idle?.Of(request.Placement, request.Uuids, StopToken), StopToken);
        foreach (MdevPlacement placement in planner.Plan(Maximum ? int.MaxValue : request.Count, request.Uuids, request.AllOrNothing, noRoom))
        {
            if (StopToken.IsCancellationRequested)
                return;
            if (placement.Reuses is { } uuid)
                idle!.Take(uuid);
            WriteObject(placement);
        }
    }
}
