using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell.Commands;

namespace MdevPS.Engines;

/// <summary>What only PowerShell itself needs.</summary>
internal static class RealEngine
{
    // An empty session has no file system, and so no relative paths.
    public static void AddFileSystem(InitialSessionState initial) =>
        initial.Providers.Add(new SessionStateProviderEntry("FileSystem", typeof(FileSystemProvider), null));

    // CompleteInput with a PowerShell calls a function that an empty session does not have; inside the session it needs none.
    public static CommandCompletion Complete(PowerShell shell, string line, int cursor) => (CommandCompletion)shell
        .AddScript("param($line, $cursor) [System.Management.Automation.CommandCompletion]::CompleteInput($line, $cursor, $null)")
        .AddArgument(line).AddArgument(cursor).Invoke().Single().BaseObject;

    /// <summary>A script goes on after a terminating error of a statement; a caller of ours wants to know of it.</summary>
    public static string Wrap(string line, bool hasInput) => $"try {{ {(hasInput ? "$input | " : "")}{line}\n}} catch {{ throw }}";
}
