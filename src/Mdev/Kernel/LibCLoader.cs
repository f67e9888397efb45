using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Mdev.Kernel;

/// <summary>
/// Loads Mdev.LibC from the folder of its name beside this assembly, as the module has it, into a context of its own together with its
/// Tmds.LibC: whatever Tmds.LibC another module brings along, neither gets the other's. Where there is no such folder, as in a C# program
/// that refers to Mdev, the runtime finds both as it finds everything.
/// </summary>
internal static class LibCLoader
{
    private const string Folder = "Mdev.LibC";

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Nothing else runs for certain before the first method that needs Mdev.LibC is compiled.")]
    internal static void Register()
    {
        Assembly mdev = typeof(LibCLoader).Assembly;
        // A single-file program has no place where its assemblies lie.
        string folder = $"{Path.GetDirectoryName(mdev.Location)}/{Folder}";
        if (mdev.Location.Length == 0 || !File.Exists($"{folder}/Mdev.LibC.dll"))
            return;
        var context = new Context(folder);
        AssemblyLoadContext.GetLoadContext(mdev)!.Resolving += (_, name) => name.Name == "Mdev.LibC" ? context.LoadFromAssemblyPath($"{folder}/Mdev.LibC.dll") : null;
    }

    private sealed class Context(string folder) : AssemblyLoadContext(Folder)
    {
        // The runtime asks here first, and for Tmds.LibC only where there is a build of it.
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == "Tmds.LibC" ? LoadFromAssemblyPath($"{folder}/runtimes/linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}/lib/netstandard2.0/Tmds.LibC.dll") : null;
    }
}
