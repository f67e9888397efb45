using System.Diagnostics;

namespace Mdev.Comparison;

/// <summary>Starts the programs that are compared, each on one host.</summary>
/// <param name="floor">The program of floor.c.</param>
/// <param name="module">The module's manifest.</param>
/// <param name="scratch">A folder for what mdevctl prints.</param>
public sealed class Contenders(string floor, string module, string scratch)
{
    private static readonly string s_folder = AppContext.BaseDirectory;

    /// <summary>Whether the cmdlets can run: PowerShell is there.</summary>
    public static bool HasPowerShell { get; } = Succeeds("pwsh", "-NoProfile", "-Command", "exit 0");

    /// <summary>Whether mdevctl is there, and a mount namespace to give it a host.</summary>
    public static bool HasMdevctl { get; } = Succeeds("mdevctl", "--version") && Succeeds("unshare", "--mount", "true");

    /// <summary>Whether system calls can be counted.</summary>
    public static bool HasStrace { get; } = Succeeds("strace", "-f", "-o", "/dev/null", "true");

    /// <summary>The C program.</summary>
    public string[] Floor(string root) => [floor, root];

    /// <summary>The library, in a process of its own.</summary>
    public static string[] Library(string root) => ["dotnet", Path.Combine(s_folder, "Mdev.Comparison.dll"), "serve", root];

    /// <summary>The cmdlets, in one PowerShell session.</summary>
    public string[] Session(string root) => ["pwsh", "-NoProfile", "-NonInteractive", "-File", Path.Combine(s_folder, "session.ps1"), module, root];

    /// <summary>mdevctl, in a mount namespace where the host is the machine.</summary>
    public string[] Mdevctl(string root) => ["unshare", "--mount", .. MdevctlOutside(), root];

    /// <summary>The same without a namespace and on no host, to see what the namespace costs.</summary>
    public string[] MdevctlOutside() => ["bash", Path.Combine(s_folder, "mdevctl.sh"), scratch];

    /// <summary>What mdevctl printed last.</summary>
    public string Printed => File.ReadAllText(Path.Combine(scratch, "printed"));

    private static bool Succeeds(params string[] command)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
