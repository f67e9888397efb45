using System.Runtime.InteropServices;

namespace Mdev.Kernel;

/// <summary>
/// The few libc functions this library needs, under their C names and with the C signatures (as Tmds.LibC declares them),
/// so that the package could take this class's place. Each returns what C returns; a caller reads <see cref="errno"/> at once.
/// Source of every one: its page in section 2 of the Linux manual.
/// </summary>
internal static unsafe partial class LibC
{
    // The runtime maps this name to the C library of the platform it was built for, glibc or musl.
    private const string libc = "libc";

    /// <summary>The errno that the last call on this thread left.</summary>
    public static int errno => Marshal.GetLastPInvokeError();

    [LibraryImport(libc, SetLastError = true)]
    public static partial int openat(int dirfd, byte* pathname, int flags, uint mode);

    // glibc has no function of this name.
    public static int openat2(int dirfd, byte* pathname, open_how* how, nuint size) => (int)syscall(SYS_openat2, dirfd, pathname, how, size);

    [LibraryImport(libc, SetLastError = true)]
    private static partial nint syscall(nint number, nint dirfd, byte* pathname, open_how* how, nuint size);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int statx(int dirfd, byte* pathname, int flags, uint mask, statx_result* result);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int mkdirat(int dirfd, byte* pathname, uint mode);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int unlinkat(int dirfd, byte* pathname, int flags);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int symlinkat(byte* target, int dirfd, byte* pathname);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int renameat(int olddirfd, byte* oldpath, int newdirfd, byte* newpath);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int linkat(int olddirfd, byte* oldpath, int newdirfd, byte* newpath, int flags);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int fchmod(int fd, uint mode);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int fchown(int fd, uint owner, uint group);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int fsync(int fd);

    [LibraryImport(libc, SetLastError = true)]
    public static partial nint read(int fd, void* buf, nuint count);

    [LibraryImport(libc, SetLastError = true)]
    public static partial nint pread(int fd, void* buf, nuint count, long offset);

    [LibraryImport(libc, SetLastError = true)]
    public static partial nint write(int fd, void* buf, nuint count);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport(libc, SetLastError = true)]
    public static partial nint readlinkat(int dirfd, byte* pathname, byte* buf, nuint bufsiz);

    [LibraryImport(libc, SetLastError = true)]
    public static partial nint getdents64(int fd, void* dirp, nuint count);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int fstatfs(int fd, void* buf);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int flock(int fd, int operation);

    [LibraryImport(libc, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, void* arg);

    // The posix_spawn family (section 3) returns an errno and sets none.
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
}
