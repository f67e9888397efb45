using Microsoft.Win32.SafeHandles;
using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>What a path leads to.</summary>
public enum FileKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>An ordinary file; every sysfs attribute is one.</summary>
    File,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>Something else: a pipe, a socket, a block device.</summary>
    Other,
}

/// <summary>
/// The files of a host, below its root directory. The root is opened once and every path is resolved from there by <see cref="Resolution"/>, so
/// that no link and no <c>..</c> leads out of it. What changes files is <see cref="FileChanges"/>.
/// </summary>
public sealed class HostFiles
{
    private readonly Descriptor _root;
    private readonly string _prefix;

    private HostFiles(string root, Descriptor descriptor)
    {
        Root = root;
        _prefix = root == "/" ? "" : root;
        _root = descriptor;
    }

    /// <summary>The root as an absolute path on this machine.</summary>
    public string Root { get; }

    /// <summary>Opens the directory that is the root.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.RootNotFound"/>; <see cref="MdevError.PermissionDenied"/>.</exception>
    public static HostFiles Open(string root)
    {
        try
        {
            return new HostFiles(root, Descriptor.Open(root, LibC.O_PATH | LibC.O_DIRECTORY));
        }
        catch (MdevException e)
        {
            throw e.Errno is Errno.ENOENT or Errno.ENOTDIR
                ? new MdevException(MdevError.RootNotFound, $"The host root '{root}' does not exist or is no directory.", root, e)
                : new MdevException(Refusal.Of(Attempt.Read, e).Error, $"The host root '{root}' cannot be opened: {Refusal.Of(Attempt.Read, e).Why}", e);
        }
    }

    /// <summary>The path on this machine of a host path.</summary>
    public string OnMachine(string hostPath) => _prefix + hostPath;

    /// <summary>Whether the root directory was removed since it was opened.</summary>
    public bool IsGone => Status.Links == 0;

    /// <summary>What is known of the root directory itself.</summary>
    internal FileStatus Status => FileStatus.Of(_root);

    /// <summary>Opens a directory; null when there is none.</summary>
    /// <exception cref="MdevException">It cannot be opened: EACCES, ELOOP, EMFILE …</exception>
    public DirectoryHandle? OpenDirectory(string hostPath)
    {
        int fd = Resolution.InRoot(_root.Number, hostPath, LibC.O_RDONLY | LibC.O_DIRECTORY);
        if (fd >= 0)
            return new DirectoryHandle(OnMachine(hostPath), new Descriptor(fd));
        return fd is -Errno.ENOENT or -Errno.ENODEV or -Errno.ENOTDIR ? null : throw Refusal.ToRead(-fd, "open", OnMachine(hostPath));
    }

    /// <summary>Opens the root directory itself, by the descriptor of it and by no path.</summary>
    internal DirectoryHandle OpenRoot()
    {
        int fd = Resolution.WithoutLinks(_root.Number, ".", LibC.O_RDONLY | LibC.O_DIRECTORY);
        return fd >= 0 ? new DirectoryHandle(Root, new Descriptor(fd)) : throw Refusal.ToRead(-fd, "open", Root);
    }

    /// <summary>The text of a link; null when nothing is there.</summary>
    /// <exception cref="MdevException">The entry is no link (EINVAL), or cannot be read.</exception>
    public string? ReadLink(string hostPath)
    {
        using DirectoryHandle? directory = OpenDirectory(Parent(hostPath));
        return directory?.ReadLink(Name(hostPath));
    }

    /// <summary>What a path leads to, every link on the way followed; what cannot be reached is nothing.</summary>
    /// <exception cref="MdevException">It cannot be known: EMFILE, ENFILE, ENOMEM; EACCES (a directory on the way lets this user not in).</exception>
    public FileKind KindOf(string hostPath)
    {
        int fd = Look(hostPath);
        if (fd < 0)
            return FileKind.None;
        using var descriptor = new Descriptor(fd);
        return FileStatus.Of(descriptor).Kind;
    }

    /// <summary>Whether anything is there, every link on the way followed.</summary>
    /// <exception cref="MdevException">As <see cref="KindOf"/>.</exception>
    public bool Exists(string hostPath)
    {
        int fd = Look(hostPath);
        if (fd >= 0)
            _ = LibC.close(fd);
        return fd >= 0;
    }

