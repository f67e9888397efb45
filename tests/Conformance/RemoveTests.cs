using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Conformance;

/// <summary>What a write to <c>remove</c> does.</summary>
public sealed class RemoveTests : ConformanceTest
{
    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("0x1")]
    [InlineData("+1")]
    [InlineData("1\n")]
    public void Any_number_but_zero_removes(string value)
    {
        Guid uuid = Have("mtty-1");
        string directory = Paths.Device(uuid, Host);
        Assert.Equal(Answer.Done, Remove(uuid, value));
        Assert.Empty(OnBus());
        Assert.False(Host.Files.HasDirectory(directory));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0\n")]
    [InlineData("0x0")]
    [InlineData("")]
    public void Zero_and_nothing_are_accepted_and_do_nothing(string value)
    {
        Guid uuid = Have("mtty-1");
        Assert.Equal(Answer.Done, Remove(uuid, value));
        Assert.Equal([uuid.ToString()], OnBus());
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("yes")]
    [InlineData("1 ")]
    [InlineData(" 1")]
    [InlineData("-1")]
    [InlineData("1\n\n")]
    [InlineData("\n")]
    [InlineData("99999999999999999999999")]
    public void What_is_no_number_is_EINVAL(string value)
    {
        Guid uuid = Have("mtty-1");
        Assert.Equal(Answer.Write(Errno.EINVAL), Remove(uuid, value));
        Assert.Equal([uuid.ToString()], OnBus());
    }

    [Fact]
    public void Again_after_reopening_is_ENOENT()
    {
        Guid uuid = Have("mtty-1");
        Assert.Equal(Answer.Done, Remove(uuid));
        Assert.Equal(Answer.Open(Errno.ENOENT), Remove(uuid));
    }

    [Fact]
    public void Again_on_the_same_descriptor_is_ENODEV()
    {
        Guid uuid = Have("mtty-1");
        using IAttributeWriter remove = Host.Kernel.OpenAttribute(RemovePath(uuid));
        Assert.Equal(Answer.Done, Write(remove, "1"));
        Assert.Equal(Answer.Write(Errno.ENODEV), Write(remove, "1"));
    }

    [Fact]
    public void On_a_second_descriptor_that_was_open_before_is_ENODEV()
    {
        Guid uuid = Have("mtty-1");
        using IAttributeWriter first = Host.Kernel.OpenAttribute(RemovePath(uuid));
        using IAttributeWriter second = Host.Kernel.OpenAttribute(RemovePath(uuid));
        Assert.Equal(Answer.Done, Write(first, "1"));
        Assert.Equal(Answer.Write(Errno.ENODEV), Write(second, "1"));
    }

    [Fact]
    public void A_descriptor_of_a_device_that_was_made_anew_meanwhile_is_ENODEV()
    {
        Guid uuid = Have("mtty-1");
        using IAttributeWriter old = Host.Kernel.OpenAttribute(RemovePath(uuid));
        Assert.Equal(Answer.Done, Remove(uuid));
        Have("mtty-1");
        Assert.Equal(Answer.Write(Errno.ENODEV), Write(old, "1"));
        Assert.Equal([uuid.ToString()], OnBus());
    }

    [Fact]
    public void Twenty_removers_of_one_device_remove_it_once()
    {
        for (int round = 0; round < 10; round++)
        {
            Guid uuid = Have("mtty-1");
            string path = RemovePath(uuid);
            Answer[] answers = AtOnce(20, () => Write(path, "1"));
            // One takes it away. A second writer that comes at the very same moment may be told success too: remove_store answers that to
            // whoever loses device_remove_file_self (drivers/vfio/mdev/mdev_sysfs.c), which needs two processors to be seen.
            Assert.Contains(Answer.Done, answers);
            // Who opens it while it goes gets either.
            Assert.All(answers.Where(a => a != Answer.Done), a => Assert.True(a.Errno is Errno.ENODEV || a == Answer.Open(Errno.ENOENT), a.ToString()));
            Assert.Empty(OnBus());
        }
    }

    [Fact]
    public void Everything_that_the_device_brought_goes_with_it()
    {
        Guid uuid = Have("mtty-1");
        string group = Path.GetFileName(Host.Files.ReadLink($"{Paths.Device(uuid, Host)}/iommu_group")!);
        Assert.True(Host.Files.Exists($"/dev/vfio/{group}"));
        Assert.Equal(Answer.Done, Remove(uuid));
        Assert.False(Host.Files.Exists($"/dev/vfio/{group}"));
        Assert.False(Host.Files.HasDirectory($"/sys/kernel/iommu_groups/{group}"));
        Assert.Null(Host.Files.ReadLink($"{Paths.Type("mtty-1")}/devices/{uuid}"));
        Assert.Null(Host.Files.ReadLink($"/sys/bus/mdev/drivers/mtty/{uuid}"));
    }

    [Fact]
    public void A_group_number_that_is_free_again_goes_to_the_next_device()
    {
        Guid first = Have("mtty-1");
        string group = Find(first)!.VfioPath!;
        Assert.Equal(Answer.Done, Remove(first));
        Have("mdpy-vga", 1, from: 2);
        Assert.Equal(group, Find(Uuid(2))!.VfioPath);
    }
}
