using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>
/// A parent's directory, open while its devices are read: their links are read relative to it, so that the kernel goes a short way
/// for each. What all of them have in common is read once.
/// </summary>
internal sealed class OpenParent(HostRoot host, ParentPlace place, DirectoryHandle directory, Action<MdevException> report) : IDisposable
{
    private readonly AttributeReader _attributes = new(report);
    private readonly Lazy<int?> _numaNode = new(() => new AttributeReader(report).NumaNode(directory));
    private readonly Dictionary<string, string?> _deviceApis = [];
    private DirectoryHandle? _types;
    private HashSet<string>? _links;

    public ParentPlace Place => place;

    public DirectoryHandle Directory => directory;

    /// <summary>The NUMA node of the parent; null when the platform names none.</summary>
    public int? NumaNode => _numaNode.Value;

    /// <summary>The device API of one of its types.</summary>
    public string? DeviceApi(string type)
    {
        if (!_deviceApis.TryGetValue(type, out string? api))
            _deviceApis.Add(type, api = ReadDeviceApi(type));
        return api;
    }

    /// <summary>
    /// Whether a link stands where the device of this name should: below a root it could lead out of it. The parent is gone through
    /// once for all its devices; the running kernel makes no such links and is not asked.
    /// </summary>
    public bool HasLinkFor(string device)
    {
        if (host.IsThisMachine)
            return false;
        _links ??= directory.Entries().Where(e => e.Kind == EntryKind.Link).Select(e => e.Name).ToHashSet();
        return _links.Contains(device);
    }

    public void Dispose()
    {
        _types?.Dispose();
        directory.Dispose();
    }

    private string? ReadDeviceApi(string type)
    {
        try
        {
            _types ??= directory.TryOpenChild("mdev_supported_types");
            using DirectoryHandle? opened = _types?.TryOpenChild(type);
            return opened is null ? null : _attributes.Text(opened, "device_api");
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }
}