    private int Look(string hostPath)
    {
        int fd = Resolution.InRoot(_root.Number, hostPath, LibC.O_PATH);
        return fd is -Errno.EACCES or -Errno.EMFILE or -Errno.ENFILE or -Errno.ENOMEM ? throw Refusal.ToRead(-fd, "open", OnMachine(hostPath)) : fd;
    }

    /// <summary>Whether there is a directory of that path.</summary>
    public bool HasDirectory(string hostPath) => KindOf(hostPath) == FileKind.Directory;

    /// <summary>Opens an ordinary file to be read as a stream; null when nothing is there.</summary>
    /// <exception cref="MdevException">It is no ordinary file, or cannot be opened.</exception>
    internal Stream? OpenStream(string hostPath)
    {
        int found = Resolution.InRoot(_root.Number, hostPath, LibC.O_PATH);
        if (found < 0)
            return found is -Errno.ENOENT or -Errno.ENOTDIR ? null : throw Refusal.ToRead(-found, "open", OnMachine(hostPath));
        using var looked = new Descriptor(found);
        if (FileStatus.Of(looked).Kind != FileKind.File)
            throw new MdevException(MdevError.BrokenEntry, $"'{OnMachine(hostPath)}' is no ordinary file.", OnMachine(hostPath));
        Descriptor opened = ToBeRead(looked, hostPath);
        var handle = new SafeFileHandle(opened.Number, ownsHandle: true);
        opened.SetHandleAsInvalid();
        return new FileStream(handle, FileAccess.Read);
    }

    /// <summary>Opens a file that is there; none is ever made.</summary>
    /// <exception cref="MdevException">open(2) failed.</exception>
    internal Descriptor OpenFile(string hostPath, int flags)
    {
        int fd = Resolution.InRoot(_root.Number, hostPath, flags);
        return fd >= 0 ? new Descriptor(fd) : throw Refusal.ToOpen(-fd, OnMachine(hostPath));
    }

    /// <summary>The content of an ordinary file, every link on the way followed; nothing else than an ordinary file is opened.</summary>
    /// <returns>Null when what is there is no ordinary file.</returns>
    /// <exception cref="MdevException">It is not there (ENOENT), cannot be read, or has more than <paramref name="most"/> bytes (EFBIG).</exception>
    internal byte[]? ReadFile(string hostPath, int most)
    {
        using Descriptor looked = OpenFile(hostPath, LibC.O_PATH);
        if (FileStatus.Of(looked).Kind != FileKind.File)
            return null;
        using Descriptor opened = ToBeRead(looked, hostPath);
        return DirectoryHandle.ReadFile(opened, OnMachine(hostPath), most);
    }

    // The file that was looked at, whatever has taken its name since.
    private Descriptor ToBeRead(Descriptor looked, string hostPath)
    {
        try
        {
            return Descriptor.Open($"/proc/self/fd/{looked.Number}", LibC.O_RDONLY | LibC.O_NONBLOCK);
        }
        catch (MdevException e)
        {
            throw Refusal.ToOpen(e.Errno, OnMachine(hostPath));
        }
    }

    /// <summary>Opens a file that is no link itself, creating it where <paramref name="flags"/> say so.</summary>
    internal Descriptor OpenOrCreate(string hostPath, int flags, uint mode)
    {
        int fd = Resolution.InRoot(_root.Number, hostPath, flags | LibC.O_NOFOLLOW, mode);
        return fd >= 0 ? new Descriptor(fd) : throw Refusal.ToOpen(-fd, OnMachine(hostPath));
    }

    /// <summary>The path of an open file without links, as the host sees it.</summary>
    internal string PathOf(Descriptor file)
    {
        string Path(Descriptor of) => new FileInfo($"/proc/self/fd/{of.Number}").LinkTarget ?? "";
        string root = Path(_root).TrimEnd('/');
        return Path(file) is var path && path.StartsWith($"{root}/", StringComparison.Ordinal) ? path[root.Length..] : throw new MdevException(MdevError.BrokenEntry, $"'{path}' lies outside of '{Root}'.", path);
    }

    /// <summary>The directory that a path lies in.</summary>
    internal static string Parent(string hostPath) => hostPath.LastIndexOf('/') is > 0 and var at ? hostPath[..at] : "/";

    /// <summary>The last part of a path.</summary>
    internal static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
