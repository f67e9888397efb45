using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Tests.Hosts;

namespace Mdev.Tests;

public sealed class HostRootTests : IDisposable
{
    private readonly HandMadeHost _host = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(HostOpener.EnvironmentVariable, null);
        _host.Dispose();
    }

    [Fact]
    public void A_root_that_does_not_exist_is_an_error()
    {
        MdevException e = Assert.Throws<MdevException>(() => HostOpener.Open($"{_host.Root}/nosuch"));
        Assert.Equal((MdevError.RootNotFound, $"{_host.Root}/nosuch"), (e.Error, e.Path));
    }

    [Fact]
    public void A_file_is_no_root()
    {
        _host.AddFile("/file", "");
        Assert.Equal(MdevError.RootNotFound, Assert.Throws<MdevException>(() => HostOpener.Open($"{_host.Root}/file")).Error);
    }

    [Fact]
    public void A_directory_without_sys_is_no_root()
    {
        _host.AddFile("/etc/file", "");
        MdevException e = Assert.Throws<MdevException>(() => HostOpener.Open($"{_host.Root}/etc"));
        Assert.Equal(MdevError.RootNotFound, e.Error);
        Assert.Contains("'sys'", e.Message);
    }

    // Who may not look does not know what is there.
    [RootTheory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("/inner", false)]
    [InlineData("/inner", true)]
    public void A_root_that_this_user_may_not_look_into_is_not_called_missing(string below, bool isDefault)
    {
        _host.AddDirectory("/inner/sys");
        Environment.SetEnvironmentVariable(HostOpener.EnvironmentVariable, isDefault ? _host.Root + below : null);
        _ = HostOpener.Open(_host.Root + below);
        File.SetUnixFileMode(_host.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Nobody.Does(() =>
        {
            MdevException e = Assert.Throws<MdevException>(() => HostOpener.Open(isDefault ? null : _host.Root + below));
            Assert.Equal((MdevError.PermissionDenied, Errno.EACCES), (e.Error, e.Errno));
            Assert.DoesNotContain("exist", e.Message);
        });
    }

    [Fact]
    public void The_environment_variable_stands_in_when_no_root_is_given()
    {
        Environment.SetEnvironmentVariable(HostOpener.EnvironmentVariable, _host.Root);
        Assert.Equal(_host.Root, HostOpener.Open().Root);
        Assert.Equal(_host.Root, HostOpener.Open("").Root);
        Assert.Equal("/", HostOpener.Open("/").Root);
    }

    [Fact]
    public void An_environment_variable_that_leads_nowhere_is_an_error_and_never_the_real_host()
    {
        Environment.SetEnvironmentVariable(HostOpener.EnvironmentVariable, $"{_host.Root}/nosuch");
        Assert.Equal(MdevError.RootNotFound, Assert.Throws<MdevException>(() => HostOpener.Open()).Error);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("/.")]
    [InlineData("/sys/..")]
    public void A_root_has_one_spelling(string tail) => Assert.Equal(_host.Root, HostOpener.Open(_host.Root + tail).Root);

    [Fact]
    public void A_root_may_be_a_link()
    {
        _host.AddParent("p");
        _host.AddLink("/link", ".");
        HostRoot host = HostOpener.Open($"{_host.Root}/link");
        using DirectoryHandle? directory = host.Files.OpenDirectory("/sys/class/mdev_bus");
        Assert.Equal(["p"], directory!.Entries().Select(e => e.Name));
    }

    [Fact]
    public void A_link_to_a_path_outside_of_the_root_leads_to_that_path_inside()
    {
        string outside = Directory.CreateTempSubdirectory("mdev-tests-outside-").FullName;
        try
        {
            Directory.CreateDirectory($"{outside}/inner");
            _host.AddLink("/way", outside);
            Assert.Null(_host.Host.Files.OpenDirectory("/way/inner"));
            Assert.Equal("ENOENT", Assert.Throws<MdevException>(() => _host.Host.Kernel.OpenAttribute("/way/inner/create")).ErrnoName);
            _host.AddFile($"{outside}/inner/file", "inside\n");
            using DirectoryHandle? inside = _host.Host.Files.OpenDirectory("/way/inner");
            Assert.Equal("inside", inside!.ReadAttribute("file"));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Theory]
    [InlineData("/a/b", "../c", "/a/c")]
    [InlineData("/a/b", "./c//d/", "/a/b/c/d")]
    [InlineData("/a/b", "/c", "/c")]
    [InlineData("/a/b", "../../c", "/c")]
    public void A_link_is_resolved_below_the_root(string directory, string target, string path) => Assert.Equal(path, _host.Host.Resolve(directory, target));

    [Fact]
    public void A_link_that_climbs_out_is_broken() =>
        Assert.Equal(MdevError.BrokenEntry, Assert.Throws<MdevException>(() => _host.Host.Resolve("/a/b", "../../../etc")).Error);
}
