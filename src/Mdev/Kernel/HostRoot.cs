using System.Text;
using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>
/// The host that is looked at and changed: its files, and the kernel that answers a write. A <em>host path</em> (<c>/sys/…</c>, <c>/dev/…</c>) is
/// one as the host itself sees it; the root is put in front of it where it is opened or shown. <see cref="HostOpener"/> opens one.
/// </summary>
public sealed class HostRoot
{
    private readonly Action<string>? _trace;

    internal HostRoot(HostFiles files, IKernel kernel, Action<string>? trace)
    {
        Files = files;
        Kernel = kernel;
        _trace = trace;
    }

    /// <summary>The root as an absolute path on this machine; <c>/</c> for the machine itself.</summary>
    public string Root => Files.Root;

    /// <summary>The files of the host.</summary>
    public HostFiles Files { get; }

    /// <summary>What answers a write.</summary>
    public IKernel Kernel { get; }

    /// <summary>Whether this is the machine that we run on, not a directory that stands for another.</summary>
    public bool IsThisMachine => Root == "/";

    /// <summary>The same host for undoing, which must come to its end: without a listener, which may throw, and also after Ctrl+C.</summary>
    internal HostRoot Untraced => new(Files, Kernel.Patient, trace: null);

    /// <summary>The same host, with something else to answer writes.</summary>
    internal HostRoot With(IKernel kernel) => new(Files, kernel, _trace);

    /// <summary>The path on this machine of a host path.</summary>
    public string OnMachine(string hostPath) => Files.OnMachine(hostPath);

    /// <summary>Tells the listener what is done.</summary>
    public void Trace(string message) => _trace?.Invoke(message);

    /// <summary>
    /// Where a link leads that stands in <paramref name="directory"/>: a host path. The directory must be the real one, since
    /// <c>..</c> counts from there and not from the name that it was reached by.
    /// </summary>
    /// <exception cref="MdevException"><see cref="MdevError.BrokenEntry"/>: it climbs out of the root.</exception>
    public string Resolve(string directory, string target)
    {
        var parts = new List<string>(target.StartsWith('/') ? [] : directory.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (string part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else
                throw new MdevException(MdevError.BrokenEntry, $"A link in '{OnMachine(directory)}' leads out of the root: '{Printable.Text(target)}'.", OnMachine(directory));
        }

        return "/" + string.Join('/', parts);
    }

    /// <summary>Writes a value to an opened attribute, by one write(2), and tells so.</summary>
    internal void Write(IAttributeWriter attribute, string value)
    {
        Trace($"Writing '{Printable.Text(value)}' to '{attribute.Path}'.");
        attribute.Write(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Has a value written to an opened attribute by a process of its own, and tells so.</summary>
    internal void WriteDetached(IAttributeWriter attribute, string value)
    {
        Trace($"Writing '{value}' to '{attribute.Path}' from a process of its own, which may have to wait.");
        attribute.WriteDetached(value);
    }
}
