using System.Diagnostics;
using System.Runtime.InteropServices;
using Mdev.Kernel;

namespace Mdev.Tests.Vfio;

/// <summary>The process that writes in our stead, shown on a pipe, since it takes a real kernel to make a write to 'remove' wait.</summary>
public sealed partial class DetachedWriteTests : IDisposable
{
    // F_DUPFD of fcntl(2): the copy is inherited.
    private const int FDuplicate = 0;

    private readonly string _place = Directory.CreateTempSubdirectory("mdevps-detached-").FullName;

    public void Dispose() => Directory.Delete(_place, recursive: true);

    [Theory]
    [InlineData("1")]
    [InlineData("")]
    [InlineData("%s $(touch x) `touch y` '\" \\n")]
    public void The_value_arrives_as_it_is(string value)
    {
        string file = Path.Combine(_place, "remove $(id)");
        File.WriteAllText(file, "");
        Write(file, value);
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(file) == value, TimeSpan.FromMinutes(1)), $"There is: {File.ReadAllText(file)}");
        Assert.Single(Directory.EnumerateFileSystemEntries(_place));
    }

    [Fact]
    public void A_write_that_waits_keeps_nobody_waiting_and_belongs_to_init()
    {
        string pipe = Path.Combine(_place, "pipe");
        using (Process make = Process.Start("mkfifo", [pipe]))
            make.WaitForExit();
        // Read-write, so that the opening does not wait; filled, so that the next write does.
        using var both = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        both.Write(new byte[65536]);
        // The lock of a script, say, which would be held as long as the device is in use.
        using var inherited = new Microsoft.Win32.SafeHandles.SafeFileHandle(fcntl((int)both.SafeFileHandle.DangerousGetHandle(), FDuplicate, 50), ownsHandle: true);
        Write(pipe, "1");
        Process[] writers = Process.GetProcessesByName("sh").Where(process => Target(process.Id, 1) == pipe).ToArray();
        Process writer = Assert.Single(writers);
        string[] status = File.ReadAllText($"/proc/{writer.Id}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEqual(Environment.ProcessId.ToString(), status[1]);
        Assert.NotEqual(File.ReadAllText("/proc/self/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], status[3]);
        Assert.Equal(("/dev/null", "/dev/null", "/"), (Target(writer.Id, 0), Target(writer.Id, 2), new FileInfo($"/proc/{writer.Id}/cwd").LinkTarget));
        Assert.Equal(["0", "1", "2"], Directory.GetFileSystemEntries($"/proc/{writer.Id}/fd").Select(Path.GetFileName).Order());
        both.ReadExactly(new byte[65536]);
        Assert.Equal('1', both.ReadByte());
        Assert.True(SpinWait.SpinUntil(() => writer.HasExited, TimeSpan.FromMinutes(1)));
    }

    private static string? Target(int pid, int descriptor)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/fd/{descriptor}").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc")]
    private static partial int fcntl(int fd, int command, int argument);

    // The live kernel's own writer takes sysfs only.
    private static void Write(string file, string value)
    {
        Type descriptor = typeof(HostRoot).Assembly.GetType("Mdev.Kernel.Descriptor", throwOnError: true)!;
        using var opened = (IDisposable)descriptor.GetMethod("Open")!.Invoke(null, [file, 1])!;
        typeof(HostRoot).Assembly.GetType("Mdev.Kernel.DetachedWriter", throwOnError: true)!.GetMethod("Write")!.Invoke(null, [opened, value]);
    }
}
