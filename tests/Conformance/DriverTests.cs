using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;

namespace Mdev.Conformance;

/// <summary>A vendor driver that is unbound from a device, or unloaded under its devices.</summary>
public sealed class DriverTests : ConformanceTest
{
    private const string Mtty = "/sys/bus/mdev/drivers/mtty";

    [Fact]
    public void Unbinding_takes_group_vendor_attributes_and_capacity_and_leaves_the_device()
    {
        Guid uuid = Have("mtty-1");
        string directory = Paths.Device(uuid, Host), node = Host.OnMachine(Find(uuid)!.VfioPath!);
        Assert.Equal(Answer.Done, Write($"{Mtty}/unbind", uuid.ToString()));

        Assert.Equal([uuid.ToString()], OnBus());
        Assert.Null(Host.Files.ReadLink($"{directory}/driver"));
        Assert.Null(Host.Files.ReadLink($"{directory}/iommu_group"));
        Assert.False(Host.Files.HasDirectory($"{directory}/vendor"));
        Assert.False(Host.Files.HasDirectory($"{directory}/vfio-dev"));
        Assert.False(File.Exists(node));
        Assert.Equal("../mdev_supported_types/mtty-1", Host.Files.ReadLink($"{directory}/mdev_type"));
        Assert.Equal(24, Available("mtty-1"));
        Assert.Equal((MdevDeviceState.Unbound, null), (Find(uuid)!.State, Find(uuid)!.VfioPath));
    }

    [Fact]
    public void An_unbound_device_cannot_be_bound_again_only_removed()
    {
        Guid uuid = Have("mtty-1");
        Assert.Equal(Answer.Done, Write($"{Mtty}/unbind", uuid.ToString()));
        Assert.Equal(Answer.Write(Errno.ENODEV), Write($"{Mtty}/bind", uuid.ToString()));
        Assert.Equal(Answer.Write(Errno.EEXIST), Create("mtty-1", uuid));
        new DeviceRemover(Host, _ => { }).Remove(Find(uuid)!);
        Assert.Empty(OnBus());
        Assert.Equal(Answer.Done, Create("mtty-1", uuid));
    }

    [Fact]
    public void What_is_not_bound_cannot_be_unbound() => Assert.Equal(Answer.Write(Errno.ENODEV), Write($"{Mtty}/unbind", Uuid(1).ToString()));

    [Fact]
    public void A_device_cannot_be_bound_to_another_driver()
    {
        Guid uuid = Have("mtty-1");
        Assert.Equal(Answer.Write(Errno.ENODEV), Write("/sys/bus/mdev/drivers/mdpy/bind", uuid.ToString()));
        Assert.Equal("mtty", Find(uuid)!.Driver);
    }

    [Fact]
    public void Unloading_a_driver_takes_its_parent_and_its_devices()
    {
        Have("mtty-1", 2);
        Have("mdpy-vga", 1, from: 3);
        Assert.True(World.Unload("mtty"));
        Assert.Equal([Uuid(3).ToString()], OnBus());
        Assert.Equal(["mbochs", "mdpy"], new ParentReader(Host, e => throw e).Read(new NameFilter()).Select(p => p.Parent));
        Assert.Equal(Answer.Open(Errno.ENOENT), Create("mtty-1", Uuid(1)));
    }

    [Fact]
    public void A_create_that_was_open_before_its_driver_was_unloaded_is_ENODEV()
    {
        using IAttributeWriter create = Host.Kernel.OpenAttribute($"{Paths.Type("mtty-1")}/create");
        Assert.True(World.Unload("mtty"));
        Assert.Equal(Answer.Write(Errno.ENODEV), Write(create, Uuid(1).ToString()));
        Assert.Empty(OnBus());
    }

    [Fact]
    public void A_remove_that_was_open_before_its_driver_was_unloaded_is_ENODEV()
    {
        Guid uuid = Have("mtty-1");
        using IAttributeWriter remove = Host.Kernel.OpenAttribute(RemovePath(uuid));
        Assert.True(World.Unload("mtty"));
        Assert.Equal(Answer.Write(Errno.ENODEV), Write(remove, "1"));
    }

    [Fact]
    public void A_directory_that_was_open_before_its_driver_was_unloaded_is_empty()
    {
        using DirectoryHandle types = Host.Files.OpenDirectory($"{Paths.Parent("mtty")}/mdev_supported_types")!;
        Assert.True(World.Unload("mtty"));
        Assert.Null(types.ReadAttribute("mtty-1/available_instances"));
        Assert.Empty(types.Entries());
    }

    [Fact]
    public void A_driver_whose_device_is_held_open_cannot_be_unloaded()
    {
        Guid uuid = Have("mtty-1");
        using (World.HoldDevice(uuid))
        {
            Assert.False(World.Unload("mtty"));
            Assert.Equal([uuid.ToString()], OnBus());
            Assert.Equal(23, Available("mtty-1"));
        }

        Assert.True(World.Unload("mtty"));
    }
}
