using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace MdevPS.Engines;

/// <summary>
/// Which System.Management.Automation this process runs on; a process can hold only one. MDEVPS_ENGINE=real or standin chooses, else it is
/// the real one when there is a pwsh on PATH. Nothing of PowerShell may be touched before <see cref="Make"/>.
/// </summary>
public static class EngineChoice
{
    public const string Variable = "MDEVPS_ENGINE";

    private static readonly Lazy<string> s_folder = new(Choose);
    private static int s_made;

    public static bool IsReal => PowerShellHome is not null && s_folder.Value == PowerShellHome;

    /// <summary>The folder of the pwsh on PATH; null when there is none.</summary>
    public static string? PowerShellHome { get; } = FindPowerShell();

    /// <summary>For the first line of an output: what everything below it ran on.</summary>
    public static string Description => IsReal
        ? $"PowerShell {Version()} ({PowerShellHome})"
        : PowerShellHome is null ? "the stand-in engine (there is no pwsh on PATH)" : $"the stand-in engine ({Variable}=standin)";

    // Whoever uses this assembly gets an engine, without having to ask first.
    [ModuleInitializer]
    internal static void Make()
    {
        if (Interlocked.Exchange(ref s_made, 1) == 0)
            AssemblyLoadContext.Default.Resolving += static (context, name) => Resolve(context, name);
    }

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
    {
        string file = Path.Combine(s_folder.Value, name.Name + ".dll");
        return File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
    }

    private static string Choose()
    {
        string standIn = Path.Combine(AppContext.BaseDirectory, "standin");
        return Environment.GetEnvironmentVariable(Variable)?.ToLowerInvariant() switch
        {
            null or "" => PowerShellHome ?? standIn,
            "standin" => standIn,
            "real" => PowerShellHome ?? throw new InvalidOperationException($"{Variable}=real, but there is no pwsh on PATH."),
            string other => throw new InvalidOperationException($"{Variable}={other}: it can be real or standin."),
        };
    }

    private static string? FindPowerShell()
    {
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            FileInfo pwsh = new(Path.Combine(directory, "pwsh"));
            if (directory.Length == 0 || !pwsh.Exists)
                continue;
            string home = Path.GetDirectoryName(pwsh.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? pwsh.FullName)!;
            // A wrapper script on PATH has no engine beside it.
            if (File.Exists(Path.Combine(home, "System.Management.Automation.dll")))
                return home;
        }
        return null;
    }

    private static string Version() =>
        System.Diagnostics.FileVersionInfo.GetVersionInfo(Path.Combine(PowerShellHome!, "System.Management.Automation.dll")).ProductVersion?.Split(' ')[0] ?? "?";
}
