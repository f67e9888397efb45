using Mdev.Kernel;

namespace Mdev.Simulation;

/// <summary>
/// Lets one writer at a time change a simulated host, also when they are processes of their own. The lock has a file to itself:
/// the runtime's own file reading would take an flock on the marker for somebody else's claim to it.
/// </summary>
internal static class HostLock
{
    public const string FileName = ".mdevps-lock";

    public static IDisposable Take(string root)
    {
        string path = Path.Combine(root, FileName);
        Descriptor descriptor = Descriptor.Open(path, LibC.O_RDONLY);
        while (LibC.flock(descriptor.Number, LibC.LOCK_EX) != 0)
        {
            if (LibC.errno == Errno.EINTR)
                continue;
            int errno = LibC.errno;
            descriptor.Dispose();
            throw new MdevException(MdevError.WriteRefused, "Cannot lock the simulated host", errno, "flock", path);
        }

        return descriptor;
    }
}
