using System.Text;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Simulation;

/// <summary>
/// The tree of a simulated host against that of a real one: tree-created.txt is what tree(1) showed on Linux 6.1 and 6.12 alike, with
/// the three sample drivers loaded and one device of four types made.
/// </summary>
public sealed class CapturedTreeTests
{
    [Fact]
    public void The_simulated_tree_is_the_captured_one()
    {
        using var host = new SimulatedTestHost("mtty", "mdpy", "mbochs");
        host.Make("mtty-1", 1, Guid.Parse("11111111-1111-4111-8111-111111111111"));
        host.Make("mtty-2", 1, Guid.Parse("22222222-2222-4222-8222-222222222222"));
        host.Make("mdpy-vga", 1, Guid.Parse("33333333-3333-4333-8333-333333333333"));
        host.Make("mbochs-small", 1, Guid.Parse("44444444-4444-4444-8444-444444444444"));

        using Stream? captured = typeof(CapturedTreeTests).Assembly.GetManifestResourceStream("tree-created.txt");
        string expected = new StreamReader(captured!).ReadToEnd();
        Assert.Equal(expected.Split('\n'), Listing(host.Root).Split('\n'));
    }

    private static string Listing(string root)
    {
        var text = new StringBuilder();
        foreach (string parent in Directory.GetFileSystemEntries($"{root}/sys/class/mdev_bus").Order(StringComparer.Ordinal))
        {
            var link = new FileInfo(parent);
            text.Append($"== {link.Name} -> {link.LinkTarget}\n{link.Name}//\n");
            AddEntries(text, parent, "");
        }

        text.Append('\n');
        foreach (string directory in new[] { "/sys/bus/mdev/", "/sys/kernel/iommu_groups/" })
        {
            text.Append($"{directory}\n");
            AddEntries(text, root + directory, "");
        }

        return text.ToString();
    }

    // As tree -F shows it: a slash behind directories and behind links to them, and two blanks that do not break behind a line.
    private static void AddEntries(StringBuilder text, string directory, string indent)
    {
        string[] entries = Directory.GetFileSystemEntries(directory).Order(StringComparer.Ordinal).ToArray();
        foreach (string entry in entries)
        {
            bool last = entry == entries[^1], isDirectory = Directory.Exists(entry);
            string? target = new FileInfo(entry).LinkTarget;
            text.Append($"{indent}{(last ? "└── " : "├── ")}{Path.GetFileName(entry)}{(target is null ? "" : $" -> {target}")}{(isDirectory ? "/" : "")}\n");
            if (isDirectory && target is null)
                AddEntries(text, entry, indent + (last ? "    " : "│\u00a0\u00a0 "));
        }
    }
}
