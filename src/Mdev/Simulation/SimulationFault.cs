using Mdev.Kernel;

namespace Mdev.Simulation;

/// <summary>What the file system refuses while a simulated host is made, asked or removed: somebody else may be removing it, or the disk is full.</summary>
internal static class SimulationFault
{
    /// <summary>Does something to the tree of a host.</summary>
    /// <param name="path">The host, or what of it is concerned.</param>
    /// <param name="what">What could not be done to it: made, asked, removed.</param>
    /// <param name="action">It.</param>
    /// <exception cref="MdevException"><see cref="MdevError.SimulationFailed"/>.</exception>
    public static T Guard<T>(string path, string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MdevException(MdevError.SimulationFailed, $"The simulated host could not be {what} at '{path}': {e.Message}", path, e);
        }
    }
}
