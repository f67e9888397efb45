using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Vfio;

/// <summary>Reads from /proc what a process is and, when it is a QEMU, which virtual machine it runs.</summary>
internal static class ProcessReader
{
    /// <summary>The process as a user of a device. What cannot be read of it is null.</summary>
    public static MdevDeviceUser User(HostRoot host, int pid)
    {
        string[] commandLine = Text(host, pid, "cmdline")?.Split('\0') ?? [];
        bool isQemu = commandLine.Length > 0 && IsQemu(commandLine[0]);
        return new MdevDeviceUser
        {
            ProcessId = pid,
            ProcessName = Text(host, pid, "comm"),
            VmName = isQemu ? QemuName(Option(commandLine, "name")) : null,
            VmUuid = isQemu && Guid.TryParse(Option(commandLine, "uuid"), out Guid uuid) ? uuid : null,
        };
    }

    // Distributions call it qemu-system-x86_64, qemu-kvm, kvm. The process name is no guide: -name process=… changes it.
    private static bool IsQemu(string program)
    {
        string name = HostFiles.Name(program);
        return name.Contains("qemu", StringComparison.OrdinalIgnoreCase) || name == "kvm";
    }

    // QEMU takes one hyphen or two before an option, and the last of several counts.
    private static string? Option(string[] commandLine, string name)
    {
        int at = Array.FindLastIndex(commandLine, argument => argument == "-" + name || argument == "--" + name);
        return at >= 0 && at + 1 < commandLine.Length ? commandLine[at + 1] : null;
    }

    // "-name NAME,…" or "-name guest=NAME,…", where a comma of the name itself is written twice.
    private static string? QemuName(string? value)
    {
        const string Key = "guest=";
        if (value is null)
            return null;
        string[] parts = value.Replace(",,", "\0", StringComparison.Ordinal).Split(',');
        string? name = Array.FindLast(parts, part => part.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..]
            ?? (parts[0].Contains('=') ? null : parts[0]);
        return string.IsNullOrEmpty(name) ? null : name.Replace('\0', ',');
    }

    private static string? Text(HostRoot host, int pid, string file)
    {
        try
        {
            using DirectoryHandle? process = host.Files.OpenDirectory($"/proc/{pid}");
            return process?.ReadAttribute(file) is { Length: > 0 } text ? text : null;
        }
        catch (MdevException)
        {
            return null;
        }
    }
}
