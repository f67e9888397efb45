namespace Mdev.Simulation;

/// <summary>Where a simulated host remembers the type of a device whose removal waits: the kernel has taken its type link away by then.</summary>
internal static class PendingRemoval
{
    public const string Directory = "/.mdevps-pending";
}
