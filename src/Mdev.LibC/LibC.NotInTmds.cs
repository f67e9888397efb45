using System.Runtime.InteropServices;

namespace Mdev.Kernel;

/// <summary>What Tmds.LibC 0.5.0 lacks. Sources: sections 2 and 3 of the Linux manual; linux/magic.h, spawn.h.</summary>
internal static unsafe partial class LibC
{
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    public const long SYSFS_MAGIC = 0x62656572;

    // spawn.h of glibc (since 2.26) and of musl.
    public const short POSIX_SPAWN_SETSID = 0x80;

    /// <summary>Large enough for posix_spawnattr_t and posix_spawn_file_actions_t (336 and 80 bytes in glibc and musl).</summary>
    public const int SpawnStructSize = 512;

    /// <summary>Large enough for every architecture's struct statfs; only f_type, its first member, is read.</summary>
    public const int StatfsSize = 256;

    // The runtime maps this name to the C library of the platform it was built for, glibc or musl.
    private const string libc = "libc";

    // From each architecture's table of system calls (asm/unistd.h).
    private static readonly nint SYS_getdents64 = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 or Architecture.Arm or Architecture.Armv6 => 217,
        Architecture.S390x or Architecture.X86 => 220,
        Architecture.Ppc64le => 202,
        _ => 61, // asm-generic/unistd.h: Arm64, RISC-V, LoongArch
    };

    // C libraries are not at one over this function: musl no longer hands out its name (since 1.2.4).
    public static nint getdents64(int fd, void* dirp, nuint count) => syscall(SYS_getdents64, fd, dirp, (void*)count, 0);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int renameat(int olddirfd, byte* oldpath, int newdirfd, byte* newpath);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int fstatfs(int fd, void* buf);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int flock(int fd, int operation);

    // The posix_spawn family returns an errno and sets none.
    [LibraryImport(libc)]
    public static partial int posix_spawn(int* pid, byte* path, void* file_actions, void* attrp, byte** argv, byte** envp);

    [LibraryImport(libc)]
    public static partial int posix_spawnattr_init(void* attr);

    [LibraryImport(libc)]
    public static partial int posix_spawnattr_destroy(void* attr);

    [LibraryImport(libc)]
    public static partial int posix_spawnattr_setflags(void* attr, short flags);

    [LibraryImport(libc)]
    public static partial int posix_spawn_file_actions_init(void* file_actions);

    [LibraryImport(libc)]
    public static partial int posix_spawn_file_actions_destroy(void* file_actions);

    [LibraryImport(libc)]
    public static partial int posix_spawn_file_actions_adddup2(void* file_actions, int fildes, int newfildes);

    [LibraryImport(libc)]
    public static partial int posix_spawn_file_actions_addclose(void* file_actions, int fildes);

    [LibraryImport(libc)]
    public static partial int posix_spawn_file_actions_addopen(void* file_actions, int fildes, byte* path, int oflag, uint mode);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int waitpid(int pid, int* wstatus, int options);

    /// <summary>f_type of a filled struct statfs: an unsigned int on s390x, a word elsewhere (asm/statfs.h).</summary>
    public static long FileSystemType(void* statfs) =>
        RuntimeInformation.ProcessArchitecture == Architecture.S390x ? *(uint*)statfs : *(nint*)statfs;
}
