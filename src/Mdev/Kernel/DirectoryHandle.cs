using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>What a directory entry is, as the file system reports it (d_type of getdents64).</summary>
public enum EntryKind : byte
{
    /// <summary>The file system does not say.</summary>
    Unknown = 0,

    /// <summary>A directory.</summary>
    Directory = 4,

    /// <summary>A regular file; every sysfs attribute is one.</summary>
    File = 8,

    /// <summary>A symbolic link.</summary>
    Link = 10,

    /// <summary>A socket, which answers ENXIO to whoever opens it; on a simulated host it stands for an attribute that does.</summary>
    Socket = 12,
}

/// <summary>One entry of a directory.</summary>
public readonly record struct DirectoryEntry(string Name, EntryKind Kind);

/// <summary>
/// An open directory and the three ways to read what is in it: its entries, a link, an attribute. A path of several parts is resolved so
/// that none of its parts is a link, so that what is read lies in this directory and nowhere else.
/// </summary>
public sealed class DirectoryHandle : IDisposable
{
    // An attribute of sysfs holds at most one page; twice that makes sure a single read(2) also sees the end of the value.
    private const int UsualAttributeSize = 8192;
    private const int DirectoryBufferSize = 32 * 1024;
    private const int LongestLink = 4096;

    // An attribute has a page and a command line some megabytes at most; what has more is a file that somebody put there.
    private const int MostBytes = 16 << 20;

    private readonly Descriptor _descriptor;

    internal DirectoryHandle(string path, Descriptor descriptor)
    {
        Path = path;
        _descriptor = descriptor;
    }

    /// <summary>The path it was opened by, on this machine.</summary>
    public string Path { get; }

    internal Descriptor Descriptor => _descriptor;

    /// <summary>Opens a directory below this one, by a path without links; null when there is none.</summary>
    /// <exception cref="MdevException">It cannot be opened: EACCES, ELOOP (a part of the path is a link), EMFILE …</exception>
    public DirectoryHandle? OpenDirectory(string path) => Opened(path, Resolution.WithoutLinks(_descriptor.Number, path, LibC.O_RDONLY | LibC.O_DIRECTORY));

    /// <summary>Opens a directory below this one, by a path without links on which nothing is mounted; null when there is none.</summary>
    /// <exception cref="MdevException">It cannot be opened: as <see cref="OpenDirectory"/>, or EXDEV (something is mounted there).</exception>
    internal DirectoryHandle? OpenDirectoryOfSameMount(string path) => Opened(path, Resolution.WithoutLinksOrMounts(_descriptor.Number, path, LibC.O_RDONLY | LibC.O_DIRECTORY));

    private DirectoryHandle? Opened(string path, int fd)
    {
        if (fd >= 0)
            return new DirectoryHandle($"{Path}/{path}", new Descriptor(fd));
        return fd is -Errno.ENOENT or -Errno.ENODEV or -Errno.ENOTDIR ? null : throw Refusal.ToRead(-fd, "open", $"{Path}/{path}");
    }

