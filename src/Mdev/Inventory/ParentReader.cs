using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Inventory;

/// <summary>Reads the parents of a host.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
public sealed class ParentReader(HostRoot host, Action<MdevException> report)
{
    private readonly ParentFinder _parents = new(host, report);

    /// <summary>Why the host has nothing to list, as a sentence; null when it has an interface for such devices.</summary>
    public string? WhyUnsupported => _parents.IsSupported ? null : _parents.WhyUnsupported($"Host '{host.Root}'");

    /// <summary>Reads the parents of these names, each as soon as it is asked for, in natural order.</summary>
    public IEnumerable<MdevParent> Read(NameFilter names) => _parents.Named(names).Select(parent => parent.Read(report)).OfType<MdevParent>();
}
