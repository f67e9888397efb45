using System.Text;
using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Conformance;

/// <summary>The attributes: names, values to the byte, and modes.</summary>
public sealed class AttributeTests : ConformanceTest
{
    private const UnixFileMode WriteOnly = UnixFileMode.UserWrite;
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    [Theory]
    [InlineData("mtty-1", "Single port serial", null, 24)]
    [InlineData("mtty-2", "Dual port serial", null, 12)]
    [InlineData("mdpy-vga", "mdpy-vga", "virtual display, 640x480 framebuffer", 4)]
    [InlineData("mdpy-xga", "mdpy-xga", "virtual display, 1024x768 framebuffer", 4)]
    [InlineData("mdpy-hd", "mdpy-hd", "virtual display, 1920x1080 framebuffer", 4)]
    [InlineData("mbochs-small", "mbochs-small", "virtual display, 4 MB video memory", 64)]
    [InlineData("mbochs-medium", "mbochs-medium", "virtual display, 16 MB video memory", 16)]
    [InlineData("mbochs-large", "mbochs-large", "virtual display, 64 MB video memory", 4)]
    public void A_type_has_these(string type, string name, string? description, int available)
    {
        string[] names = ["available_instances", "create", "device_api", "devices", "name", .. description is null ? Array.Empty<string>() : ["description"]];
        Assert.Equal(names.Order(StringComparer.Ordinal), Entries(Paths.Type(type)));
        AssertAttribute(type, "name", name);
        AssertAttribute(type, "device_api", "vfio-pci");
        AssertAttribute(type, "available_instances", $"{available}");
        if (description is not null)
            AssertAttribute(type, "description", description);
        Assert.Equal(WriteOnly, Mode($"{Paths.Type(type)}/create"));
        Assert.Empty(Entries($"{Paths.Type(type)}/devices"));
    }

    [Theory]
    [InlineData("mtty", "mtty-1", "mtty-2")]
    [InlineData("mdpy", "mdpy-hd", "mdpy-vga", "mdpy-xga")]
    [InlineData("mbochs", "mbochs-large", "mbochs-medium", "mbochs-small")]
    public void A_parent_has_these(string driver, params string[] types)
    {
        Assert.Equal(["mdev_supported_types", "power", "subsystem", "uevent"], Entries(Paths.Parent(driver)));
        Assert.Equal(types, Entries($"{Paths.Parent(driver)}/mdev_supported_types"));
        Assert.Equal($"../../devices/virtual/{driver}/{driver}", Host.Files.ReadLink($"/sys/class/mdev_bus/{driver}"));
        Assert.Equal($"../../../../class/{driver}", Host.Files.ReadLink($"{Paths.Parent(driver)}/subsystem"));
    }

    [Theory]
    [InlineData("mtty-1", "sample_mdev_dev", "This is MDEV 00000001-0000-4000-8000-000000000001")]
    [InlineData("mdpy-vga", "resolution", "640x480")]
    [InlineData("mdpy-hd", "resolution", "1920x1080")]
    [InlineData("mbochs-large", "memory", "64 MB")]
    public void A_device_has_these(string type, string vendorAttribute, string value)
    {
        string driver = type[..type.IndexOf('-')];
        Guid uuid = Have(type);
        string device = Paths.Device(uuid, Host);
        Assert.Equal(["driver", "iommu_group", "mdev_type", "power", "remove", "subsystem", "uevent", "vendor", "vfio-dev"], Entries(device));
        Assert.Equal($"../mdev_supported_types/{type}", Host.Files.ReadLink($"{device}/mdev_type"));
        Assert.Equal($"../../../../../bus/mdev/drivers/{driver}", Host.Files.ReadLink($"{device}/driver"));
        Assert.Equal("../../../../../bus/mdev", Host.Files.ReadLink($"{device}/subsystem"));
        Assert.Equal(WriteOnly, Mode($"{device}/remove"));
        Assert.Equal($"DRIVER={driver}", Read($"{device}/uevent"));
        Assert.Equal([vendorAttribute], Entries($"{device}/vendor"));
        Assert.Equal(value + "\n", Bytes($"{device}/vendor/{vendorAttribute}"));

        Assert.Equal($"../../../devices/virtual/{driver}/{driver}/{uuid}", Host.Files.ReadLink($"{Paths.Bus}/{uuid}"));
        Assert.Equal($"../../../../devices/virtual/{driver}/{driver}/{uuid}", Host.Files.ReadLink($"/sys/bus/mdev/drivers/{driver}/{uuid}"));
        Assert.Equal($"../../../{uuid}", Host.Files.ReadLink($"{Paths.Type(type)}/devices/{uuid}"));
    }

    [Fact]
    public void A_device_has_a_group_of_its_own_and_a_vfio_device()
    {
        Guid[] uuids = Have("mtty-1", 3);
        string[] groups = uuids.Select(uuid => Path.GetFileName(Host.Files.ReadLink($"{Paths.Device(uuid, Host)}/iommu_group")!)).ToArray();
        Assert.Equal(3, groups.Distinct().Count());
        foreach ((Guid uuid, string group) in uuids.Zip(groups))
        {
            Assert.Equal([uuid.ToString()], Entries($"/sys/kernel/iommu_groups/{group}/devices"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode($"/dev/vfio/{group}"));
            string vfio = Assert.Single(Entries($"{Paths.Device(uuid, Host)}/vfio-dev"));
            Assert.StartsWith("vfio", vfio);
            Assert.Equal($"../../../{uuid}", Host.Files.ReadLink($"{Paths.Device(uuid, Host)}/vfio-dev/{vfio}/device"));
        }
    }

    [KernelOnlyFact("a file of a simulated host has the size of its value.")]
    public void Every_attribute_says_4096_bytes() => Assert.Equal(4096, new FileInfo(Host.OnMachine($"{Paths.Type("mtty-1")}/name")).Length);

    [KernelOnlyFact("an ordinary file cannot answer EIO.")]
    public void Some_attributes_cannot_be_read_at_all()
    {
        MdevException e = Assert.Throws<MdevException>(() => Read($"{Paths.Device(Have("mtty-1"), Host)}/power/autosuspend_delay_ms"));
        Assert.Equal((MdevError.AttributeUnreadable, Errno.EIO), (e.Error, e.Errno));
    }

    private void AssertAttribute(string type, string name, string value)
    {
        Assert.Equal(value + "\n", Bytes($"{Paths.Type(type)}/{name}"));
        Assert.Equal(ReadOnly, Mode($"{Paths.Type(type)}/{name}"));
    }

    private string[] Entries(string hostPath)
    {
        using DirectoryHandle directory = Host.Files.OpenDirectory(hostPath)!;
        return directory.Entries().Select(e => e.Name).Order(StringComparer.Ordinal).ToArray();
    }

    private UnixFileMode Mode(string hostPath) => File.GetUnixFileMode(Host.OnMachine(hostPath));

    private string Bytes(string hostPath)
    {
        using FileStream file = File.OpenRead(Host.OnMachine(hostPath));
        using var content = new MemoryStream();
        file.CopyTo(content);
        return Encoding.UTF8.GetString(content.ToArray());
    }
}
