namespace MdevPS.Tests;

/// <summary>A tree that no kernel is behind and no user has a record of, as a capture or a mounted image is one.</summary>
internal sealed class HostTree : IDisposable
{
    private const string Class = "/sys/devices/virtual/made";

    public HostTree()
    {
        Directory.CreateDirectory($"{Root}/sys/class/mdev_bus");
        Directory.CreateDirectory($"{Root}/sys/bus/mdev/devices");
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("mdevps-tree-").FullName;

    public HostTree AddParent(string parent)
    {
        Directory.CreateDirectory($"{Root}{Class}/{parent}/mdev_supported_types");
        return AddLink($"/sys/class/mdev_bus/{parent}", $"../../devices/virtual/made/{parent}");
    }

    public HostTree AddType(string parent, string type, string? available = "4", string? name = "Made", string? deviceApi = "vfio-pci", string? description = null)
    {
        string path = $"{Class}/{parent}/mdev_supported_types/{type}";
        Directory.CreateDirectory($"{Root}{path}/devices");
        AddFile($"{path}/create", "");
        foreach ((string attribute, string? value) in new[] { ("available_instances", available), ("name", name), ("device_api", deviceApi), ("description", description) })
        {
            if (value is not null)
                AddFile($"{path}/{attribute}", value);
        }

        return this;
    }

    public HostTree AddDevice(string parent, string type, string uuid)
    {
        string path = $"{Class}/{parent}/{uuid}";
        AddFile($"{path}/remove", "");
        AddLink($"{path}/mdev_type", $"../mdev_supported_types/{type}");
        AddLink($"{path}/driver", "../../../../../bus/mdev/drivers/made");
        AddLink($"{path}/iommu_group", "../../../../../kernel/iommu_groups/7");
        return AddLink($"/sys/bus/mdev/devices/{uuid}", $"../../../devices/virtual/made/{parent}/{uuid}");
    }

    public HostTree AddFile(string path, string value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root + path)!);
        File.WriteAllText(Root + path, value);
        return this;
    }

    public HostTree AddLink(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root + path)!);
        File.CreateSymbolicLink(Root + path, target);
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
