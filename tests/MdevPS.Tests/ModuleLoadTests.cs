using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>
/// How the module gets along with what it finds in the process: from wherever it lies, however often it is imported, and beside another module's
/// Tmds.LibC. An assembly that was loaded stays, so each test has a process of its own.
/// </summary>
public sealed class ModuleLoadTests : IDisposable
{
    private static readonly string s_module = Path.GetDirectoryName(Session.Manifest)!;
    private static readonly string s_version = Path.GetFileName(s_module);
    private static readonly string s_build = $"runtimes/linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}/lib/netstandard2.0/Tmds.LibC.dll";

    // The whole way: a host is made, read, changed and removed, and types are named as users do.
    private const string Work = """
        $root = (New-MdevSimulation mtty).Root
        $made = New-MdevDevice mtty-1 -Root $root
        "$((Get-MdevDevice -Root $root).Uuid -eq $made.Uuid) $([Mdev.Model.MdevDevice]$made -is [Mdev.Model.MdevDevice])"
        Remove-MdevSimulation $root -Confirm:$false
        """;

    private const string Loaded = """
        foreach ($a in [AppDomain]::CurrentDomain.GetAssemblies()) {
            if ($a.GetName().Name -in 'Mdev', 'Mdev.LibC', 'Tmds.LibC') {
                "$($a.GetName().Name) $($a.GetName().Version.ToString(3)) $([System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($a).Name) $($a.Location)"
            }
        }
        """;

    private readonly string _place = Directory.CreateTempSubdirectory("mdevps-load-").FullName;

    public void Dispose() => Directory.Delete(_place, recursive: true);

    [Fact]
    public void The_module_has_a_build_for_each_architecture_and_the_notice_of_third_parties()
    {
        Assert.Equal(
            ["linux-arm", "linux-arm64", "linux-x64"],
            Directory.GetFiles(s_module, "Tmds.LibC.dll", SearchOption.AllDirectories).Select(file => Path.GetRelativePath($"{s_module}/Mdev.LibC/runtimes", file).Split('/')[0]).Order());
        Assert.Contains("Tmds.LibC", File.ReadAllText($"{s_module}/THIRD-PARTY-NOTICES.txt"));
    }

    [Fact]
    public void It_works_from_any_folder_imported_twice_with_force_and_in_a_second_session()
    {
        string folder = $"{_place}/my modules [old]/MdevPS";
        CopyTree(s_module, folder);
        string import = $"Import-Module ([WildcardPattern]::Escape('{folder}/MdevPS.psd1'))";

        string[] lines = Child.Run($"{import}; {Work}; {import}; {Work}; {import} -Force; {Work}", $"{import}; {Work}; {Loaded}");

        Assert.Equal(Enumerable.Repeat("True True", 4), lines[..4]);
        Assert.Equal(
            [$"Mdev {s_version} Default {folder}/Mdev.dll", $"Mdev.LibC {s_version} Mdev.LibC {folder}/Mdev.LibC/Mdev.LibC.dll", $"Tmds.LibC 0.5.0 Mdev.LibC {folder}/Mdev.LibC/{s_build}"],
            lines[4..].Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("0.1.0", false)]
    [InlineData("0.5.0", false)]
    [InlineData("99.0.0", false)]
    [InlineData("99.0.0", true)]
    public void Another_modules_Tmds_LibC_and_ours_work_side_by_side(string version, bool isLater)
    {
        string file = Neighbour(version);
        string neighbour = $"$other = [System.Runtime.Loader.AssemblyLoadContext]::Default.LoadFromAssemblyPath('{file}').GetType('Tmds.Linux.LibC')";
        string ours = $"Import-Module '{Session.Manifest}'; {Work}";

        string[] lines = Child.Run(isLater ? $"{ours}; {neighbour}; {Work}; $other::O_CLOEXEC; {Loaded}" : $"{neighbour}; {ours}; {Work}; $other::O_CLOEXEC; {Loaded}");

        Assert.Equal(["True True", "True True", version == "0.5.0" ? "524288" : "7"], lines[..3]);
        Assert.Equal(
            [$"Tmds.LibC 0.5.0 Mdev.LibC {s_module}/Mdev.LibC/{s_build}", $"Tmds.LibC {version} Default {file}"],
            lines[3..].Where(line => line.StartsWith("Tmds", StringComparison.Ordinal)).OrderBy(line => line.Contains("Default")));
    }

    // 0.5.0 is the very assembly that we have; the others share its name and have almost nothing in it.
    private string Neighbour(string version)
    {
        string file = $"{_place}/Tmds.LibC.dll";
        if (version == "0.5.0")
        {
            File.Copy($"{s_module}/Mdev.LibC/{s_build}", file);
            return file;
        }

        var assembly = new PersistedAssemblyBuilder(new AssemblyName("Tmds.LibC") { Version = new Version($"{version}.0") }, typeof(object).Assembly);
        TypeBuilder libC = assembly.DefineDynamicModule("Tmds.LibC").DefineType("Tmds.Linux.LibC", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        libC.DefineField("O_CLOEXEC", typeof(int), FieldAttributes.Public | FieldAttributes.Static | FieldAttributes.Literal).SetConstant(7);
        libC.CreateType();
        assembly.Save(file);
        return file;
    }

    private static void CopyTree(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
