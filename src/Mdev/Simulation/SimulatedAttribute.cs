using System.Text;
using Mdev.Kernel;

namespace Mdev.Simulation;

/// <summary>An attribute of a simulated host that is open for writing: what it belongs to may go away meanwhile, and be made anew.</summary>
internal sealed class SimulatedAttribute : IAttributeWriter
{
    private readonly SimulatedTree _tree;
    private readonly SimulatedCore _core;
    private readonly DirectoryHandle _directory;
    private readonly string _directoryThen;

    private SimulatedAttribute(SimulatedTree tree, SimulatedCore core, string path, DirectoryHandle directory)
    {
        (_tree, _core, Path, _directory) = (tree, core, path, directory);
        _directoryThen = directory.RealPath();
    }

    public string Path { get; }

    /// <summary>Opens an attribute as sysfs does.</summary>
    /// <exception cref="MdevException">ENOENT; EACCES: its mode lets nobody write; EROFS.</exception>
    public static SimulatedAttribute Open(SimulatedTree tree, SimulatedCore core, string path)
    {
        using Descriptor descriptor = Descriptor.Open(path, LibC.O_WRONLY | LibC.O_NOFOLLOW | LibC.O_NONBLOCK);
        // sysfs goes by the mode alone, also for root; an ordinary file system lets root write everything. Asked is the descriptor, because
        // by now the path may be gone.
        int errno = (File.GetUnixFileMode($"/proc/self/fd/{descriptor.Number}") & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0 ? Errno.EACCES
            : SimulationMarker.Read(tree.Root).IsReadOnly ? Errno.EROFS
            : 0;
        if (errno != 0)
            throw SimulatedKernel.Refused(errno, "open", path);
        DirectoryHandle directory = DirectoryHandle.TryOpen(System.IO.Path.GetDirectoryName(path)!) ?? throw SimulatedKernel.Refused(Errno.ENOENT, "open", path);
        return new SimulatedAttribute(tree, core, path, directory);
    }

    public void Write(ReadOnlySpan<byte> value)
    {
        // An attribute whose directory is no longer where it was is that of a device or a driver that went away meanwhile.
        byte[] bytes = value.ToArray();
        int errno = _directory.RealPath() != _directoryThen || !File.Exists(Path) ? Errno.ENODEV : SimulationFault.Guard(Path, "asked", () => Store(bytes));
        if (errno != 0)
            throw SimulatedKernel.Refused(errno, "write", Path);
    }

    public void WriteDetached(string value) => new Thread(() => WriteUnheard(value)) { IsBackground = true }.Start();

    public void Dispose() => _directory.Dispose();

    private int Store(byte[] value) => _core.Store(Path[_tree.Root.Length..], value);

    private void WriteUnheard(string value)
    {
        try
        {
            _ = Store(Encoding.UTF8.GetBytes(value));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or MdevException)
        {
            // The host itself may be gone before the device is let go.
        }
    }
}
