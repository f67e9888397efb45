using System.Collections;
using System.Management.Automation;
using System.Xml.Linq;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>What a person sees.</summary>
public abstract class ViewTest(params string[] drivers) : SimulatedHostTest(drivers)
{
    private static readonly Lazy<Session> s_wide = new(() => new Session(width: 100));
    private static readonly Lazy<Session> s_narrow = new(() => new Session(width: 80));

    /// <summary>The lines that are printed of some objects in a window of 100 columns.</summary>
    protected static string[] Lines(IEnumerable items) => Print(s_wide.Value, items);

    /// <summary>The same in a window of 80 columns.</summary>
    protected static string[] NarrowLines(IEnumerable items) => Print(s_narrow.Value, items);

    private static string[] Print(Session session, IEnumerable items)
    {
        Result result = session.Run("Out-Default", items);
        Assert.Empty(result.Errors);
        return [.. result.Host.Where(line => line.Length > 0)];
    }
}

public sealed class TableTests : ViewTest
{
    private readonly string _fleet;

    public TableTests()
    {
        Have("New-MdevDevice mtty-2 -Count 2; New-MdevDevice mdpy-hd");
        _fleet = NewHost("fleet -ParentCount 3 -FunctionCount 3 -TypeCount 20 -DeviceCount 3");
    }

    // The key first.
    private static readonly Dictionary<string, string[]> s_columns = new()
    {
        ["Get-MdevParent"] = ["Parent", "Driver", "PciId", "Numa", "Devices", "Types"],
        ["Get-MdevType"] = ["Type", "Name", "Memory", "Parent", "Available", "DeviceApi"],
        ["Get-MdevDevice"] = ["Uuid", "Type", "Parent", "State", "VfioPath"],
    };

    public static TheoryData<string> Listings { get; } = new(s_columns.Keys);

    [Theory]
    [MemberData(nameof(Listings))]
    public void Has_one_header_and_one_line_an_object_of_at_most_100_columns(string cmdlet)
    {
        IReadOnlyList<PSObject> items = Items(cmdlet);
        string[] lines = Lines(items);
        Assert.Equal(items.Count + 2, lines.Length);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 100));
        Assert.Equal(s_columns[cmdlet], Header(lines));
    }

    [Theory]
    [InlineData("Get-MdevCapacity", "Type Name Memory PhysicalDevice Room Devices")]
    [InlineData("$null = New-MdevDefinition mdpy-hd -Parent mdpy -AutoStart; Get-MdevDefinition", "Uuid Type Parent State AutoStart")]
    [InlineData("$null = New-MdevDefinition mdpy-hd -Parent mdpy; Restore-MdevDevice", "Uuid Type Parent Outcome")]
    [InlineData("Enable-MdevAutoStart", "State Path")]
    [InlineData("Get-MdevDevice -IncludeUser -WarningAction Ignore", "Uuid Type State Users")]
    [InlineData("(Get-MdevDevice | Get-MdevVfioInfo).Regions", "Index Name Size Readable Writable Mappable")]
    [InlineData("(Get-MdevDevice | Get-MdevVfioInfo).Interrupts", "Index Name Count EventFd Maskable AutoMasked NoResize")]
    [InlineData("Get-MdevAttribute", "Owner Name Access Value")]
    [InlineData("Get-MdevPlacement mdpy-hd", "Order Type Parent Numa Room After Reason")]
    [InlineData("Get-MdevSimulation", "Driver DeviceCount Made Root")]
    public void Has_these_columns(string script, string columns) =>
        Assert.Equal(columns.Split(' '), Header(Lines(Have(script).Output)));

    [Fact]
    public void Has_only_headings_that_can_be_typed()
    {
        string folder = Path.GetDirectoryName(Engine.Session.Manifest)!;
        XDocument views = XDocument.Load(Path.Combine(folder, "MdevPS.Format.ps1xml")), types = XDocument.Load(Path.Combine(folder, "MdevPS.Types.ps1xml"));
        string[] Aliases(string type) => [.. types.Root!.Elements("Type").Where(t => t.Element("Name")!.Value == type).Descendants("AliasProperty").Select(alias => alias.Element("Name")!.Value)];
        int headings = 0;
        foreach (XElement view in views.Descendants("View").Where(view => view.Descendants("TableColumnHeader").Any()))
        {
            string set = view.Descendants("SelectionSetName").Single().Value;
            string type = views.Descendants("SelectionSet").Single(s => s.Element("Name")!.Value == set).Descendants("TypeName").Select(name => name.Value).First(name => name.StartsWith("Mdev.", StringComparison.Ordinal)).Split('#')[0];
            string[] names = [.. Run($"[{type}].GetProperties().Name").Output.Select(name => (string)name.BaseObject), .. Aliases(type)];
            Assert.Equal(Aliases(type), Aliases($"Deserialized.{type}"));
            foreach (string heading in view.Descendants("TableColumnHeader").Select(header => header.Element("Label")!.Value))
            {
                Assert.True(names.Contains(heading), $"{type} has no {heading}, which is a heading of {view.Element("Name")!.Value}.");
                headings++;
            }
        }

        Assert.InRange(headings, 40, 100);
        Assert.Equal(2, Have("Get-MdevParent | Where-Object Devices -gt 0").Output.Count);
    }

    [Theory]
    [MemberData(nameof(Listings))]
    public void Stays_one_table_when_it_is_sorted(string cmdlet)
    {
        IReadOnlyList<PSObject> items = Items(cmdlet);
        Assert.Equal(items.Count + 2, Lines(items.OrderByDescending(item => Result.Get(item, "Parent")!.ToString(), StringComparer.Ordinal)).Length);
        Assert.Equal(items.Count + 2, Lines(items.OrderBy(item => Result.Get(item, s_columns[cmdlet][0])!.ToString(), StringComparer.Ordinal)).Length);
    }

    [Theory]
    [MemberData(nameof(Listings))]
    public void Looks_the_same_when_the_objects_come_from_another_session(string cmdlet)
    {
        IReadOnlyList<PSObject> items = Items(cmdlet);
        Assert.Equal(Lines(items), Lines(items.Select(Deserialized)));
    }

    [Theory]
    [InlineData("Get-MdevParent", "Devices")]
    [InlineData("Get-MdevType", "Available")]
    [InlineData("Get-MdevDevice", "State")]
    public void Keeps_what_counts_in_80_columns(string cmdlet, string counts)
    {
        string[] header = Header(NarrowLines(Items(cmdlet)));
        Assert.Equal(s_columns[cmdlet][0], header[0]);
        Assert.Contains("Parent", header);
        Assert.Contains(counts, header);
    }

    [Theory]
    [InlineData("Get-MdevType", "Type Name Memory Parent Available")]
    [InlineData("$null = New-MdevDefinition mdpy-hd -Parent mdpy; Get-MdevDefinition", "Uuid Type Parent State")]
    public void Leaves_a_whole_column_out_where_80_have_no_room_for_it(string script, string columns) =>
        Assert.Equal(columns.Split(' '), Header(NarrowLines(Have(script).Output)));

    [Theory]
    [MemberData(nameof(Listings))]
    public void Cuts_nothing_off_a_usual_name(string cmdlet)
    {
        IReadOnlyList<PSObject> items = Items(cmdlet);
        string[] lines = Lines(items);
        Assert.All(items, item => Assert.Contains(lines, line => line.Contains(Result.Get(item, s_columns[cmdlet][0])!.ToString()!, StringComparison.Ordinal)));
    }

    private IReadOnlyList<PSObject> Items(string cmdlet)
    {
        IReadOnlyList<PSObject> items = Have($"{cmdlet}; {cmdlet} -Root {_fleet}").Output;
        Assert.True(items.Count > 3);
        return items;
    }

    private static string[] Header(string[] lines) => lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

