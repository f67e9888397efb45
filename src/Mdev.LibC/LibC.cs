using System.Runtime.InteropServices;

namespace Mdev.Kernel;

/// <summary>
/// The few functions and constants of the C library that Mdev uses, under their C names. They are those of Tmds.LibC where that has a build,
/// and our own declarations on other architectures. Each function returns what C returns; a caller reads <see cref="errno"/> at once.
/// </summary>
internal static unsafe partial class LibC
{
    /// <summary>Set before the first call, this switch (<see cref="AppContext"/>) has our own declarations serve on every architecture.</summary>
    public const string OwnSwitch = "Mdev.LibC.OwnDeclarations";

    // A method that names Tmds.LibC would load it when it is compiled. Only those of Borrowed do, and they are called only where this is true.
    private static readonly bool s_tmds = HasTmds() && Borrowed.FindOnMusl();

    public static readonly int AT_FDCWD = s_tmds ? Borrowed.AT_FDCWD : Own.AT_FDCWD;
    public static readonly int AT_REMOVEDIR = s_tmds ? Borrowed.AT_REMOVEDIR : Own.AT_REMOVEDIR;
    public static readonly int AT_EMPTY_PATH = s_tmds ? Borrowed.AT_EMPTY_PATH : Own.AT_EMPTY_PATH;

    public static readonly int O_RDONLY = s_tmds ? Borrowed.O_RDONLY : Own.O_RDONLY;
    public static readonly int O_WRONLY = s_tmds ? Borrowed.O_WRONLY : Own.O_WRONLY;
    public static readonly int O_RDWR = s_tmds ? Borrowed.O_RDWR : Own.O_RDWR;
    public static readonly int O_CREAT = s_tmds ? Borrowed.O_CREAT : Own.O_CREAT;
    public static readonly int O_EXCL = s_tmds ? Borrowed.O_EXCL : Own.O_EXCL;
    public static readonly int O_NONBLOCK = s_tmds ? Borrowed.O_NONBLOCK : Own.O_NONBLOCK;
    public static readonly int O_DIRECTORY = s_tmds ? Borrowed.O_DIRECTORY : Own.O_DIRECTORY;
    public static readonly int O_NOFOLLOW = s_tmds ? Borrowed.O_NOFOLLOW : Own.O_NOFOLLOW;
    public static readonly int O_CLOEXEC = s_tmds ? Borrowed.O_CLOEXEC : Own.O_CLOEXEC;
    public static readonly int O_PATH = s_tmds ? Borrowed.O_PATH : Own.O_PATH;

    public static readonly ulong RESOLVE_NO_XDEV = s_tmds ? Borrowed.RESOLVE_NO_XDEV : Own.RESOLVE_NO_XDEV;
    public static readonly ulong RESOLVE_NO_MAGICLINKS = s_tmds ? Borrowed.RESOLVE_NO_MAGICLINKS : Own.RESOLVE_NO_MAGICLINKS;
    public static readonly ulong RESOLVE_NO_SYMLINKS = s_tmds ? Borrowed.RESOLVE_NO_SYMLINKS : Own.RESOLVE_NO_SYMLINKS;
    public static readonly ulong RESOLVE_BENEATH = s_tmds ? Borrowed.RESOLVE_BENEATH : Own.RESOLVE_BENEATH;
    public static readonly ulong RESOLVE_IN_ROOT = s_tmds ? Borrowed.RESOLVE_IN_ROOT : Own.RESOLVE_IN_ROOT;

    public static readonly uint STATX_BASIC_STATS = s_tmds ? Borrowed.STATX_BASIC_STATS : Own.STATX_BASIC_STATS;

    /// <summary>
    /// The errno that the last call on this thread left. The runtime saves it right after the call, before anything of its own can overwrite
    /// it, here as in Tmds.LibC (SetLastError); the C library's own copy would not be safe to read.
    /// </summary>
    public static int errno => Marshal.GetLastPInvokeError();

    public static int openat(int dirfd, byte* pathname, int flags, uint mode) => s_tmds ? Borrowed.openat(dirfd, pathname, flags, mode) : Own.openat(dirfd, pathname, flags, mode);

