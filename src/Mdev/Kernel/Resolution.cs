using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>
/// Opens a path so that it cannot leave the directory it starts from. The kernel itself resolves it (openat2(2), Linux 5.6); where that call is
/// missing (ENOSYS) or a sandbox forbids it (EPERM), the path is gone through component by component.
/// </summary>
internal static unsafe class Resolution
{
    // The kernel gives up after as many (MAXSYMLINKS in linux/namei.h).
    private const int MostLinks = 40;

    private static volatile bool s_isMissing;

    /// <summary>Has every path gone through component by component, as on a kernel without openat2.</summary>
    internal static bool IsMissing
    {
        get => s_isMissing;
        set => s_isMissing = value;
    }

    /// <summary>Opens a path as if <paramref name="root"/> were the root directory: absolute links and <c>..</c> stay inside.</summary>
    /// <returns>The descriptor; where it is negative, the errno with its sign changed.</returns>
    public static int InRoot(int root, string path, int flags, uint mode = 0) =>
        Open(root, path, flags, mode, LibC.RESOLVE_IN_ROOT | LibC.RESOLVE_NO_MAGICLINKS);

    /// <summary>Opens a path below a directory on which no component is a link.</summary>
    /// <returns>The descriptor; where it is negative, the errno with its sign changed.</returns>
    public static int WithoutLinks(int directory, string path, int flags) =>
        Open(directory, path, flags, 0, LibC.RESOLVE_BENEATH | LibC.RESOLVE_NO_SYMLINKS);

    /// <summary>Opens a path as <see cref="WithoutLinks"/> does, on which nothing is mounted either (EXDEV).</summary>
    public static int WithoutLinksOrMounts(int directory, string path, int flags) =>
        Open(directory, path, flags, 0, LibC.RESOLVE_BENEATH | LibC.RESOLVE_NO_SYMLINKS | LibC.RESOLVE_NO_XDEV);

    private static int Open(int directory, string path, int flags, uint mode, ulong resolve)
    {
        flags |= LibC.O_CLOEXEC;
        if (!s_isMissing)
        {
            int fd = OpenByKernel(directory, path, flags, mode, resolve);
            if (fd != -Errno.ENOSYS && !(fd == -Errno.EPERM && IsForbidden(directory)))
                return fd;
            s_isMissing = true;
        }

        int opened = Walk(directory, path, flags, mode, followLinks: (resolve & LibC.RESOLVE_NO_SYMLINKS) == 0);
        if (opened < 0 || (resolve & LibC.RESOLVE_NO_XDEV) == 0 || (MountOf(directory) is { } mount && mount == MountOf(opened)))
            return opened;
        _ = LibC.close(opened);
        return -Errno.EXDEV;
    }

    private static int OpenByKernel(int directory, string path, int flags, uint mode, ulong resolve)
    {
        // A path that starts at the directory cannot start at the machine's root, whatever the flags say.
        string relative = path.StartsWith('/') ? path.TrimStart('/') is { Length: > 0 } rest ? rest : "." : path;
        using var native = new NativePath(relative, stackalloc byte[NativePath.StackSize]);
        var how = new LibC.open_how { flags = (uint)flags, mode = (flags & LibC.O_CREAT) != 0 ? mode : 0, resolve = resolve };
        while (true)
        {
            int fd;
            fixed (byte* p = native.Bytes)
                fd = LibC.openat2(directory, p, &how, (nuint)sizeof(LibC.open_how));
            if (fd >= 0)
                return fd;
            int errno = LibC.errno;
            // EAGAIN: somebody renamed something while the kernel resolved a "..", so that it cannot vouch for the way.
            if (errno is not (Errno.EAGAIN or Errno.EINTR))
                return -errno;
        }
    }

    // A sandbox refuses the call whatever it asks for; a file that may not be opened is refused by itself.
    private static bool IsForbidden(int directory)
    {
        int fd = OpenByKernel(directory, ".", LibC.O_PATH | LibC.O_CLOEXEC, 0, LibC.RESOLVE_BENEATH);
        if (fd >= 0)
            _ = LibC.close(fd);
        return fd == -Errno.EPERM;
    }

    private static int Walk(int root, string path, int flags, uint mode, bool followLinks)
    {
        var opened = new Stack<Descriptor>();
        var left = new Stack<string>();
        Push(left, path);
        int links = 0;
        try
        {
            while (left.TryPop(out string? part))
            {
                int here = opened.TryPeek(out Descriptor? top) ? top.Number : root;
                if (part == "..")
                {
                    if (opened.TryPop(out Descriptor? parent))
                        parent.Dispose();
                    else if (!followLinks)
                        return -Errno.EXDEV;
                    continue;
                }

                bool isLast = left.Count == 0;
                int fd = OpenAt(here, part, LibC.O_PATH | LibC.O_NOFOLLOW | LibC.O_CLOEXEC, 0);
                if (fd < 0)
                    return isLast && (flags & LibC.O_CREAT) != 0 && fd == -Errno.ENOENT ? OpenAt(here, part, flags | LibC.O_NOFOLLOW, mode) : fd;
                var found = new Descriptor(fd);
                if (DirectoryHandle.LinkText(fd, "") is { } target)
                {
                    found.Dispose();
                    // O_PATH with O_NOFOLLOW is how a link itself is opened.
                    if (isLast && (flags & LibC.O_NOFOLLOW) != 0 && (flags & LibC.O_PATH) != 0)
                        return OpenAt(here, part, flags, mode);
                    if (!followLinks || (isLast && (flags & LibC.O_NOFOLLOW) != 0) || ++links > MostLinks)
                        return -Errno.ELOOP;
                    if (target.StartsWith('/'))
                        CloseAll(opened);
                    Push(left, target);
                    continue;
                }

                if (isLast)
                {
                    found.Dispose();
                    return OpenAt(here, part, flags | LibC.O_NOFOLLOW, mode);
                }

                opened.Push(found);
                if (FileStatus.Of(found).Kind != FileKind.Directory)
                    return -Errno.ENOTDIR;
            }

            return OpenAt(opened.TryPeek(out Descriptor? last) ? last.Number : root, ".", flags & ~LibC.O_NOFOLLOW, mode);
        }
        finally
        {
            CloseAll(opened);
        }
    }

    // Where it cannot be told, nothing may be taken for the same. The device number would not tell a part of the same file system that is mounted here.
    private static string? MountOf(int descriptor)
    {
        try
        {
            return File.ReadLines($"/proc/self/fdinfo/{descriptor}").FirstOrDefault(line => line.StartsWith("mnt_id:", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Push(Stack<string> left, string path)
    {
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (part != ".")
                left.Push(part);
        }
    }

    private static void CloseAll(Stack<Descriptor> opened)
    {
        while (opened.TryPop(out Descriptor? descriptor))
            descriptor.Dispose();
    }

    private static int OpenAt(int directory, string name, int flags, uint mode)
    {
        using var native = new NativePath(name, stackalloc byte[NativePath.StackSize]);
        int fd;
        fixed (byte* p = native.Bytes)
            fd = LibC.openat(directory, p, flags, mode);
        return fd >= 0 ? fd : -LibC.errno;
    }
}
