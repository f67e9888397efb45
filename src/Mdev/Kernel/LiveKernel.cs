using System.Globalization;
using System.Runtime.InteropServices;
using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>The kernel that this process runs on.</summary>
/// <param name="files">The files of the host.</param>
internal sealed class LiveKernel(HostFiles files) : IKernel
{
    // MISC_MAJOR of linux/major.h, and VFIO_MINOR of linux/miscdevice.h.
    private static readonly (uint Major, uint Minor) s_container = (10, 196);

    public bool IsSimulated => false;

    public IAttributeWriter OpenAttribute(string hostPath)
    {
        // A pipe or a device in a captured tree is not opened: what it is, is looked at first.
        RequireOrdinaryFile(hostPath);
        Descriptor descriptor = files.OpenFile(hostPath, LibC.O_WRONLY | LibC.O_NOFOLLOW | LibC.O_NONBLOCK);
        if (IsSysfs(descriptor))
            return new SysfsWriter(files.OnMachine(hostPath), descriptor);
        descriptor.Dispose();
        // Below a root, 'create' may be a plain file of an image or a capture; writing there would change the file and make no device.
        throw NotLive(hostPath, "is an ordinary file, not an attribute of a running kernel");
    }

    public IDisposable OpenGroup(string node) => OpenNode(node, IsGroup);

    public IVfioDevice OpenVfioDevice(string container, string group, string name) => LiveVfioDevice.Open(
        () => OpenNode(container, device => device == s_container), files.OnMachine(container), () => OpenNode(group, IsGroup), files.OnMachine(group), name);

    // An open of a device can do something by itself: a tree that somebody packed may have a watchdog's node in the place of VFIO's.
    private Descriptor OpenNode(string node, Func<(uint Major, uint Minor), bool> isRight)
    {
        using (Descriptor looked = files.OpenFile(node, LibC.O_PATH))
        {
            FileStatus status = FileStatus.Of(looked);
            if (status.Kind != FileKind.CharacterDevice || !isRight(status.Device))
                throw NotLive(node, "is no node of VFIO");
        }

        Descriptor opened = files.OpenFile(node, LibC.O_RDWR | LibC.O_NONBLOCK);
        if (isRight(FileStatus.Of(opened).Device))
            return opened;
        opened.Dispose();
        throw NotLive(node, "is no node of VFIO any more");
    }

    // The number of VFIO's groups is given out when the module is loaded; procfs tells it (Documentation/filesystems/proc.rst).
    private static bool IsGroup((uint Major, uint Minor) device) => File.ReadLines("/proc/devices")
        .Any(line => line.EndsWith(" vfio", StringComparison.Ordinal) && uint.TryParse(line.AsSpan(0, line.Length - 5), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out uint major) && major == device.Major);

    private void RequireOrdinaryFile(string hostPath)
    {
        using Descriptor looked = files.OpenFile(hostPath, LibC.O_PATH | LibC.O_NOFOLLOW);
        if (FileStatus.Of(looked).Kind != FileKind.File)
            throw NotLive(hostPath, "is no attribute of a running kernel");
    }

    private MdevException NotLive(string hostPath, string what) => new(MdevError.NotLive, $"Nothing was written: '{files.OnMachine(hostPath)}' {what}.", files.OnMachine(hostPath));

    private static unsafe bool IsSysfs(Descriptor descriptor)
    {
        byte* statfs = stackalloc byte[LibC.StatfsSize];
        return LibC.fstatfs(descriptor.Number, statfs) == 0 && LibC.FileSystemType(statfs) == LibC.SYSFS_MAGIC;
    }

    private sealed class SysfsWriter(string path, Descriptor descriptor) : IAttributeWriter
    {
        public string Path => path;

        public unsafe void Write(ReadOnlySpan<byte> value)
        {
            nint written;
            int errno;
            bool isHeld = false;
            try
            {
                // The attribute may be disposed meanwhile by somebody who does not wait for the answer.
                descriptor.DangerousAddRef(ref isHeld);
                fixed (byte* p = value)
                    written = LibC.write(descriptor.Number, p, (nuint)value.Length);
                errno = LibC.errno;
            }
            finally
            {
                if (isHeld)
                    descriptor.DangerousRelease();
            }

            if (written < 0)
                throw Refusal.ToCall(errno, "write", path);
            if (written != value.Length)
                throw new MdevException(MdevError.WriteRefused, $"The kernel took only {written} of {value.Length} bytes written to '{path}'.", path);
        }

        public void WriteDetached(string value) => DetachedWriter.Write(descriptor, value);

        public void Dispose() => descriptor.Dispose();
    }
}

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
