using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace MdevPS.Kernel.Runner;

/// <summary>
/// Runs a compiled xunit assembly in this process. `dotnet test` does the same with three processes that talk JSON over
/// sockets, which costs half a minute on an emulated processor.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Length is not (2 or 3))
        {
            Console.Error.WriteLine("usage: MdevPS.Kernel.Runner TESTS.dll COUNTS [NAMESPACE or CLASS]");
            return 2;
        }

        var path = Path.GetFullPath(args[0]);
        LoadDependenciesOf(path);
        return Run(path, args[1], args.Length > 2 ? args[2] : null);
    }

    // Not inlined: compiling this method loads xunit, which nobody finds before LoadDependenciesOf was called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Run(string path, string counts, string? only) =>
        TestRun.Execute(AssemblyLoadContext.Default.LoadFromAssemblyPath(path), counts, only);

    // By the list that the build wrote beside the tests: some assemblies lie in folders of their architecture.
    private static void LoadDependenciesOf(string path)
    {
        var resolver = new AssemblyDependencyResolver(path);
        AssemblyLoadContext.Default.Resolving += (context, name) => resolver.ResolveAssemblyToPath(name) is { } file ? context.LoadFromAssemblyPath(file) : null;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => resolver.ResolveUnmanagedDllToPath(name) is { } file ? NativeLibrary.Load(file) : 0;
    }
}
