using Mdev.Kernel;
using Mdev.Tests.Hosts;

namespace Mdev.Tests;

public sealed class HostRootTests : IDisposable
{
    private readonly HandMadeHost _host = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(HostRoot.EnvironmentVariable, null);
        _host.Dispose();
    }

    [Fact]
    public void A_root_that_does_not_exist_is_an_error()
    {
        MdevException e = Assert.Throws<MdevException>(() => HostRoot.Open($"{_host.Root}/nosuch"));
        Assert.Equal((MdevError.RootNotFound, $"{_host.Root}/nosuch"), (e.Error, e.Path));
    }

    [Fact]
    public void A_file_is_no_root()
    {
        _host.AddFile("/file", "");
        Assert.Equal(MdevError.RootNotFound, Assert.Throws<MdevException>(() => HostRoot.Open($"{_host.Root}/file")).Error);
    }

    [Fact]
    public void A_directory_without_sys_is_no_root()
    {
        _host.AddFile("/etc/file", "");
        MdevException e = Assert.Throws<MdevException>(() => HostRoot.Open($"{_host.Root}/etc"));
        Assert.Equal(MdevError.RootNotFound, e.Error);
        Assert.Contains("'sys'", e.Message);
    }

    [Fact]
    public void The_environment_variable_stands_in_when_no_root_is_given()
    {
        Environment.SetEnvironmentVariable(HostRoot.EnvironmentVariable, _host.Root);
        Assert.Equal(_host.Root, HostRoot.Open().Root);
        Assert.Equal(_host.Root, HostRoot.Open("").Root);
        Assert.Equal("/", HostRoot.Open("/").Root);
    }

    [Fact]
    public void An_environment_variable_that_leads_nowhere_is_an_error_and_never_the_real_host()
    {
        Environment.SetEnvironmentVariable(HostRoot.EnvironmentVariable, $"{_host.Root}/nosuch");
        Assert.Equal(MdevError.RootNotFound, Assert.Throws<MdevException>(() => HostRoot.Open()).Error);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("/.")]
    [InlineData("/sys/..")]
    public void A_root_has_one_spelling(string tail) => Assert.Equal(_host.Root, HostRoot.Open(_host.Root + tail).Root);

    [Fact]
    public void A_root_may_be_a_link()
    {
        _host.AddParent("p");
        _host.AddLink("/link", ".");
        HostRoot host = HostRoot.Open($"{_host.Root}/link");
        using DirectoryHandle? directory = host.OpenDirectory("/sys/class/mdev_bus");
        Assert.Equal(["p"], directory!.Entries().Select(e => e.Name));
    }

    [Fact]
    public void A_directory_reached_through_a_link_out_of_the_root_is_broken()
    {
        string outside = Directory.CreateTempSubdirectory("mdev-tests-outside-").FullName;
        try
        {
            Directory.CreateDirectory($"{outside}/inner");
            _host.AddLink("/way", outside);
            MdevException e = Assert.Throws<MdevException>(() => _host.Host.OpenDirectory("/way/inner"));
            Assert.Equal((MdevError.BrokenEntry, $"{_host.Root}/way/inner"), (e.Error, e.Path));
            Assert.Equal(MdevError.BrokenEntry, Assert.Throws<MdevException>(() => _host.Host.OpenAttribute("/way/inner/create")).Error);
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public void A_root_whose_name_begins_like_another_is_not_inside_it()
    {
        string twin = _host.Root + "-twin";
        Directory.CreateDirectory($"{twin}/inner");
        try
        {
            _host.AddLink("/way", twin);
            Assert.Equal(MdevError.BrokenEntry, Assert.Throws<MdevException>(() => _host.Host.OpenDirectory("/way/inner")).Error);
        }
        finally
        {
            Directory.Delete(twin, recursive: true);
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
