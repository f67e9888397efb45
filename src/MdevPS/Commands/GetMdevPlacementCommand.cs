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
    protected override void Place(HostRoot host, CreateRequest request) => WriteEach(new Planner(host, request.Placement, ReportOne).Plan(request.Count, request.AllOrNothing, ReportOne));
}
