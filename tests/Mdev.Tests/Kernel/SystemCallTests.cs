using System.Text.RegularExpressions;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Kernel;

/// <summary>The system calls of a read and of a write, counted from outside.</summary>
public sealed class SystemCallTests : IDisposable
{
    private readonly HandMadeHost _host = new();

    public void Dispose() => _host.Dispose();

    [StraceFact]
    public void Reading_an_attribute_is_open_read_close()
    {
        _host.AddFile("/d/attribute", "some value\n");
        string[] calls = Trace("\"attribute\"", "read", $"{_host.Root}/d", "attribute");
        Assert.Equal(3, calls.Length);
        Assert.Matches(@"^openat\(\d+, ""attribute"", O_RDONLY\|", calls[0]);
        Assert.DoesNotMatch("O_CREAT|O_TRUNC", calls[0]);
        Assert.Matches(@"^read\(\d+, ""some value\\n"", \d+\) += 11$", calls[1]);
        Assert.StartsWith("close(", calls[2]);
    }

    // A bus's switch for probing is in every sysfs, and writing its own value back changes nothing.
    [StraceFact(NeedsWritableSysfs = true)]
    public void Writing_an_attribute_is_open_fstatfs_write_close()
    {
        string attribute = StraceFactAttribute.WritableAttribute!, value = File.ReadAllText(attribute).Trim();
        string[] calls = Trace($"\"{attribute[1..]}\"", "write", attribute, value);
        Assert.Equal(4, calls.Length);
        Assert.Matches(@"O_WRONLY\|", calls[0]);
        Assert.DoesNotMatch("O_CREAT|O_TRUNC|O_APPEND", calls[0]);
        Assert.Matches(@"^fstatfs\(\d+, {f_type=SYSFS_MAGIC,", calls[1]);
        Assert.Matches($@"^write\(\d+, ""{value}"", {value.Length}\) += {value.Length}$", calls[2]);
        Assert.StartsWith("close(", calls[3]);
    }

    /// <summary>The calls of one thread from the last opening of a file to its closing.</summary>
    private string[] Trace(string opened, params string[] arguments)
    {
        string log = Path.Combine(_host.Root, "strace.log");
        Child.Output(Child.Start(["strace", "-ff", "-o", log], arguments));
        // A file for each thread: in a common one a call is cut in two where another thread comes in between.
        (string Thread, string Call)[] lines = Directory.GetFiles(_host.Root, "strace.log.*").SelectMany(file => File.ReadLines(file).Select(line => (file, line))).ToArray();
        int from = Array.FindLastIndex(lines, l => l.Call.StartsWith("open", StringComparison.Ordinal) && l.Call.Contains(opened));
        Assert.True(from >= 0, $"{opened} was never opened.");
        string descriptor = lines[from].Call[(lines[from].Call.LastIndexOf('=') + 1)..].Trim();
        string[] calls = lines[from..].Where(l => l.Thread == lines[from].Thread).Select(l => l.Call).ToArray();
        return calls[..(Array.FindIndex(calls, call => call.StartsWith($"close({descriptor})", StringComparison.Ordinal)) + 1)];
    }
}

/// <summary>A test that looks on with strace.</summary>
internal sealed class StraceFactAttribute : FactAttribute
{
    private static readonly bool s_hasStrace = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists($"{p}/strace"));

    public StraceFactAttribute() => Skip = s_hasStrace ? null : "There is no strace on PATH.";

    /// <summary>An attribute of this machine's sysfs that we may write to; null when there is none.</summary>
    public static string? WritableAttribute { get; } = FindWritable();

    public bool NeedsWritableSysfs
    {
        get => false;
        set => Skip ??= value && WritableAttribute is null ? "There is no sysfs that this user may write to." : null;
    }

    private static string? FindWritable()
    {
        foreach (string bus in Directory.Exists("/sys/bus") ? Directory.GetDirectories("/sys/bus") : [])
        {
            try
            {
                using FileStream file = File.OpenWrite($"{bus}/drivers_autoprobe");
                return file.Name;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
            }
        }

        return null;
    }
}
