using System.Buffers;
using System.Text;

namespace Mdev.Kernel;

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
