using System.Text;
using Mdev.Kernel;
using Mdev.Simulation;

namespace Mdev;

/// <summary>
/// The host that is looked at and changed: <c>/</c>, or any directory that stands for one. It owns every path: a <em>host path</em>
/// (<c>/sys/…</c>, <c>/dev/…</c>) is one as the host itself sees it, and only this class puts the root in front of it. What it opens
/// lies below the root: a link that leads out of it is a broken entry, not a way out.
/// </summary>
public sealed class HostRoot
{
    /// <summary>The environment variable that names the root to use where none is given.</summary>
    public const string EnvironmentVariable = "MDEVPS_ROOT";

    private readonly string _prefix;
    private readonly string _realPrefix;
    private readonly Action<string>? _trace;

    private HostRoot(string root, string realRoot, IKernel kernel, Action<string>? trace)
    {
        Root = root;
        _prefix = root == "/" ? "" : root;
        _realPrefix = realRoot == "/" ? "" : realRoot;
        Kernel = kernel;
        _trace = trace;
    }

    /// <summary>The root that is meant where none is given: the one in MDEVPS_ROOT or, where that is unset, <c>/</c>.</summary>
    public static string Default => Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } root ? Absolute(root) : "/";

    /// <summary>The root as an absolute path on this machine; <c>/</c> for the machine itself.</summary>
    public string Root { get; }

    /// <summary>Whether the host is a simulated one (its root bears the marker).</summary>
    public bool IsSimulated => Kernel is SimulatedKernel;

    /// <summary>Whether this is the machine that we run on, not a directory that stands for another.</summary>
    public bool IsThisMachine => _prefix.Length == 0;

    /// <summary>What answers a write.</summary>
    public IKernel Kernel { get; }

    /// <summary>Opens a host.</summary>
    /// <param name="root">Its root; null or empty for the one in MDEVPS_ROOT or, where that is unset, <c>/</c>.</param>
    /// <param name="trace">Told of every write to the kernel.</param>
    /// <exception cref="MdevException"><see cref="MdevError.RootNotFound"/>: there is no such directory, or no sys in it. A wrong root is never an empty host.</exception>
    public static HostRoot Open(string? root = null, Action<string>? trace = null)
    {
        root = string.IsNullOrEmpty(root) ? Default : Absolute(root);
        if (!Directory.Exists(root))
            throw new MdevException(MdevError.RootNotFound, $"The host root '{root}' does not exist or is no directory.", root);
        if (!Directory.Exists(root + "/sys"))
            throw new MdevException(MdevError.RootNotFound, $"The directory '{root}' is no root of a host: it has no directory 'sys'.", root);
        if (root == "/")
            return new HostRoot(root, root, new LiveKernel(), trace);

        // "/." because the root itself may well be a link, which opening a directory by its bare name refuses.
        using DirectoryHandle directory = DirectoryHandle.TryOpen(root + "/.")
            ?? throw new MdevException(MdevError.RootNotFound, $"The host root '{root}' does not exist.", root);
        IKernel kernel = SimulatedKernel.TryOpen(root) is { } simulated ? simulated : new LiveKernel();
        return new HostRoot(root, directory.RealPath(), kernel, trace);
    }

    /// <summary>The same host, with nobody told of what is done: for what must be brought to an end, whatever happens to who would be told.</summary>
    public HostRoot Silent => new(Root, _realPrefix, Kernel, trace: null);

    /// <summary>The same host, with something else to answer writes.</summary>
    public HostRoot With(IKernel kernel) => new(Root, _realPrefix, kernel, _trace);

    /// <summary>The path on this machine of a host path.</summary>
    public string OnMachine(string hostPath) => _prefix + hostPath;

    /// <summary>Tells whoever listens what is done.</summary>
    public void Trace(string message) => _trace?.Invoke(message);

    /// <summary>Opens a directory of the host; null when there is none.</summary>
    /// <exception cref="MdevException">It cannot be read, or it lies outside the root.</exception>
    public DirectoryHandle? OpenDirectory(string hostPath)
    {
        DirectoryHandle? directory = DirectoryHandle.TryOpen(OnMachine(hostPath));
        if (directory is null || IsThisMachine)
            return directory;
        try
        {
            if (IsInside(directory.RealPath()))
                return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }

        directory.Dispose();
        throw new MdevException(MdevError.BrokenEntry, $"'{OnMachine(hostPath)}' leads out of the root '{Root}'.", OnMachine(hostPath));
    }

    /// <summary>The text of a link of the host; null when nothing is there.</summary>
    public string? ReadLink(string hostPath) => DirectoryHandle.ReadLinkAt(OnMachine(hostPath));

    /// <summary>Whether the host has a directory of that path.</summary>
    public bool HasDirectory(string hostPath) => Directory.Exists(OnMachine(hostPath));

    /// <summary>Whether the host has a device node, or a file in its place, of that path.</summary>
    public bool HasNode(string hostPath) => File.Exists(OnMachine(hostPath));

    /// <summary>
    /// Where a link leads that stands in <paramref name="directory"/>: a host path. The directory must be the real one, since
    /// <c>..</c> counts from there and not from the name that it was reached by.
    /// </summary>
    /// <exception cref="MdevException"><see cref="MdevError.BrokenEntry"/>: it climbs out of the root.</exception>
    public string Resolve(string directory, string target)
    {
        var path = new StringBuilder(target.StartsWith('/') ? "" : directory);
        foreach (string part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            if (part != "..")
                path.Append('/').Append(part);
            else if (path.Length > 0)
                path.Length = LastSlash(path);
            else
                throw new MdevException(MdevError.BrokenEntry, $"A link in '{OnMachine(directory)}' leads out of the root: '{target}'.", OnMachine(directory));
        }

        return path.ToString();
    }

    /// <summary>Opens an attribute of the host for writing.</summary>
    public IAttributeWriter OpenAttribute(string hostPath)
    {
        // The directory it lies in is opened first, for the check that this stays below the root.
        if (!IsThisMachine)
            OpenDirectory(hostPath[..hostPath.LastIndexOf('/')])?.Dispose();
        return Kernel.OpenAttribute(OnMachine(hostPath));
    }

    /// <summary>Writes a value to an opened attribute, by one write(2), and tells so.</summary>
    public void Write(IAttributeWriter attribute, string value)
    {
        Trace($"Writing '{Printable.Text(value)}' to '{attribute.Path}'.");
        attribute.Write(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>A root as <see cref="Root"/> has it.</summary>
    public static string Absolute(string root) => Path.GetFullPath(root) is { Length: > 1 } path ? path.TrimEnd('/') : "/";

    private static int LastSlash(StringBuilder path)
    {
        int at = path.Length - 1;
        while (path[at] != '/')
            at--;
        return at;
    }

    /// <summary>Has a value written to an opened attribute by a process of its own, and tells so.</summary>
    public void WriteDetached(IAttributeWriter attribute, string value)
    {
        Trace($"Writing '{value}' to '{attribute.Path}' from a process of its own, which may have to wait.");
        attribute.WriteDetached(value);
    }

    private bool IsInside(string realPath) =>
        realPath.StartsWith(_realPrefix, StringComparison.Ordinal) && (realPath.Length == _realPrefix.Length || realPath[_realPrefix.Length] == '/');
}
