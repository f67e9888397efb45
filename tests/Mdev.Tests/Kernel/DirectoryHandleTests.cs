using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Kernel;

public sealed class DirectoryHandleTests : IDisposable
{
    private readonly HandMadeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("value", "value")]
    [InlineData("value\n", "value")]
    [InlineData("value\r\n", "value")]
    [InlineData("two\nlines\n", "two\nlines")]
    [InlineData(" blanks stay \n", " blanks stay ")]
    [InlineData("", "")]
    [InlineData("\n", "")]
    public void An_attribute_is_its_value_without_the_line_end(string content, string value)
    {
        _host.AddFile("/d/a", content);
        Assert.Equal(value, Read("a"));
    }

    [Fact]
    public void An_absent_attribute_is_null() => Assert.Null(Read("nosuch"));

    [Theory]
    [InlineData(4096)]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(100_000)]
    public void A_long_value_is_read_to_its_end(int length)
    {
        string value = new string('x', length - 1) + "!";
        _host.AddFile("/d/a", value);
        Assert.Equal(value, Read("a"));
    }

    [Fact]
    public void An_attribute_in_a_sub_directory_can_be_named()
    {
        _host.AddFile("/d/vendor/a", "v\n");
        Assert.Equal("v", Read("vendor/a"));
    }

    [Fact]
    public void A_pipe_in_the_place_of_an_attribute_does_not_stop_the_reader()
    {
        _host.AddPipe("/d/a");
        Assert.Equal("", Read("a"));
    }

    [Fact]
    public void A_link_in_the_place_of_an_attribute_is_not_followed()
    {
        _host.AddFile("/secret", "secret");
        _host.AddLink("/d/a", $"{_host.Root}/secret");
        MdevException e = Assert.Throws<MdevException>(() => Read("a"));
        Assert.Equal((MdevError.BrokenEntry, "open", "ELOOP", $"{_host.Root}/d/a"), (e.Error, e.Operation, e.ErrnoName, e.Path));
    }

    [Fact]
    public void A_directory_in_the_place_of_an_attribute_is_an_error_with_its_path()
    {
        _host.AddDirectory("/d/a");
        MdevException e = Assert.Throws<MdevException>(() => Read("a"));
        Assert.Equal((MdevError.AttributeUnreadable, "read", Errno.EISDIR, $"{_host.Root}/d/a"), (e.Error, e.Operation, e.Errno, e.Path));
        Assert.Contains($"{_host.Root}/d/a", e.Message);
        Assert.Contains("EISDIR (21)", e.Message);
    }

    [Fact]
    public void A_name_with_NUL_never_becomes_a_path()
    {
        _host.AddFile("/d/a", "v");
        Assert.Equal(MdevError.InvalidArgument, Assert.Throws<MdevException>(() => Read("a\0b")).Error);
    }

    [Fact]
    public void The_entries_are_all_there_however_many()
    {
        string[] names = Enumerable.Range(0, 3000).Select(i => $"entry with a rather long name {i:d5}").ToArray();
        Array.ForEach(names, name => _host.AddDirectory($"/many/{name}"));
        using DirectoryHandle directory = _host.Host.Files.OpenDirectory("/many")!;
        Assert.Equal(names, directory.Entries().Select(e => e.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_entry_says_what_it_is()
    {
        _host.AddFile("/d/file", "");
        _host.AddLink("/d/link", "file");
        _host.AddDirectory("/d/directory");
        using DirectoryHandle directory = _host.Host.Files.OpenDirectory("/d")!;
        Assert.Equal(
            [new("directory", EntryKind.Directory), new("file", EntryKind.File), new("link", EntryKind.Link)],
            directory.Entries().OrderBy(e => e.Name));
    }

    [Fact]
    public void A_link_is_its_text_and_nothing_else_is_one()
    {
        _host.AddLink("/d/link", "../somewhere/that is not there");
        _host.AddFile("/d/file", "");
        using DirectoryHandle directory = _host.Host.Files.OpenDirectory("/d")!;
        Assert.Equal("../somewhere/that is not there", directory.ReadLink("link"));
        Assert.Null(directory.ReadLink("nosuch"));
        MdevException e = Assert.Throws<MdevException>(() => directory.ReadLink("file"));
        Assert.Equal((Errno.EINVAL, "readlink", $"{_host.Root}/d/file"), (e.Errno, e.Operation, e.Path));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_null_and_a_link_to_one_is_followed_only_from_the_root()
    {
        _host.AddDirectory("/d/inner");
        _host.AddLink("/d/link", "inner");
        Assert.Null(_host.Host.Files.OpenDirectory("/nosuch"));
        using DirectoryHandle directory = _host.Host.Files.OpenDirectory("/d")!;
        Assert.Equal("ELOOP", Assert.Throws<MdevException>(() => directory.OpenDirectory("link")).ErrnoName);
        using DirectoryHandle? followed = _host.Host.Files.OpenDirectory("/d/link");
        Assert.NotNull(followed);
    }

    private string? Read(string name)
    {
        _host.AddDirectory("/d");
        using DirectoryHandle directory = _host.Host.Files.OpenDirectory("/d")!;
        return directory.ReadAttribute(name);
    }
}
