using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>The parents of the devices that are being read, each opened once, found by the text of the links that lead there.</summary>
internal sealed class OpenParents(HostRoot host, string from, Action<MdevException> report) : IDisposable
{
    // Devices come in no order of their parents. More parents than this are opened again and again, at a cost, rather than exhaust the
    // descriptors; hosts with so many have few devices on each.
    private const int Most = 256;

    private readonly Dictionary<string, OpenParent> _byLink = [];

    /// <summary>The parent that a link leads to; null when nothing is there.</summary>
    /// <exception cref="MdevException">It leads out of the root, or cannot be opened.</exception>
    public OpenParent? At(string link)
    {
        if (_byLink.TryGetValue(link, out OpenParent? parent))
            return parent;
        string path = host.Resolve(from, link);
        if (host.OpenDirectory(path) is not { } directory)
            return null;
        if (_byLink.Count == Most)
            CloseAll();
        parent = new OpenParent(host, ParentPlace.Of(path), directory, report);
        _byLink.Add(link, parent);
        return parent;
    }

    public void Dispose() => CloseAll();

    private void CloseAll()
    {
        foreach (OpenParent parent in _byLink.Values)
            parent.Dispose();
        _byLink.Clear();
    }
}
