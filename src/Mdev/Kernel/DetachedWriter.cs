using System.Runtime.InteropServices;
using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>
/// Writes a value from a process of its own: a shell in a session of its own, so that neither Ctrl+C nor the end of our terminal reaches it, and
/// adopted by init, so that nobody has to wait for it. It is given the descriptor that is open already: it opens nothing, and no name or value
/// is ever part of what the shell reads as program.
/// </summary>
internal static unsafe class DetachedWriter
{
    private const string Shell = "/bin/sh";

    // The directory is left before the shell ends, so that whoever looks at what it leaves behind finds it there.
    private const string InBackground = "cd /; printf %s \"$1\" &";

    public static void Write(Descriptor descriptor, string value)
    {
        int errno = Spawn(descriptor, value, out int pid);
        if (errno != 0)
            throw new MdevException(MdevError.ShellUnavailable, "No process can be started", errno, "posix_spawn", Shell);
        int status;
        // The shell itself ends at once; what waits is the child it leaves behind. ECHILD: somebody else took note of its end.
        while (LibC.waitpid(pid, &status, 0) < 0 && LibC.errno == Errno.EINTR)
        {
        }
    }

    private static int Spawn(Descriptor descriptor, string value, out int pid)
    {
        byte* attributes = stackalloc byte[LibC.SpawnStructSize];
        byte* actions = stackalloc byte[LibC.SpawnStructSize];
        byte* shell = Native(Shell), none = Native("/dev/null"), option = Native("-c"), script = Native(InBackground), argument = Native(value);
        byte** argv = stackalloc byte*[] { shell, option, script, shell, argument, null };
        byte** environment = stackalloc byte*[] { null };
        _ = LibC.posix_spawnattr_init(attributes);
        _ = LibC.posix_spawn_file_actions_init(actions);
        try
        {
            int errno = LibC.posix_spawnattr_setflags(attributes, LibC.POSIX_SPAWN_SETSID);
            // The attribute first: its number could be one of the three.
            if (errno == 0)
                errno = LibC.posix_spawn_file_actions_adddup2(actions, descriptor.Number, 1);
            // A descriptor that we inherited, say of a lock, must not be kept open as long as the kernel makes the write wait.
            foreach (int inherited in OpenDescriptors())
                errno = errno != 0 ? errno : LibC.posix_spawn_file_actions_addclose(actions, inherited);
            if (errno == 0)
                errno = LibC.posix_spawn_file_actions_addopen(actions, 0, none, LibC.O_RDONLY, 0);
            if (errno == 0)
                errno = LibC.posix_spawn_file_actions_addopen(actions, 2, none, LibC.O_WRONLY, 0);
            int child = 0;
            if (errno == 0)
                errno = LibC.posix_spawn(&child, shell, actions, attributes, argv, environment);
            pid = child;
            return errno;
        }
        finally
        {
            _ = LibC.posix_spawn_file_actions_destroy(actions);
            _ = LibC.posix_spawnattr_destroy(attributes);
            foreach (nint text in new[] { (nint)shell, (nint)none, (nint)option, (nint)script, (nint)argument })
                Marshal.FreeCoTaskMem(text);
        }
    }

    private static List<int> OpenDescriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Select(path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture))
        .Where(number => number > 2)
        .ToList();

    private static byte* Native(string text) => (byte*)Marshal.StringToCoTaskMemUTF8(text);
}