public sealed class ControlCharacterTests : ViewTest
{
    private readonly HostTree _tree = new();

    public ControlCharacterTests()
        : base("mtty")
    {
    }

    [Fact]
    public void Are_shown_harmlessly_and_kept_as_they_are()
    {
        _tree.AddParent("p").AddType("p", "made-1", name: "red \x1b[31m\a", deviceApi: "vfio\u202epci", description: "one\ntwo\x1b]0;title\a");

        PSObject type = Have($"Get-MdevType -Root {_tree.Root}").Only;

        Assert.Equal("red \x1b[31m\a", Result.Get(type, "Name"));
        string shown = string.Join("", Lines(new[] { type }));
        Assert.DoesNotMatch(@"\p{Cc}|\u202e", shown);
        Assert.Contains(@"red \x1b[31m\x07", shown);
    }

    [Theory]
    [InlineData("Get-MdevType -Root $tree")]
    [InlineData("New-MdevDevice \"t`e[31m\" -Root $tree")]
    [InlineData("Get-MdevParent \"q`e[31m\" -Root $tree")]
    public void Reach_no_error_message_either(string line)
    {
        _tree.AddParent("p\x1b[31m").AddType("p\x1b[31m", "made-1", available: "\x1b[31mmany");
        Result result = Run($"$tree = '{_tree.Root}'; {line}");
        Assert.NotEmpty(result.Errors);
        Assert.All(result.Errors, error => Assert.DoesNotMatch(@"\p{Cc}", error.ToString()));
    }

    [Fact]
    public void Reach_no_view_of_a_plan()
    {
        PSObject plan = Have("""[Mdev.Placement.MdevPlacement]@{ Order = 1; Type = "t`e[31m"; Parent = 'p'; PhysicalDevice = 'p'; Reason = "r`e]0;x`a"; Root = '/' }""").Only;
        string[] lines = Lines(new[] { plan });
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 100));
        Assert.DoesNotMatch(@"\p{Cc}", string.Join("", lines));
        Assert.Contains(@"t\x1b[31m", string.Join("", lines));
    }

    public override void Dispose()
    {
        _tree.Dispose();
        base.Dispose();
    }
}

public sealed class TextTests() : SimulatedHostTest("mtty")
{
    [Fact]
    public void Of_an_object_is_its_key()
    {
        Assert.Equal("True", Run("$made = New-MdevDevice mtty-1; \"$made\" -eq $made.Uuid").ToString());
        Assert.Equal("mtty", Run("\"$(Get-MdevParent)\"").ToString());
        Assert.Equal("mtty-1", Run("\"$(Get-MdevType mtty-1)\"").ToString());
        Assert.Equal(Root, Run($"\"$([Mdev.Simulation.SimulatedHost]::All() | Where-Object Root -EQ '{Root}')\"").ToString());
    }
}
