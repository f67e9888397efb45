using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>What all devices of one parent have in common, read once.</summary>
internal sealed class ParentFacts
{
    private readonly HostRoot _host;
    private readonly string _parentPath;
    private readonly Action<MdevException> _report;
    private readonly AttributeReader _attributes;
    private readonly Dictionary<string, string?> _deviceApis = [];

    public ParentFacts(HostRoot host, string parentPath, Action<MdevException> report)
    {
        (_host, _parentPath, _report) = (host, parentPath, report);
        _attributes = new AttributeReader(report);
        NumaNode = With("", directory => _attributes.Number(directory, "numa_node")) is >= 0 and var node ? node : null;
    }

    /// <summary>The NUMA node of the parent.</summary>
    public int? NumaNode { get; }

    /// <summary>The device API of one of its types.</summary>
    public string? DeviceApi(string type)
    {
        if (!_deviceApis.TryGetValue(type, out string? api))
            _deviceApis.Add(type, api = With("/mdev_supported_types", directory => _attributes.Text(directory, $"{type}/device_api")));
        return api;
    }

    private T? With<T>(string place, Func<DirectoryHandle, T?> read)
    {
        try
        {
            using DirectoryHandle? directory = _host.OpenDirectory(_parentPath + place);
            return directory is null ? default : read(directory);
        }
        catch (MdevException e)
        {
            _report(e);
            return default;
        }
    }
}
