using System.Management.Automation;
using Mdev.Errors;

namespace MdevPS.Binding;

/// <summary>Paths as they are typed: relative to PowerShell's location, which is not the process's own.</summary>
internal static class FilePath
{
    /// <summary>The path in the file system.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.RootNotFound"/>: no drive or provider of that name, or no path at all.</exception>
    public static string Of(PathIntrinsics paths, string typed)
    {
        try
        {
            // PowerShell takes any character; the file system does not.
            if (typed.Contains('\0'))
                throw new ArgumentException("A path has no NUL character in it.");
            string path = paths.GetUnresolvedProviderPathFromPSPath(typed, out ProviderInfo provider, out _);
            return provider.Name == "FileSystem" ? path : throw new ArgumentException($"It is one of the provider {provider.Name}.");
        }
        catch (Exception e) when (e is RuntimeException or ArgumentException or NotSupportedException)
        {
            throw new MdevException(MdevError.RootNotFound, $"'{typed}' is no path of the file system: {e.Message}", typed, e);
        }
    }
}
