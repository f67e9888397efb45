using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Lifecycle;
using Mdev.Model;

namespace Mdev.Conformance;

/// <summary>The VFIO group of a device, and what holding it or the device itself means for a removal.</summary>
public sealed class GroupTests : ConformanceTest
{
    [Fact]
    public void A_group_can_be_open_once_only()
    {
        string node = Node(Have("mtty-1"));
        using (Host.Kernel.OpenGroup(node))
            Assert.Equal(Answer.Open(Errno.EBUSY), OpenGroup(node));
        Assert.Equal(Answer.Done, OpenGroup(node));
    }

    [Fact]
    public void A_group_that_is_not_there_is_ENOENT() => Assert.Equal(Answer.Open(Errno.ENOENT), OpenGroup("/dev/vfio/4711"));

    [Fact]
    public void Removal_with_only_the_group_held_succeeds_at_once()
    {
        Guid uuid = Have("mtty-1");
        string node = Node(uuid);
        using IDisposable group = Host.Kernel.OpenGroup(node);
        Assert.Equal(Answer.Done, Remove(uuid));
        Assert.Empty(OnBus());
        Assert.Equal(24, Available("mtty-1"));
        Assert.Equal(Answer.Open(Errno.ENOENT), OpenGroup(node));
    }

    [Fact]
    public void The_remover_refuses_a_device_whose_group_somebody_holds_and_changes_nothing()
    {
        MdevDevice device = Find(Have("mtty-1"))!;
        using (Host.Kernel.OpenGroup(Node(device.Uuid)))
        {
            MdevException e = Assert.Throws<MdevException>(() => new DeviceRemover(Host, _ => { }).Remove(device));
            Assert.Equal((MdevError.InUse, Errno.EBUSY), (e.Error, e.Errno));
            Assert.Equal(device, Find(device.Uuid));
        }

        new DeviceRemover(Host, _ => { }).Remove(device);
        Assert.Empty(OnBus());
    }

    [Fact]
    public void The_remover_refuses_a_device_that_is_held_open_and_changes_nothing()
    {
        MdevDevice device = Find(Have("mtty-1"))!;
        using (World.HoldDevice(device.Uuid))
        {
            MdevException e = Assert.Throws<MdevException>(() => new DeviceRemover(Host, _ => { }).Remove(device));
            Assert.Equal(MdevError.InUse, e.Error);
            Assert.Equal(device, Find(device.Uuid));
        }

        new DeviceRemover(Host, _ => { }).Remove(device);
    }

    [Fact]
    public void Removal_of_a_device_that_is_held_open_waits_for_its_holder()
    {
        Guid uuid = Have("mtty-1");
        string directory = Paths.Device(uuid, Host), node = Node(uuid);
        Task<Answer> removal;
        using (World.HoldDevice(uuid))
        {
            removal = StartRemoving(uuid);

            // The write hangs. The bus and the type have lost the device; its directory, its group and its instance are still there.
            Assert.True(Host.Files.HasDirectory(directory));
            Assert.True(Host.Files.Exists(node));
            Assert.Equal(23, Available("mtty-1"));
            Assert.Equal(Answer.Write(Errno.EEXIST), Create("mtty-1", uuid));
            Assert.Equal(MdevDeviceState.Removing, Find(uuid)!.State);
            Assert.False(removal.IsCompleted);
        }

        Assert.Equal(Answer.Done, Await(removal));
        Assert.False(Host.Files.HasDirectory(directory));
        Assert.False(Host.Files.Exists(node));
        Assert.Equal(24, Available("mtty-1"));
        Assert.Equal(Answer.Done, Create("mtty-1", uuid));
    }

    [Fact]
    public void A_device_whose_removal_waits_is_listed_as_Removing()
    {
        Guid uuid = Have("mtty-1");
        using (World.HoldDevice(uuid))
        {
            StartRemoving(uuid);
            MdevDevice device = Assert.Single(new DeviceReader(Host, e => throw e).Read(new DeviceQuery { Parents = NameFilter.Of("mtty") }));
            Assert.Equal((uuid, MdevDeviceState.Removing, null), (device.Uuid, device.State, device.Type));
            Assert.Equal(device, Assert.Single(new DeviceReader(Host, e => throw e).Read(new DeviceQuery())));
        }
    }

    private Task<Answer> StartRemoving(Guid uuid)
    {
        string path = RemovePath(uuid), link = $"{Paths.Device(uuid, Host)}/mdev_type";
        Task<Answer> removal = InBackground(() => Write(path, "1"));
        Eventually(() => OnBus().Length == 0 && Host.Files.ReadLink(link) is null && Host.Files.ReadLink($"{Paths.Type("mtty-1")}/devices/{uuid}") is null);
        return removal;
    }

    private string Node(Guid uuid) => Find(uuid)!.VfioPath!;

    private Answer OpenGroup(string node) => Answer.To(() => Host.Kernel.OpenGroup(node).Dispose());
}
