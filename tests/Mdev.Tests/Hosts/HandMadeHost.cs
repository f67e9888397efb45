namespace Mdev.Tests.Hosts;

/// <summary>A tree without the simulation's marker, as a capture or a mounted image is one; healthy until a test breaks it.</summary>
internal sealed class HandMadeHost : TestHost
{
    public const string Devices0 = "/sys/devices/virtual/made";

    public HandMadeHost(bool withClass = true)
        : base(Directory.CreateTempSubdirectory("mdev-tests-").FullName)
    {
        AddDirectory("/sys/bus/mdev/devices");
        AddDirectory("/sys/bus/mdev/drivers/made");
        AddDirectory(Devices0);
        if (withClass)
            AddDirectory("/sys/class/mdev_bus");
    }

    public static string ParentPath(string name) => $"{Devices0}/{name}";

    public static string TypePath(string parent, string type) => $"{ParentPath(parent)}/mdev_supported_types/{type}";

    public HandMadeHost AddParent(string name, bool inClass = true)
    {
        AddDirectory($"{ParentPath(name)}/mdev_supported_types");
        AddLink($"{ParentPath(name)}/subsystem", "../../../../class/made");
        if (inClass)
            AddLink($"/sys/class/mdev_bus/{name}", $"../../devices/virtual/made/{name}");
        return this;
    }

    public HandMadeHost AddType(string parent, string type, string? available = "4\n", string? name = "Made\n", string? deviceApi = "vfio-pci\n", string? description = null)
    {
        string path = TypePath(parent, type);
        AddDirectory($"{path}/devices");
        AddFile($"{path}/create", "");
        AddIfGiven($"{path}/available_instances", available);
        AddIfGiven($"{path}/name", name);
        AddIfGiven($"{path}/device_api", deviceApi);
        AddIfGiven($"{path}/description", description);
        return this;
    }

    public HandMadeHost AddDevice(string parent, string uuid, string type, string typeLink = "mdev_type", bool onBus = true)
    {
        string path = $"{ParentPath(parent)}/{uuid}";
        AddLink($"{path}/{typeLink}", $"../mdev_supported_types/{type}");
        AddLink($"{path}/driver", "../../../../../bus/mdev/drivers/made");
        AddLink($"{path}/iommu_group", "../../../../../kernel/iommu_groups/7");
        AddFile($"{path}/remove", "");
        if (onBus)
            AddLink($"/sys/bus/mdev/devices/{uuid}", $"../../../devices/virtual/made/{parent}/{uuid}");
        return this;
    }

    private void AddIfGiven(string path, string? value)
    {
        if (value is not null)
            AddFile(path, value);
    }
}