    /// <summary>The entries, in the kernel's order, without <c>.</c> and <c>..</c>; a link is always told as one. A second enumeration goes on where the first ended.</summary>
    public IEnumerable<DirectoryEntry> Entries()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(DirectoryBufferSize);
        try
        {
            int length;
            while ((length = NextEntries(buffer)) > 0)
            {
                // struct linux_dirent64: u64 d_ino, s64 d_off, u16 d_reclen, u8 d_type, char d_name[] (getdents64(2)).
                for (int at = 0; at < length; at += RecordLength(buffer, at))
                {
                    if (NameOf(buffer, at) is { } name)
                        yield return new DirectoryEntry(name, KindOf(name, (EntryKind)buffer[at + 18]));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The text of the link <paramref name="name"/> in this very directory; null when nothing of that name is there.</summary>
    /// <exception cref="MdevException">The entry is no link (EINVAL) or cannot be read.</exception>
    public string? ReadLink(string name) => LinkText(name, lastPartOnly: false);

    /// <summary>The last part of the path that the link <paramref name="name"/> in this very directory leads to; null when nothing of that name is there.</summary>
    /// <exception cref="MdevException">The entry is no link (EINVAL) or cannot be read.</exception>
    public string? ReadLinkName(string name) => LinkText(name, lastPartOnly: true);

    /// <summary>
    /// The last part of the path that a link in a sub-directory leads to; null when nothing is there. The sub-directory must just have been
    /// listed as a directory and no link: it is not looked at again, which saves two of three calls for each of thousands of devices.
    /// </summary>
    /// <exception cref="MdevException">The entry is no link (EINVAL) or cannot be read.</exception>
    public string? ReadLinkNameBelow(string listedDirectory, string name) => LinkText($"{listedDirectory}/{name}", lastPartOnly: true);

    /// <summary>
    /// The value of the attribute <paramref name="name"/> (which may lie in sub-directories, as <c>vendor/memory</c>) without the
    /// line end behind it; null when it is absent.
    /// </summary>
    /// <exception cref="MdevException">It is there and cannot be read: EACCES, EIO, EFBIG (no attribute is as large as that) …</exception>
    public string? ReadAttribute(string name) => Read(name, static content =>
    {
        while (content is [.., (byte)'\n' or (byte)'\r'])
            content = content[..^1];
        return Encoding.UTF8.GetString(content);
    });

    /// <summary>The content of a file below this directory, to the byte; null when it is absent.</summary>
    /// <exception cref="MdevException">It is there and cannot be read: EACCES, EIO …</exception>
    internal byte[]? ReadFile(string name) => Read(name, static content => content.ToArray());

    /// <summary>The content of an opened file, to the byte.</summary>
    /// <exception cref="MdevException">It cannot be read, or has more than <paramref name="most"/> bytes (EFBIG).</exception>
    internal static byte[] ReadFile(Descriptor file, string path, int most) => ReadAll(file.Number, path, static content => content.ToArray(), most);

    /// <summary>The content of a file in this very directory, to the byte; null when it is absent.</summary>
    /// <exception cref="MdevException">It cannot be read, is a link (ELOOP), or has more than <paramref name="most"/> bytes (EFBIG).</exception>
    internal byte[]? ReadFile(string name, int most) => Read(name, static content => content.ToArray(), most);

    private delegate T Convert<T>(ReadOnlySpan<byte> content);

    private T? Read<T>(string name, Convert<T> convert, int most = MostBytes)
        where T : class
    {
        // O_NONBLOCK: a pipe in a captured tree must not stop us; to an attribute it means nothing.
        int flags = LibC.O_RDONLY | LibC.O_NONBLOCK;
        int fd = name.Contains('/') ? Resolution.WithoutLinks(_descriptor.Number, name, flags) : OpenHere(name, flags);
        if (fd < 0)
            return fd == -Errno.ENOENT ? null : throw Refusal.ToRead(-fd, "open", $"{Path}/{name}");
        try
        {
            return ReadAll(fd, $"{Path}/{name}", convert, most);
        }
        finally
        {
            _ = LibC.close(fd);
        }
    }

    private static unsafe T ReadAll<T>(int fd, string path, Convert<T> convert, int most)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(UsualAttributeSize);
        try
        {
            int length = 0;
            while (true)
            {
                nint count;
                fixed (byte* p = &buffer[length])
                    count = LibC.read(fd, p, (nuint)(buffer.Length - length));
                if (count < 0)
                    throw Refusal.ToRead(LibC.errno, "read", path);
                length += (int)count;
                if (length > most)
                    throw Refusal.ToRead(Errno.EFBIG, "read", path);
                if (length < buffer.Length)
                    break;
                byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.CopyTo(larger, 0);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            return convert(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The permission bits of a file below this directory, as chmod(2) takes them; null when it is not there.</summary>
    internal uint? Mode(string path)
    {
        int fd = Resolution.WithoutLinks(_descriptor.Number, path, LibC.O_PATH);
        if (fd < 0)
            return null;
        using var file = new Descriptor(fd);
        return FileStatus.Of(file).Mode;
    }

    /// <summary>What an entry of this very directory is; a link is <see cref="FileKind.Other"/>. Null when it is not there.</summary>
    /// <exception cref="MdevException">It cannot be known: EMFILE, ENFILE, ENOMEM.</exception>
    internal FileKind? Kind(string name)
    {
        int fd = OpenHere(name, LibC.O_PATH);
        if (fd < 0)
            return fd is -Errno.EMFILE or -Errno.ENFILE or -Errno.ENOMEM ? throw Refusal.ToRead(-fd, "open", $"{Path}/{name}") : null;
        using var entry = new Descriptor(fd);
        return FileStatus.Of(entry).Kind;
    }

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    /// <summary>The text of a link in an open directory, or of the link that was opened itself where the name is empty; null when there is none.</summary>
    internal static string? LinkText(int descriptor, string name)
    {
        string? text = ReadLinkAt(descriptor, name, lastPartOnly: false, out int errno);
        return errno == 0 ? text : null;
    }

    private unsafe int OpenHere(string name, int flags)
    {
        using var native = new NativePath(name, stackalloc byte[NativePath.StackSize]);
        int fd;
        fixed (byte* p = native.Bytes)
            fd = LibC.openat(_descriptor.Number, p, flags | LibC.O_CLOEXEC | LibC.O_NOFOLLOW, 0);
        return fd >= 0 ? fd : -LibC.errno;
    }

    private string? LinkText(string name, bool lastPartOnly)
    {
        string? text = ReadLinkAt(_descriptor.Number, name, lastPartOnly, out int errno);
        return errno is 0 or Errno.ENOENT or Errno.ENOTDIR ? text : throw Refusal.ToRead(errno, "readlink", $"{Path}/{name}");
    }

    // Clearing a page of stack for every link would cost as much as the kernel's look-up.
    [SkipLocalsInit]
    private static unsafe string? ReadLinkAt(int directory, string path, bool lastPartOnly, out int errno)
    {
        using var native = new NativePath(path, stackalloc byte[NativePath.StackSize]);
        byte* target = stackalloc byte[LongestLink];
        nint length;
        fixed (byte* p = native.Bytes)
            length = LibC.readlinkat(directory, p, target, LongestLink);
        errno = length >= 0 ? 0 : LibC.errno;
        if (length < 0)
            return null;
        var text = new ReadOnlySpan<byte>(target, (int)length);
        return Encoding.UTF8.GetString(lastPartOnly ? text[(text.LastIndexOf((byte)'/') + 1)..] : text);
    }

    // Some file systems, though not sysfs, leave the kind out.
    private EntryKind KindOf(string name, EntryKind told) => told == EntryKind.Unknown && LinkText(_descriptor.Number, name) is not null ? EntryKind.Link : told;

    private static int RecordLength(byte[] buffer, int at) => BitConverter.ToUInt16(buffer, at + 16);

    private static string? NameOf(byte[] buffer, int at)
    {
        ReadOnlySpan<byte> name = buffer.AsSpan(at + 19, RecordLength(buffer, at) - 19);
        name = name[..name.IndexOf((byte)0)];
        return name is [(byte)'.'] or [(byte)'.', (byte)'.'] ? null : Encoding.UTF8.GetString(name);
    }

    private unsafe int NextEntries(byte[] buffer)
    {
        nint length;
        fixed (byte* p = buffer)
            length = LibC.getdents64(_descriptor.Number, p, (nuint)buffer.Length);
        if (length >= 0)
            return (int)length;
        int errno = LibC.errno;
        return errno is Errno.ENOENT ? 0 : throw Refusal.ToRead(errno, "getdents", Path);
    }
}
