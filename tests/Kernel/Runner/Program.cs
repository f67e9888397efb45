using System.Runtime.CompilerServices;
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
        if (args.Length != 2)
        {
            Console.Error.WriteLine("usage: MdevPS.Kernel.Runner TESTS.dll COUNTS");
            return 2;
        }

        var path = Path.GetFullPath(args[0]);
        LoadDependenciesOf(path);
        return Run(path, args[1]);
    }

    // Not inlined: compiling this method loads xunit, which nobody finds before LoadDependenciesOf was called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Run(string path, string counts) =>
        TestRun.Execute(AssemblyLoadContext.Default.LoadFromAssemblyPath(path), counts);

    // By the list that the build wrote beside the tests: some assemblies lie in folders of their architecture.
    private static void LoadDependenciesOf(string path)
    {
        var resolver = new AssemblyDependencyResolver(path);
        AssemblyLoadContext.Default.Resolving += (context, name) => resolver.ResolveAssemblyToPath(name) is { } file ? context.LoadFromAssemblyPath(file) : null;
    }
}
