using System.Management.Automation;
using Mdev.Errors;

namespace MdevPS.Commands;

/// <summary>Paths as they are typed: relative to PowerShell's location, which is not the process's own.</summary>
internal static class FilePath
{
    /// <summary>The path in the file system.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.RootNotFound"/>: no drive or provider of that name, or no path at all.</exception>
    public static string Of(PSCmdlet cmdlet, string typed)
    {
        try
        {
            // It takes any character; the file system does not.
            return typed.Contains('\0') ? throw new ArgumentException("A path has no NUL character in it.") : cmdlet.GetUnresolvedProviderPathFromPSPath(typed);
        }
        catch (Exception e) when (e is RuntimeException or ArgumentException or NotSupportedException)
        {
            throw new MdevException(MdevError.RootNotFound, $"'{typed}' is no path of the file system: {e.Message}", typed, e);
        }
    }
}
