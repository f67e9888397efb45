using System.Runtime.InteropServices;
using System.Text;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Tests.Hosts;

/// <summary>A directory that stands for a host, and what was told while it was read.</summary>
internal abstract partial class TestHost : IDisposable
{
    private readonly HashSet<string> _pipes = [];

    protected TestHost(string root) => Root = root;

    public string Root { get; }

    /// <summary>The errors that cost no more than themselves.</summary>
    public List<MdevException> Reports { get; } = [];

    public List<string> Told { get; } = [];

    /// <summary>Opened anew each time, as every cmdlet does.</summary>
    public HostRoot Host => HostOpener.Open(Root, Told.Add);

    public MdevParent[] Parents(params string[] names) => new ParentReader(Host, Reports.Add).Read(NameFilter.Of(names)).ToArray();

    public MdevType[] Types(TypeQuery? query = null) => new TypeReader(Host, Reports.Add).Read(query ?? new TypeQuery()).ToArray();

    public MdevDevice[] Devices(DeviceQuery? query = null) => new DeviceReader(Host, Reports.Add).Read(query ?? new DeviceQuery()).ToArray();

    public MdevDevice? Find(Guid uuid) => new DeviceReader(Host, Reports.Add).Find(uuid);

    public void AddFile(string hostPath, string value) => AddFile(hostPath, Encoding.UTF8.GetBytes(value));

    public void AddFile(string hostPath, byte[] value)
    {
        AddDirectory(Path.GetDirectoryName(hostPath)!);
        File.WriteAllBytes(Root + hostPath, value);
    }

    public void AddDirectory(string hostPath) => Directory.CreateDirectory(Root + hostPath);

    public void AddLink(string hostPath, string target)
    {
        AddDirectory(Path.GetDirectoryName(hostPath)!);
        File.CreateSymbolicLink(Root + hostPath, target);
    }

    public void AddPipe(string hostPath)
    {
        AddDirectory(Path.GetDirectoryName(hostPath)!);
        Assert.Equal(0, mkfifo(Root + hostPath, 0x1a4));
        _pipes.Add(Root + hostPath);
    }

    /// <summary>Makes a character device; false where this user may not.</summary>
    public bool TryAddDevice(string hostPath, uint major, uint minor)
    {
        AddDirectory(Path.GetDirectoryName(hostPath)!);
        // S_IFCHR; a small device number is the same in every layout of dev_t.
        return mknod(Root + hostPath, 0x2000 | 0x180, (major << 8) | minor) == 0;
    }

    /// <summary>
    /// Gives every parent so many types without devices that the types of its devices are learned from each device and no longer from the directories of
    /// the types.
    /// </summary>
    public void AddTypesWithoutDevices()
    {
        var noLinks = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string types in Directory.GetDirectories($"{Root}/sys/devices", "mdev_supported_types", noLinks))
        {
            for (int i = Directory.GetDirectories(Path.GetDirectoryName(types)!).Length; i > 0; i--)
                Directory.CreateDirectory($"{types}/without-devices-{i}");
        }
    }

    /// <summary>Everything in it, to the byte, for "nothing was changed". A simulation's own records are left out.</summary>
    public string Snapshot() => string.Join('\n', Snapshot(new DirectoryInfo(Root)).Order(StringComparer.Ordinal));

    public virtual void Dispose() => Directory.Delete(Root, recursive: true);

    private IEnumerable<string> Snapshot(DirectoryInfo directory) =>
        directory.EnumerateFileSystemInfos().Where(entry => !entry.Name.StartsWith(".mdevps-", StringComparison.Ordinal)).SelectMany(entry => entry switch
        {
            { LinkTarget: { } target } => [$"{entry.FullName} -> {target}"],
            DirectoryInfo inner => Snapshot(inner).Prepend($"{entry.FullName}/"),
            // To read one would wait for a writer.
            _ when _pipes.Contains(entry.FullName) => [$"{entry.FullName} is a pipe"],
            _ => [$"{entry.FullName} {entry.UnixFileMode} {File.ReadAllText(entry.FullName)}"],
        });

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mknod(string path, uint mode, ulong device);
}
