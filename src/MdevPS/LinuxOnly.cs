using System.Management.Automation;

namespace MdevPS;

/// <summary>Says at import, in one sentence, that this module has nothing to offer on another operating system.</summary>
public sealed class LinuxOnly : IModuleAssemblyInitializer
{
    /// <inheritdoc/>
    public void OnImport() => Require(OperatingSystem.IsLinux());

    /// <summary>Makes sure that the operating system is Linux.</summary>
    /// <exception cref="PlatformNotSupportedException">It is another one.</exception>
    public static void Require(bool isLinux)
    {
        if (!isLinux)
            throw new PlatformNotSupportedException("MdevPS manages mediated devices of the Linux kernel and works on Linux only.");
    }
}
