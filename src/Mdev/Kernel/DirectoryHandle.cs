using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

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
}

/// <summary>One entry of a directory.</summary>
public readonly record struct DirectoryEntry(string Name, EntryKind Kind);

/// <summary>
/// An open directory of sysfs and the three ways to read what is in it: its entries, a link, an attribute. Everything is asked
/// relative to the descriptor and no link is followed on the way, so that what is read lies in this directory and nowhere else.
/// </summary>
public sealed class DirectoryHandle : IDisposable
{
    // An attribute of sysfs holds at most one page; twice that makes sure a single read(2) also sees the end of the value.
    private const int UsualAttributeSize = 8192;
    private const int DirectoryBufferSize = 32 * 1024;
    private const int LongestLink = 4096;

    private readonly Descriptor _descriptor;

    private DirectoryHandle(string path, Descriptor descriptor)
    {
        Path = path;
        _descriptor = descriptor;
    }

    /// <summary>The path it was opened by, on this machine.</summary>
    public string Path { get; }

    /// <summary>Opens a directory; null when there is none of that name.</summary>
    /// <exception cref="MdevException">It cannot be opened: EACCES, ELOOP (it is a link), EMFILE …</exception>
    public static DirectoryHandle? TryOpen(string path) => TryOpenAt(LibC.AT_FDCWD, path, path);

    /// <summary>Opens the directory <paramref name="name"/> in this one; null when there is none.</summary>
    /// <exception cref="MdevException">It cannot be opened: EACCES, ENOTDIR (it is a link) …</exception>
    public DirectoryHandle? TryOpenChild(string name) => TryOpenAt(_descriptor.Number, name, $"{Path}/{name}");

    /// <summary>The path that the kernel itself has for this directory, every link on the way resolved (/proc/self/fd).</summary>
    public string RealPath() => ReadLinkAt($"/proc/self/fd/{_descriptor.Number}")
        ?? throw new MdevException(MdevError.BrokenEntry, $"The real path of '{Path}' cannot be told: /proc is not mounted.", Path);

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

    /// <summary>Whether <paramref name="name"/> is a link.</summary>
    public bool IsLink(string name)
    {
        try
        {
            return ReadLink(name) is not null;
        }
        catch (MdevException e) when (e.Errno == Errno.EINVAL)
        {
            return false;
        }
    }

    /// <summary>The text of the link <paramref name="name"/>; null when nothing of that name is there.</summary>
    /// <exception cref="MdevException">The entry is no link (EINVAL) or cannot be read.</exception>
    public string? ReadLink(string name) => ReadLinkHere(name, lastPartOnly: false);

    /// <summary>The last part of the path that the link <paramref name="name"/> leads to; null when nothing of that name is there.</summary>
    /// <exception cref="MdevException">The entry is no link (EINVAL) or cannot be read.</exception>
    public string? ReadLinkName(string name) => ReadLinkHere(name, lastPartOnly: true);

    /// <summary>
    /// The value of the attribute <paramref name="name"/> (which may name a sub-directory's, as <c>vendor/memory</c>) without the
    /// line end behind it; null when it is absent. Three system calls: open, read, close.
    /// </summary>
    /// <exception cref="MdevException">It is there and cannot be read: EACCES, EIO …</exception>
    public unsafe string? ReadAttribute(string name)
    {
        using var native = new NativePath(name, stackalloc byte[NativePath.StackSize]);
        int fd;
        // O_NONBLOCK: a pipe in a captured tree must not stop us; to an attribute it means nothing.
        fixed (byte* p = native.Bytes)
            fd = LibC.openat(_descriptor.Number, p, LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NOFOLLOW | LibC.O_NONBLOCK);
        if (fd < 0)
        {
            int errno = LibC.errno;
            return errno == Errno.ENOENT ? null : throw Failed(errno, "open", $"{Path}/{name}");
        }

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
                    throw Failed(LibC.errno, "read", $"{Path}/{name}");
                length += (int)count;
                if (length < buffer.Length)
                    break;
                byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.CopyTo(larger, 0);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            while (length > 0 && buffer[length - 1] is (byte)'\n' or (byte)'\r')
                length--;
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _ = LibC.close(fd);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    /// <summary>The text of a link anywhere; null when nothing is there.</summary>
    internal static string? ReadLinkAt(string path) => ReadLinkAt(LibC.AT_FDCWD, path, lastPartOnly: false);

    private static unsafe DirectoryHandle? TryOpenAt(int directory, string name, string path)
    {
        using var native = new NativePath(name, stackalloc byte[NativePath.StackSize]);
        int fd;
        fixed (byte* p = native.Bytes)
            fd = LibC.openat(directory, p, LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_CLOEXEC | LibC.O_NOFOLLOW);
        if (fd >= 0)
            return new DirectoryHandle(path, new Descriptor(fd));
        int errno = LibC.errno;
        return errno is Errno.ENOENT or Errno.ENODEV ? null : throw Failed(errno, "open", path);
    }

    private string? ReadLinkHere(string name, bool lastPartOnly)
    {
        try
        {
            return ReadLinkAt(_descriptor.Number, name, lastPartOnly);
        }
        catch (MdevException e) when (e.Operation is not null)
        {
            throw Failed(e.Errno, e.Operation, $"{Path}/{name}");
        }
    }

    // Clearing a page of stack for every link would cost as much as the kernel's look-up.
    [SkipLocalsInit]
    private static unsafe string? ReadLinkAt(int directory, string path, bool lastPartOnly)
    {
        using var native = new NativePath(path, stackalloc byte[NativePath.StackSize]);
        byte* target = stackalloc byte[LongestLink];
        nint length;
        fixed (byte* p = native.Bytes)
            length = LibC.readlinkat(directory, p, target, LongestLink);
        if (length >= 0)
        {
            var text = new ReadOnlySpan<byte>(target, (int)length);
            return Encoding.UTF8.GetString(lastPartOnly ? text[(text.LastIndexOf((byte)'/') + 1)..] : text);
        }

        int errno = LibC.errno;
        return errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw Failed(errno, "readlink", path);
    }

    // Some file systems, though not sysfs, leave the kind out.
    private EntryKind KindOf(string name, EntryKind told) => told == EntryKind.Unknown && IsLink(name) ? EntryKind.Link : told;

    private static int RecordLength(byte[] buffer, int at) => BitConverter.ToUInt16(buffer, at + 16);

    private static string? NameOf(byte[] buffer, int at)
    {
        ReadOnlySpan<byte> name = buffer.AsSpan(at + 19, RecordLength(buffer, at) - 19);
        name = name[..name.IndexOf((byte)0)];
        return name is [(byte)'.'] or [(byte)'.', (byte)'.'] ? null : Encoding.UTF8.GetString(name);
    }

    private static MdevException Failed(int errno, string operation, string path) =>
        new(errno is Errno.EACCES or Errno.EPERM ? MdevError.PermissionDenied : MdevError.AttributeUnreadable, "Cannot read", errno, operation, path);

    private unsafe int NextEntries(byte[] buffer)
    {
        nint length;
        fixed (byte* p = buffer)
            length = LibC.getdents64(_descriptor.Number, p, (nuint)buffer.Length);
        if (length >= 0)
            return (int)length;
        int errno = LibC.errno;
        return errno is Errno.ENOENT ? 0 : throw Failed(errno, "getdents", Path);
    }
}
