using System.Text;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Kernel;

public sealed class LiveKernelTests : IDisposable
{
    private readonly HandMadeHost _host = new();

    public void Dispose() => _host.Dispose();

    private IAttributeWriter Open(string path) => new LiveKernel(HostFiles.Open(_host.Root)).OpenAttribute(path);

    [Fact]
    public void An_ordinary_file_is_not_written_to()
    {
        _host.AddFile("/create", "as it was");
        MdevException e = Assert.Throws<MdevException>(() => Open("/create"));
        Assert.Equal((MdevError.NotLive, $"{_host.Root}/create"), (e.Error, e.Path));
        Assert.Equal("as it was", File.ReadAllText($"{_host.Root}/create"));
    }

    [Fact]
    public void A_file_that_is_not_there_is_not_made()
    {
        MdevException e = Assert.Throws<MdevException>(() => Open("/create"));
        Assert.Equal(("open", Errno.ENOENT), (e.Operation, e.Errno));
        Assert.False(File.Exists($"{_host.Root}/create"));
    }

    [Fact]
    public void A_link_is_not_written_through()
    {
        _host.AddFile("/target", "");
        _host.AddLink("/create", "target");
        Assert.Equal(MdevError.NotLive, Assert.Throws<MdevException>(() => Open("/create")).Error);
    }

    [Fact]
    public void A_pipe_is_not_opened()
    {
        _host.AddPipe("/create");
        Assert.Equal(MdevError.NotLive, Assert.Throws<MdevException>(() => Open("/create")).Error);
    }

    // Whatever stands where VFIO's nodes should: the open alone could do something, as that of a watchdog does.
    [Theory]
    [InlineData("file")]
    [InlineData("pipe")]
    [InlineData("link")]
    [InlineData("device")]
    public void What_is_no_node_of_VFIO_is_not_opened(string kind)
    {
        foreach (string node in (string[])["/dev/vfio/vfio", "/dev/vfio/7"])
        {
            if (kind == "file")
                _host.AddFile(node, "");
            else if (kind == "pipe")
                _host.AddPipe(node);
            else if (kind == "link")
                _host.AddLink(node, "../other");
            else if (!_host.TryAddDevice(node, 10, 130))
                return;
        }

        _host.AddPipe("/dev/other");
        var kernel = new LiveKernel(HostFiles.Open(_host.Root));

        Assert.Equal((MdevError.NotLive, $"{_host.Root}/dev/vfio/7"), Failure(() => kernel.OpenGroup("/dev/vfio/7")));
        Assert.Equal((MdevError.NotLive, $"{_host.Root}/dev/vfio/vfio"), Failure(() => kernel.OpenVfioDevice("/dev/vfio/vfio", "/dev/vfio/7", "u")));
    }

    private static (MdevError, string?) Failure(Func<IDisposable> open)
    {
        MdevException e = Assert.Throws<MdevException>(() => open().Dispose());
        return (e.Error, e.Path);
    }

    [Theory]
    [InlineData(Errno.EINVAL, "EINVAL")]
    [InlineData(Errno.EUSERS, "EUSERS")]
    [InlineData(Errno.ENOSPC, "ENOSPC")]
    [InlineData(4711, "errno 4711")]
    public void An_errno_has_the_name_that_people_know(int errno, string name) => Assert.Equal(name, Errno.Name(errno));

    [Fact]
    public void Every_errno_in_the_list_is_named_as_it_is_called() =>
        Assert.All(typeof(Errno).GetFields(), field => Assert.Equal(field.Name, Errno.Name((int)field.GetRawConstantValue()!)));
}
