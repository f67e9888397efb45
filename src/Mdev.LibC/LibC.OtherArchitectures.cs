using System.Runtime.InteropServices;

namespace Mdev.Kernel;

internal static unsafe partial class LibC
{
    /// <summary>
    /// What Tmds.LibC declares, for architectures that it has no build for (s390x, Power, RISC-V …). Neither the numbers nor the calls of a
    /// neighbour's build would do there. Sources: section 2 of the Linux manual; asm-generic/fcntl.h and its per-architecture copies.
    /// </summary>
    internal static partial class Own
    {
        public const int AT_FDCWD = -100;
        public const int AT_REMOVEDIR = 0x200;
        public const int AT_EMPTY_PATH = 0x1000;
        public const int O_RDONLY = 0;
        public const int O_WRONLY = 1;
        public const int O_RDWR = 2;
        public const int O_CREAT = 0x40;
        public const int O_EXCL = 0x80;
        public const int O_NONBLOCK = 0x800;
        public const int O_CLOEXEC = 0x80000;
        public const int O_PATH = 0x200000;
        public const ulong RESOLVE_NO_XDEV = 0x01;
        public const ulong RESOLVE_NO_MAGICLINKS = 0x02;
        public const ulong RESOLVE_NO_SYMLINKS = 0x04;
        public const ulong RESOLVE_BENEATH = 0x08;
        public const ulong RESOLVE_IN_ROOT = 0x10;
        public const uint STATX_BASIC_STATS = 0x7ff;

        // The same on every architecture (asm-generic/unistd.h and the tables of the others).
        private const nint SYS_openat2 = 437;

        public static int O_DIRECTORY => s_isArmLike ? 0x4000 : 0x10000;
        public static int O_NOFOLLOW => s_isArmLike ? 0x8000 : 0x20000;

        // Arm and Power number these two otherwise than x86, s390x and RISC-V do.
        private static bool s_isArmLike => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Armv6 or Architecture.Ppc64le;

        [LibraryImport(libc, SetLastError = true)]
        public static partial int openat(int dirfd, byte* pathname, int flags, uint mode);

        // glibc has no function of this name.
        public static int openat2(int dirfd, byte* pathname, open_how* how, nuint size) => (int)syscall(SYS_openat2, dirfd, pathname, how, size);

        [LibraryImport(libc, SetLastError = true)]
        public static partial int statx(int dirfd, byte* pathname, int flags, uint mask, statx_result* result);

        [LibraryImport(libc, SetLastError = true)]
        public static partial int mkdirat(int dirfd, byte* pathname, uint mode);

        [LibraryImport(libc, SetLastError = true)]
        public static partial int unlinkat(int dirfd, byte* pathname, int flags);

        [LibraryImport(libc, SetLastError = true)]
        public static partial int symlinkat(byte* target, int dirfd, byte* pathname);

        [LibraryImport(libc, SetLastError = true)]
        public static partial int fchmod(int fd, uint mode);

        [LibraryImport(libc, SetLastError = true)]
        public static partial int fchown(int fd, uint owner, uint group);

        [LibraryImport(libc)]
        public static partial uint geteuid();

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
        public static partial int ioctl(int fd, nuint request, void* arg);

        [LibraryImport(libc, SetLastError = true)]
        public static partial nint syscall(nint number, nint arg1, void* arg2, void* arg3, nuint arg4);
    }
}
