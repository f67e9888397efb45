using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Conformance;

/// <summary>Who may write: the file mode says it, and nothing else.</summary>
public sealed class PermissionTests : ConformanceTest
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    [RootFact]
    public void Nobody_may_not_create()
    {
        Nobody.Does(() => Assert.Equal(Answer.Open(Errno.EACCES), Create("mtty-1", Uuid(1))));
        Assert.Empty(OnBus());
    }

    [RootFact]
    public void Nobody_may_not_remove()
    {
        Guid uuid = Have("mtty-1");
        Nobody.Does(() => Assert.Equal(Answer.Open(Errno.EACCES), Remove(uuid)));
        Assert.Equal([uuid.ToString()], OnBus());
    }

    [RootFact]
    public void Nobody_may_not_open_a_group()
    {
        string node = Find(Have("mtty-1"))!.VfioPath!;
        Nobody.Does(() => Assert.Equal(Answer.Open(Errno.EACCES), Answer.To(() => Host.Kernel.OpenGroup(node).Dispose())));
    }

    [RootFact]
    public void Nobody_may_read()
    {
        Guid uuid = Have("mtty-1");
        Nobody.Does(() =>
        {
            Assert.Equal(23, Available("mtty-1"));
            Assert.Equal("Single port serial", Read($"{Paths.Type("mtty-1")}/name"));
            Assert.Equal("mtty-1", Find(uuid)!.Type);
        });
    }

    [RootFact]
    public void After_chmod_666_anybody_may_create()
    {
        World.ChangeMode($"{Paths.Type("mtty-1")}/create", Everybody);
        Nobody.Does(() => Assert.Equal(Answer.Done, Create("mtty-1", Uuid(1))));
        Assert.Equal([Uuid(1).ToString()], OnBus());
        // The other type's file still says no.
        Nobody.Does(() => Assert.Equal(Answer.Open(Errno.EACCES), Create("mtty-2", Uuid(2))));
    }

    [RootFact]
    public void After_chmod_666_anybody_may_remove()
    {
        Guid uuid = Have("mtty-1");
        World.ChangeMode(RemovePath(uuid), Everybody);
        Nobody.Does(() => Assert.Equal(Answer.Done, Remove(uuid)));
        Assert.Empty(OnBus());
    }

    [Theory]
    [InlineData("available_instances")]
    [InlineData("name")]
    [InlineData("device_api")]
    public void A_read_only_attribute_is_EACCES_for_root_as_well(string name)
    {
        string? before = Read($"{Paths.Type("mtty-1")}/{name}");
        Assert.Equal(Answer.Open(Errno.EACCES), Write($"{Paths.Type("mtty-1")}/{name}", "5"));
        Assert.Equal(before, Read($"{Paths.Type("mtty-1")}/{name}"));
    }

    [KernelOnlyFact("root may read every ordinary file, whatever its mode.")]
    public void Create_cannot_be_read_even_by_root()
    {
        MdevException e = Assert.Throws<MdevException>(() => Read($"{Paths.Type("mtty-1")}/create"));
        Assert.Equal((MdevError.PermissionDenied, Errno.EACCES), (e.Error, e.Errno));
    }

    [Fact]
    public void A_read_only_sysfs_is_EROFS_at_open()
    {
        HostRoot host = World.ReadOnlyHost();
        Assert.Equal(Answer.Open(Errno.EROFS), Answer.To(() => host.Kernel.OpenAttribute($"{Paths.Type("mtty-1")}/create").Dispose()));
    }
}
