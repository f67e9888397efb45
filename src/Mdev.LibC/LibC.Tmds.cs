using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Tmds.Linux;
using TmdsLibC = Tmds.Linux.LibC;

namespace Mdev.Kernel;

internal static unsafe partial class LibC
{
    /// <summary>The calls of Tmds.LibC, in the types that every architecture has.</summary>
    internal static class Borrowed
    {
        private const string GnuName = "libc.so.6";

        public static int AT_FDCWD => TmdsLibC.AT_FDCWD;
        public static int AT_REMOVEDIR => TmdsLibC.AT_REMOVEDIR;
        public static int AT_EMPTY_PATH => TmdsLibC.AT_EMPTY_PATH;
        public static int O_RDONLY => TmdsLibC.O_RDONLY;
        public static int O_WRONLY => TmdsLibC.O_WRONLY;
        public static int O_RDWR => TmdsLibC.O_RDWR;
        public static int O_CREAT => TmdsLibC.O_CREAT;
        public static int O_EXCL => TmdsLibC.O_EXCL;
        public static int O_NONBLOCK => TmdsLibC.O_NONBLOCK;
        public static int O_DIRECTORY => TmdsLibC.O_DIRECTORY;
        public static int O_NOFOLLOW => TmdsLibC.O_NOFOLLOW;
        public static int O_CLOEXEC => TmdsLibC.O_CLOEXEC;
        public static int O_PATH => TmdsLibC.O_PATH;
        public static ulong RESOLVE_NO_XDEV => TmdsLibC.RESOLVE_NO_XDEV;
        public static ulong RESOLVE_NO_MAGICLINKS => TmdsLibC.RESOLVE_NO_MAGICLINKS;
        public static ulong RESOLVE_NO_SYMLINKS => TmdsLibC.RESOLVE_NO_SYMLINKS;
        public static ulong RESOLVE_BENEATH => TmdsLibC.RESOLVE_BENEATH;
        public static ulong RESOLVE_IN_ROOT => TmdsLibC.RESOLVE_IN_ROOT;
        public static uint STATX_BASIC_STATS => TmdsLibC.STATX_BASIC_STATS;

        public static int openat(int dirfd, byte* pathname, int flags, uint mode) => TmdsLibC.openat(dirfd, pathname, flags, (ushort)mode);

        public static int openat2(int dirfd, byte* pathname, LibC.open_how* how, nuint size) => TmdsLibC.openat2(dirfd, pathname, (Tmds.Linux.open_how*)how, (size_t)size);

        public static int statx(int dirfd, byte* pathname, int flags, uint mask, statx_result* result) => TmdsLibC.statx(dirfd, pathname, flags, mask, (statx*)result);

        public static int mkdirat(int dirfd, byte* pathname, uint mode) => TmdsLibC.mkdirat(dirfd, pathname, (ushort)mode);

        public static int unlinkat(int dirfd, byte* pathname, int flags) => TmdsLibC.unlinkat(dirfd, pathname, flags);

        public static int symlinkat(byte* target, int dirfd, byte* pathname) => TmdsLibC.symlinkat(target, dirfd, pathname);

        public static int fchmod(int fd, uint mode) => TmdsLibC.fchmod(fd, (ushort)mode);

        public static int fchown(int fd, uint owner, uint group) => TmdsLibC.fchown(fd, owner, group);

        public static uint geteuid() => TmdsLibC.geteuid();

        public static int fsync(int fd) => TmdsLibC.fsync(fd);

        public static nint read(int fd, void* buf, nuint count) => (nint)(long)TmdsLibC.read(fd, buf, (size_t)count);

        public static nint pread(int fd, void* buf, nuint count, long offset) => (nint)(long)TmdsLibC.pread(fd, buf, (size_t)count, offset);

        public static nint write(int fd, void* buf, nuint count) => (nint)(long)TmdsLibC.write(fd, buf, (size_t)count);

        public static int close(int fd) => TmdsLibC.close(fd);

        public static nint readlinkat(int dirfd, byte* pathname, byte* buf, nuint bufsiz) => (nint)(long)TmdsLibC.readlinkat(dirfd, pathname, buf, (size_t)bufsiz);

        public static int ioctl(int fd, nuint request, void* arg) => TmdsLibC.ioctl(fd, (int)request, arg);

        public static nint syscall(nint number, nint arg1, void* arg2, void* arg3, nuint arg4) =>
            (nint)(long)(ssize_t)TmdsLibC.syscall((int)number, (ssize_t)arg1, arg2, arg3, (size_t)arg4);

        /// <summary>Has the name that glibc's library has lead to musl's, where there is no glibc.</summary>
        /// <returns>True, so that it can be part of a condition.</returns>
        public static bool FindOnMusl()
        {
            // The event is raised only when nothing of that name was found.
            AssemblyLoadContext.GetLoadContext(typeof(TmdsLibC).Assembly)!.ResolvingUnmanagedDll += (_, name) => Find(name);
            return true;
        }

        /// <summary>The C library that this process has, for the name that Tmds.LibC calls it by; zero for another name.</summary>
        // The runtime maps "libc" to the library of the platform that it was built for: libc.musl-x86_64.so.1 on Alpine.
        public static nint Find(string name) => name == GnuName ? NativeLibrary.Load("libc") : 0;
    }
}
