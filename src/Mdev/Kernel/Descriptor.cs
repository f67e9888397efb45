using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>An open file descriptor.</summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    // The number of one that is closed may be another file's by now.
    public int Number => IsClosed ? throw new ObjectDisposedException(nameof(Descriptor)) : (int)handle;

    /// <summary>Opens a path of this machine, never creating a file; the descriptor is closed in programs that we start.</summary>
    /// <exception cref="MdevException">open(2) failed.</exception>
    public static unsafe Descriptor Open(string path, int flags)
    {
        using var native = new NativePath(path, stackalloc byte[NativePath.StackSize]);
        int fd;
        fixed (byte* p = native.Bytes)
            fd = LibC.openat(LibC.AT_FDCWD, p, flags | LibC.O_CLOEXEC, 0);
        return fd >= 0 ? new Descriptor(fd) : throw Refusal.ToOpen(LibC.errno, path);
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}

/// <summary>
/// A path as the C functions take it: UTF-8, ended by NUL. A name that carries a NUL itself is refused, because C would read
/// only what stands before it and act on another file.
/// </summary>
internal ref struct NativePath
{
    public const int StackSize = 512;

    private readonly byte[]? _rented;

    public NativePath(string path, Span<byte> stack)
    {
        if (path.Contains('\0'))
            throw new MdevException(MdevError.InvalidArgument, "A path or name cannot contain a NUL character.");
        int most = Encoding.UTF8.GetMaxByteCount(path.Length) + 1;
        Span<byte> buffer = most <= stack.Length ? stack : (_rented = ArrayPool<byte>.Shared.Rent(most));
        int length = Encoding.UTF8.GetBytes(path, buffer);
        buffer[length] = 0;
        Bytes = buffer[..(length + 1)];
    }

    public ReadOnlySpan<byte> Bytes { get; }

    public readonly void Dispose()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }
}

/// <summary>What statx(2) says of an open file. No type of Mdev has a field of a type of Mdev.LibC: it could not be loaded before <see cref="LibCLoader"/> has run.</summary>
internal readonly unsafe struct FileStatus
{
    private const uint KindMask = 0xf000;

    public FileKind Kind { get; private init; }

    /// <summary>The permission bits, as chmod(2) takes them.</summary>
    public uint Mode { get; private init; }

    public uint Links { get; private init; }

    public uint Owner { get; private init; }

    public uint Group { get; private init; }

    public (uint Major, uint Minor) Device { get; private init; }

    /// <summary>Which file it is on this machine: no two files have the same at a time.</summary>
    public (uint Major, uint Minor, ulong Inode) Identity { get; private init; }

    public static FileStatus Of(Descriptor descriptor)
    {
        LibC.statx_result result;
        byte empty = 0;
        if (LibC.statx(descriptor.Number, &empty, LibC.AT_EMPTY_PATH, LibC.STATX_BASIC_STATS, &result) != 0)
            throw Refusal.ToRead(LibC.errno, "statx", $"/proc/self/fd/{descriptor.Number}");
        return new FileStatus
        {
            Kind = (result.stx_mode & KindMask) switch
            {
                0x4000 => FileKind.Directory,
                0x8000 => FileKind.File,
                0x2000 => FileKind.CharacterDevice,
                _ => FileKind.Other,
            },
            Mode = (uint)result.stx_mode & 0xfff,
            Links = result.stx_nlink,
            Owner = result.stx_uid,
            Group = result.stx_gid,
            Device = (result.stx_rdev_major, result.stx_rdev_minor),
            Identity = (result.stx_dev_major, result.stx_dev_minor, result.stx_ino),
        };
    }
}
