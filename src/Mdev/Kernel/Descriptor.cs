using Microsoft.Win32.SafeHandles;

namespace Mdev.Kernel;

/// <summary>An open file descriptor.</summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    public int Number => (int)handle;

    /// <summary>The path that the kernel has for it now; " (deleted)" behind it once it is gone.</summary>
    public string? RealPath => DirectoryHandle.ReadLinkAt($"/proc/self/fd/{Number}");

    /// <summary>Opens a file, never creating one; the descriptor is closed in programs that we start.</summary>
    /// <exception cref="MdevException">open(2) failed.</exception>
    public static unsafe Descriptor Open(string path, int flags)
    {
        using var native = new NativePath(path, stackalloc byte[NativePath.StackSize]);
        int fd;
        fixed (byte* p = native.Bytes)
            fd = LibC.open(p, flags | LibC.O_CLOEXEC);
        return fd >= 0 ? new Descriptor(fd) : throw new MdevException(MdevError.WriteRefused, "The kernel refused", LibC.errno, "open", path);
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
