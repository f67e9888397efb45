using System.Buffers;
using System.Text;
using Mdev.Errors;
using Microsoft.Win32.SafeHandles;

namespace Mdev.Kernel;

/// <summary>An open file descriptor.</summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    public int Number => (int)handle;

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
