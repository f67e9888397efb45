using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Simulation;

namespace Mdev;

/// <summary>Opens a host, and decides which kernel answers there: the running one, or that of a simulated host.</summary>
public static class HostOpener
{
    /// <summary>The environment variable that names the root to use where none is given.</summary>
    public const string EnvironmentVariable = "MDEVPS_ROOT";

    /// <summary>The root that is meant where none is given: the one in MDEVPS_ROOT or, where that is unset or empty, <c>/</c>.</summary>
    public static string Default => Environment.GetEnvironmentVariable(EnvironmentVariable) is not { Length: > 0 } root ? "/" : Path.IsPathRooted(root) ? Absolute(root) : root;

    /// <summary>Opens a host.</summary>
    /// <param name="root">Its root; null or empty for <see cref="Default"/>.</param>
    /// <param name="trace">Told of every write to the kernel.</param>
    /// <param name="cancel">Ends the wait for another writer of a simulated host; a running kernel's answer cannot be left alone.</param>
    /// <exception cref="MdevException"><see cref="MdevError.RootNotFound"/>: there is no such directory, or no sys in it. A wrong root is never an empty host. <see cref="MdevError.PermissionDenied"/>: this user cannot know.</exception>
    public static HostRoot Open(string? root = null, Action<string>? trace = null, CancellationToken cancel = default)
    {
        // What a relative path means differs from program to program, and a variable is handed on to all of them.
        if (string.IsNullOrEmpty(root) && !Path.IsPathRooted(Default))
            throw new MdevException(MdevError.RootNotFound, $"{EnvironmentVariable} is '{Printable.Text(Default)}', which is no absolute path.", Default);
        HostFiles files = HostFiles.Open(string.IsNullOrEmpty(root) ? Default : Absolute(root));
        if (!files.HasDirectory("/sys"))
            throw new MdevException(MdevError.RootNotFound, $"The directory '{files.Root}' is no root of a host: it has no directory 'sys'.", files.Root);
        return new HostRoot(files, SimulatedKernel.Of(files, cancel) ?? (IKernel)new LiveKernel(files), trace);
    }

    /// <summary>A root as <see cref="HostRoot.Root"/> has it: absolute, without a slash at its end.</summary>
    public static string Absolute(string root) => Path.GetFullPath(root) is { Length: > 1 } path ? path.TrimEnd('/') : "/";
}
