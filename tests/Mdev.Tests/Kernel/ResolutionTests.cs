using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Kernel;

/// <summary>Tests that change how every path is resolved, which others must not meet.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EveryPath
{
    public const string Name = "every path";
}

/// <summary>That no path leaves the directory it starts from, by the kernel's own call and, where that is missing or forbidden, component by component.</summary>
[Collection(EveryPath.Name)]
public sealed class ResolutionTests : IDisposable
{
    private readonly HandMadeHost _host = new();
    private readonly string _outside = Directory.CreateTempSubdirectory("mdev-outside-").FullName;

    public ResolutionTests()
    {
        File.WriteAllText($"{_outside}/secret", "outside");
        _host.AddFile("/a/b/file", "inside");
        _host.AddFile("/etc/passwd", "the host's own");
        _host.AddFile($"{_outside}/secret", "inside, under the same name");
        _host.AddLink("/absolute", _outside);
        _host.AddLink("/climbs", string.Concat(Enumerable.Repeat("../", 40)) + _outside[1..]);
        _host.AddLink("/a/relative", "b/./file");
        _host.AddLink("/a/up", "../a/b/..");
        _host.AddLink("/a/dangling", "nosuch/file");
        _host.AddLink("/a/circle", "circle");
        _host.AddLink("/root", "/");
        for (int i = 0; i < 45; i++)
            _host.AddLink($"/chain/{i}", i == 44 ? "../a/b/file" : $"{i + 1}");
    }

    public void Dispose()
    {
        Resolution.IsMissing = false;
        Directory.Delete(_outside, recursive: true);
        _host.Dispose();
    }

    public static TheoryData<string, string> Paths
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string way in (string[])["", "component by component"])
            {
                all.Add(way, "/a/b/file = inside");
                all.Add(way, "/a/b/../../a/./b//file = inside");
                all.Add(way, "/../../../../etc/passwd = the host's own");
                all.Add(way, "/absolute/secret = inside, under the same name");
                all.Add(way, "/climbs/secret = inside, under the same name");
                all.Add(way, "/absolute/../../../../etc/passwd = the host's own");
                all.Add(way, "/root/root/etc/passwd = the host's own");
                all.Add(way, "/a/relative = inside");
                all.Add(way, "/a/up/relative = inside");
                all.Add(way, "/chain/10 = inside");
                all.Add(way, "/chain/0 = ELOOP");
                all.Add(way, "/a/circle = ELOOP");
                all.Add(way, "/a/dangling = ENOENT");
                all.Add(way, "/nosuch/file = ENOENT");
                all.Add(way, "/a/b/file/more = ENOTDIR");
                all.Add(way, "/a/b/file/.. = ENOTDIR");
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_path_stays_below_the_root(string way, string pathAndContent)
    {
        Resolution.IsMissing = way.Length > 0;
        string[] parts = pathAndContent.Split(" = ");
        Assert.Equal(parts[1], Content(parts[0]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("component by component")]
    public void A_file_is_made_and_opened_to_be_changed_only_where_no_link_stands(string way)
    {
        Resolution.IsMissing = way.Length > 0;
        File.CreateSymbolicLink($"{_host.Root}/new", $"{_outside}/new");
        File.CreateSymbolicLink($"{_host.Root}/file", $"{_outside}/secret");
        var changes = new FileChanges(_host.Host.Files);

        Assert.Throws<MdevException>(() => changes.CreateFile("/new", "x"u8, 0x1a4));
        changes.CreateFile("/climbs/made", "x"u8, 0x1a4);
        changes.ReplaceFile("/file", "x"u8, 0x180, "/a", isDurable: true);
        changes.CreateDirectory("/absolute/deep/er");
        Assert.True(changes.TryDelete("/absolute/secret"));
        Assert.Throws<MdevException>(() => changes.TryDeleteTree("/climbs"));
        Assert.True(changes.TryDelete("/climbs"));

        Assert.Equal(["secret"], Directory.GetFileSystemEntries(_outside).Select(Path.GetFileName));
        Assert.Equal("outside", File.ReadAllText($"{_outside}/secret"));
        Assert.Null(new FileInfo($"{_host.Root}/file").LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{_host.Root}/file"));
        Assert.True(Directory.Exists($"{_host.Root}{_outside}/deep/er"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("component by component")]
    public void Links_that_lead_to_open_files_are_read_and_not_opened(string way)
    {
        Resolution.IsMissing = way.Length > 0;
        using FileStream open = File.OpenRead($"{_outside}/secret");
        HostFiles machine = HostFiles.Open("/");
        string link = $"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}";

        Assert.Equal(open.Name, machine.ReadLink(link));
        File.Delete($"{_outside}/secret");
        // By its text it leads nowhere any more; only opened as what it is would it lead to the file.
        Assert.Equal(FileKind.None, machine.KindOf(link));
    }

    [StraceFact]
    public void Where_the_call_is_missing_or_forbidden_or_asks_for_another_try_a_file_is_read_all_the_same()
    {
        _host.AddFile("/d/attribute", "some value\n");

        Assert.All(
            ["error=ENOSYS", "error=EPERM", "error=EAGAIN:when=1+2", "error=EINTR:when=1+2"],
            fault => Assert.Equal(
                ["some value", "some value"],
                Child.Output(Child.Start(["strace", "-f", "-qq", "-o", "/dev/null", "-e", $"inject=openat2:{fault}"], "read", $"{_host.Root}/d", "attribute"))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("component by component")]
    public async Task A_tree_that_is_renamed_all_the_time_never_lets_anybody_out(string way)
    {
        Resolution.IsMissing = way.Length > 0;
        _host.AddFile("/x/y/z/file", "inside");
        _host.AddLink("/x/y/z/back", string.Concat(Enumerable.Repeat("../", 8)) + $"{_outside[1..]}/secret");
        using var over = new CancellationTokenSource();
        Task renamer = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                Directory.Move($"{_host.Root}/x/y", $"{_host.Root}/a/y");
                Directory.Move($"{_host.Root}/a/y", $"{_host.Root}/x/y");
            }
        });

        HashSet<string> seen = [];
        for (int i = 0; i < 2000; i++)
        {
            seen.Add(Content("/x/y/z/back"));
            seen.Add(Content("/x/y/z/../../y/z/file"));
        }

        await over.CancelAsync();
        await renamer;
        Assert.Empty(seen.Except(["inside", "inside, under the same name", "ENOENT"]));
    }

    // What can be read below a path, or the errno.
    private string Content(string path)
    {
        int fd = OpenRead(path);
        if (fd < 0)
            return Errno.Name(-fd);
        using var file = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true), FileAccess.Read);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private int OpenRead(string path)
    {
        using Descriptor root = Descriptor.Open(_host.Root, LibC.O_PATH | LibC.O_DIRECTORY);
        return Resolution.InRoot(root.Number, path, LibC.O_RDONLY);
    }
}
