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
}
