namespace Mdev.Comparison;

/// <summary>The median times of a workload in milliseconds; null where a contender is not there.</summary>
internal sealed record Measurement(Workload Workload, int Objects, double Floor, double Library, double? Cmdlet, double? Mdevctl)
{
    public double OfFloor => Library / Floor;

    public double? OfMdevctl => Cmdlet / Mdevctl;
}