    public static int openat2(int dirfd, byte* pathname, open_how* how, nuint size) => s_tmds ? Borrowed.openat2(dirfd, pathname, how, size) : Own.openat2(dirfd, pathname, how, size);

    public static int statx(int dirfd, byte* pathname, int flags, uint mask, statx_result* result) =>
        s_tmds ? Borrowed.statx(dirfd, pathname, flags, mask, result) : Own.statx(dirfd, pathname, flags, mask, result);

    public static int mkdirat(int dirfd, byte* pathname, uint mode) => s_tmds ? Borrowed.mkdirat(dirfd, pathname, mode) : Own.mkdirat(dirfd, pathname, mode);

    public static int unlinkat(int dirfd, byte* pathname, int flags) => s_tmds ? Borrowed.unlinkat(dirfd, pathname, flags) : Own.unlinkat(dirfd, pathname, flags);

    public static int symlinkat(byte* target, int dirfd, byte* pathname) => s_tmds ? Borrowed.symlinkat(target, dirfd, pathname) : Own.symlinkat(target, dirfd, pathname);

    public static int fchmod(int fd, uint mode) => s_tmds ? Borrowed.fchmod(fd, mode) : Own.fchmod(fd, mode);

    public static int fchown(int fd, uint owner, uint group) => s_tmds ? Borrowed.fchown(fd, owner, group) : Own.fchown(fd, owner, group);

    public static uint geteuid() => s_tmds ? Borrowed.geteuid() : Own.geteuid();

    public static int fsync(int fd) => s_tmds ? Borrowed.fsync(fd) : Own.fsync(fd);

    public static nint read(int fd, void* buf, nuint count) => s_tmds ? Borrowed.read(fd, buf, count) : Own.read(fd, buf, count);

    public static nint pread(int fd, void* buf, nuint count, long offset) => s_tmds ? Borrowed.pread(fd, buf, count, offset) : Own.pread(fd, buf, count, offset);

    public static nint write(int fd, void* buf, nuint count) => s_tmds ? Borrowed.write(fd, buf, count) : Own.write(fd, buf, count);

    public static int close(int fd) => s_tmds ? Borrowed.close(fd) : Own.close(fd);

    public static nint readlinkat(int dirfd, byte* pathname, byte* buf, nuint bufsiz) => s_tmds ? Borrowed.readlinkat(dirfd, pathname, buf, bufsiz) : Own.readlinkat(dirfd, pathname, buf, bufsiz);

    public static int ioctl(int fd, nuint request, void* arg) => s_tmds ? Borrowed.ioctl(fd, request, arg) : Own.ioctl(fd, request, arg);

    /// <summary>A system call of up to four arguments.</summary>
    public static nint syscall(nint number, nint arg1, void* arg2, void* arg3, nuint arg4) =>
        s_tmds ? Borrowed.syscall(number, arg1, arg2, arg3, arg4) : Own.syscall(number, arg1, arg2, arg3, arg4);

    /// <summary>struct open_how of linux/openat2.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct open_how
    {
        public ulong flags;
        public ulong mode;
        public ulong resolve;
    }

    /// <summary>struct statx of linux/stat.h, the same on every architecture, as far as it is read here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct statx_result
    {
        [FieldOffset(16)]
        public uint stx_nlink;

        [FieldOffset(20)]
        public uint stx_uid;

        [FieldOffset(24)]
        public uint stx_gid;

        [FieldOffset(28)]
        public ushort stx_mode;

        [FieldOffset(32)]
        public ulong stx_ino;

        [FieldOffset(128)]
        public uint stx_rdev_major;

        [FieldOffset(132)]
        public uint stx_rdev_minor;

        [FieldOffset(136)]
        public uint stx_dev_major;

        [FieldOffset(140)]
        public uint stx_dev_minor;
    }

    // The build for 32-bit Arm calls openat64 and pread64, which musl no longer hands out (since 1.2.4).
    private static bool HasTmds() => !(AppContext.TryGetSwitch(OwnSwitch, out bool isOwn) && isOwn) && RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 or Architecture.Arm64 => true,
        Architecture.Arm => NativeLibrary.TryLoad("libc.so.6", out _),
        _ => false,
    };
}
