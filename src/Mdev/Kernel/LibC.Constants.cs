using System.Runtime.InteropServices;

namespace Mdev.Kernel;

/// <summary>The constants of the calls in <see cref="LibC"/>. Sources: asm-generic/fcntl.h and its per-architecture copies, linux/magic.h.</summary>
internal static unsafe partial class LibC
{
    public const int AT_FDCWD = -100;

    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;

    // Arm and Power number these two otherwise than x86, s390x and RISC-V do.
    public static readonly int O_DIRECTORY = s_armNumbers ? 0x4000 : 0x10000;
    public static readonly int O_NOFOLLOW = s_armNumbers ? 0x8000 : 0x20000;

    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_PATH = 0x200000;
    public const int AT_REMOVEDIR = 0x200;
    public const int AT_EMPTY_PATH = 0x1000;

    public const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    public const ulong RESOLVE_NO_SYMLINKS = 0x04;
    public const ulong RESOLVE_BENEATH = 0x08;
    public const ulong RESOLVE_IN_ROOT = 0x10;

    public const uint STATX_BASIC_STATS = 0x7ff;

    // The same on every architecture that Linux has (asm-generic/unistd.h and the tables of the others).
    private const nint SYS_openat2 = 437;

    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    public const long SYSFS_MAGIC = 0x62656572;

    // spawn.h of glibc (since 2.26) and of musl.
    public const short POSIX_SPAWN_SETSID = 0x80;

    /// <summary>Large enough for posix_spawnattr_t and posix_spawn_file_actions_t (336 and 80 bytes in glibc and musl).</summary>
    public const int SpawnStructSize = 512;

    /// <summary>Large enough for every architecture's struct statfs; only f_type, its first member, is read.</summary>
    public const int StatfsSize = 256;

    private static bool s_armNumbers => RuntimeInformation.ProcessArchitecture
        is Architecture.Arm64 or Architecture.Arm or Architecture.Armv6 or Architecture.Ppc64le;

    /// <summary>f_type of a filled struct statfs: an unsigned int on s390x, a word elsewhere (asm/statfs.h).</summary>
    public static long FileSystemType(void* statfs) =>
        RuntimeInformation.ProcessArchitecture == Architecture.S390x ? *(uint*)statfs : *(nint*)statfs;

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
}
