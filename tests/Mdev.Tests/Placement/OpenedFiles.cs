using System.Runtime.InteropServices;
using System.Text;

namespace Mdev.Tests.Placement;

/// <summary>Counts how often the files of a name are opened in some directories, as inotify(7) tells it: who reads sees no difference.</summary>
internal sealed unsafe partial class OpenedFiles : IDisposable
{
    private const int IN_NONBLOCK = 0x800;
    private const uint IN_OPEN = 0x20;

    private readonly int _fd = inotify_init1(IN_NONBLOCK);
    private readonly string _name;

    public OpenedFiles(string name, IEnumerable<string> directories)
    {
        Assert.True(_fd >= 0, $"inotify_init1: errno {Marshal.GetLastPInvokeError()}");
        _name = name;
        foreach (string directory in directories)
            Assert.True(inotify_add_watch(_fd, directory, IN_OPEN) >= 0, $"inotify_add_watch: errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>How often since the last time it was asked.</summary>
    public int Count()
    {
        int count = 0;
        byte[] buffer = new byte[1 << 16];
        while (true)
        {
            nint length;
            fixed (byte* p = buffer)
                length = read(_fd, p, (nuint)buffer.Length);
            if (length <= 0)
                return count;
            // struct inotify_event: int wd; u32 mask, cookie, len; char name[len].
            for (int at = 0; at < length; at += 16 + BitConverter.ToInt32(buffer, at + 12))
                count += Encoding.UTF8.GetString(buffer, at + 16, BitConverter.ToInt32(buffer, at + 12)).TrimEnd('\0') == _name ? 1 : 0;
        }
    }

    public void Dispose() => _ = close(_fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int fd, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
