using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Mdev.Tests;

/// <summary>That calls go one way, as CONTRIBUTING.md has it.</summary>
public sealed partial class LayersTests
{
    [Theory]
    [InlineData("Kernel")]
    [InlineData("Inventory", "Kernel")]
    [InlineData("Attributes", "Inventory", "Kernel")]
    [InlineData("Vfio", "Inventory", "Kernel")]
    [InlineData("VirtualMachines", "Attributes", "Inventory", "Kernel")]
    [InlineData("Placement", "Inventory", "Kernel", "Vfio")]
    [InlineData("Lifecycle", "Attributes", "Inventory", "Kernel", "Placement", "Vfio")]
    [InlineData("Simulation", "Kernel", "Simulation", "Vfio")]
    public void A_folder_uses_only_those_below_it(string folder, params string[] below)
    {
        string[] files = Directory.GetFiles(Path.Combine(Source(), folder), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        IEnumerable<string> used = files.SelectMany(File.ReadLines).SelectMany(line => Used().Matches(line)).Select(m => m.Groups[1].Value).Distinct();
        Assert.Empty(used.Except([folder, .. below]));
    }

    private static string Source([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(here, "../../../src/Mdev"));

    [GeneratedRegex(@"^(?:using|namespace) Mdev\.(\w+)")]
    private static partial Regex Used();
}
