using System.Management.Automation;
using System.Management.Automation.Language;

namespace MdevPS.Tests;

/// <summary>What Tab gives: names, narrowed by what is typed, quoted so that they are read back to the letter, with tooltips that tell them apart.</summary>
public sealed class CompletionTests : SimulatedHostTest
{
    private const string Device = "12345678-1234-4234-8234-123456789abc";

    public CompletionTests() => Have($"New-MdevDevice mtty-2 -Uuid {Device}");

    [Theory]
    [InlineData("Get-MdevParent ", "mbochs", "mdpy", "mtty")]
    [InlineData("Get-MdevParent mt", "mtty")]
    [InlineData("Get-MdevParent 'mt", "mtty")]
    [InlineData("Get-MdevParent MT", "mtty")]
    [InlineData("Get-MdevType mtty", "mtty-1", "mtty-2")]
    [InlineData("Get-MdevType -Parent mdpy -Type ", "mdpy-hd", "mdpy-vga", "mdpy-xga")]
    [InlineData("Get-MdevType -Parent m?py, mtty -Type ", "mdpy-hd", "mdpy-vga", "mdpy-xga", "mtty-1", "mtty-2")]
    [InlineData("Get-MdevType -Type mtty-1 -Parent ", "mtty")]
    [InlineData("Get-MdevType -Parent mtty -Name ", "'Single port serial'", "'Dual port serial'")]
    [InlineData("New-MdevDevice mbochs-l", "mbochs-large")]
    [InlineData("New-MdevDevice mtty-1 -Parent ", "mtty")]
    [InlineData("New-MdevDevice mtty-1 ", "mtty")]
    [InlineData("Get-MdevDevice -Type mtty-", "mtty-1", "mtty-2")]
    [InlineData("Get-MdevDevice -Parent ", "mbochs", "mdpy", "mtty")]
    [InlineData("Get-MdevDevice ", Device)]
    [InlineData("Remove-MdevDevice 1234", Device)]
    [InlineData("Get-MdevDevice -Type mtty-2 -Uuid ", Device)]
    [InlineData("New-MdevSimulation m", "mtty", "mdpy", "mbochs")]
    public void Names_are_offered(string line, params string[] expected) => Assert.Equal(expected, Texts(line));

    [Theory]
    [InlineData("Get-MdevDevice -Type mtty-1 -Uuid ")]
    [InlineData("Get-MdevDevice -Parent mdpy -Uuid ")]
    [InlineData("Get-MdevType -Root /nosuch -Type ")]
    [InlineData("Remove-MdevDevice 9999")]
    public void What_does_not_fit_is_not_offered(string line) => Assert.DoesNotContain(
        Session.Complete(line),
        offer => offer.ResultType == CompletionResultType.ParameterValue && (offer.CompletionText.StartsWith('m') || offer.CompletionText.StartsWith("1234", StringComparison.Ordinal)));

    /// <summary>What nothing can be offered for is left alone: PowerShell by itself would offer the files of the location.</summary>
    [Fact]
    public void Files_are_offered_only_where_a_path_is_meant()
    {
        IEnumerable<(string Cmdlet, string Parameter)> all = Have("Get-Command -Module MdevPS").Output.Select(command => (CmdletInfo)command.BaseObject)
            .SelectMany(cmdlet => cmdlet.Parameters.Values
                .Where(parameter => !parameter.SwitchParameter && !Cmdlet.CommonParameters.Contains(parameter.Name) && !Cmdlet.OptionalCommonParameters.Contains(parameter.Name))
                .Select(parameter => (cmdlet.Name, parameter.Name)));
        Assert.DoesNotContain(
            all.Where(of => of.Parameter is not ("Path" or "Root" or "PowerShellPath" or "ModulePath")),
            of => Session.Complete($"{of.Cmdlet} -{of.Parameter} ").Any(offer => offer.ResultType is CompletionResultType.ProviderItem or CompletionResultType.ProviderContainer));
    }

    [Fact]
    public void Values_are_offered_that_the_host_knows()
    {
        string gpus = NewHost("nvidia-a2 -GpuCount 2 -NumaNodeCount 2");
        Assert.Equal(["0", "1"], Texts($"New-MdevDevice nvidia-746 -Root {gpus} -NumaNode "));
        Assert.Equal(["vfio-pci", "vfio-ccw", "vfio-ap", "vfio-platform"], Texts("ConvertTo-MdevQemuArgument -DeviceApi "));
        Have($"New-MdevDevice nvidia-746 -Root {gpus}");
        Assert.Equal(["@{ 'nvidia/vgpu_params' = '' }"], Texts($"New-MdevDevice nvidia-746 -Root {gpus} -Attribute "));
        Have($"$null = New-MdevDefinition nvidia-746 -Root {gpus} -Attribute @{{ b = 2 }}");
        Assert.Equal(["b"], Texts($"Set-MdevDefinition -Root {gpus} -RemoveAttribute "));
        Assert.Contains($"'{gpus}'", Texts("Get-MdevDevice -Root "));
        Assert.All(Texts("Remove-MdevSimulation "), root => Assert.True(File.Exists($"{root.Trim('\'')}/.mdevps-simulation")));
    }

    [Fact]
    public void Only_attributes_that_can_be_set_are_offered_where_one_is_set()
    {
        string crypto = NewHost("vfio_ap");
        Have($"New-MdevDevice vfio_ap-passthrough -Root {crypto}");
        Assert.Contains("matrix", Texts($"Get-MdevAttribute -Root {crypto} -Name "));
        List<string> settable = Texts($"Set-MdevAttribute -Root {crypto} -Name ");
        Assert.Contains("assign_adapter", settable);
        Assert.DoesNotContain("matrix", settable);
    }

    [Theory]
    [InlineData("ConvertTo-MdevQemuArgument -Display ", "Auto", "Off", "On")]
    [InlineData("ConvertTo-MdevLibvirtXml -Display ", "Auto", "Off", "On")]
    [InlineData("New-MdevDevice mtty-1 -Placement ", "Pack", "Spread")]
    [InlineData("Get-MdevPlacement mtty-1 -Placement ", "Pack", "Spread")]
    public void The_words_of_a_parameter_are_offered(string line, params string[] words) => Assert.Equal(words, Texts(line).Order());

    [Fact]
    public void Parents_with_room_come_first_and_say_what_the_planner_counts()
    {
        string gpus = NewHost("nvidia-a2 -GpuCount 2");
        // A GPU with one 16 GB vGPU is full, though its other functions still say one.
        Have($"New-MdevDevice nvidia-748 -Parent 0000:01:00.4 -Root {gpus}");
        IReadOnlyList<CompletionResult> offers = Session.Complete($"New-MdevDevice nvidia-748 -Root {gpus} -Parent ");
        Assert.Equal(offers.Count, offers.Select(offer => offer.CompletionText).Distinct().Count());
        Assert.StartsWith("0000:02", offers[0].CompletionText, StringComparison.Ordinal);
        Assert.All(offers, offer => Assert.Equal(offer.CompletionText.StartsWith("0000:01", StringComparison.Ordinal) ? "nvidia-748: 0 left" : "nvidia-748: 1 left", offer.ToolTip));
    }

    [Fact]
    public void The_host_of_Root_is_looked_at()
    {
        string other = NewHost("mdpy");
        Assert.Equal(["mdpy"], Texts($"Get-MdevParent -Root {other} -Parent "));
        Assert.Equal(["mdpy-vga"], Texts($"Get-MdevType -Root '{other}' -Type mdpy-v"));
    }

    [Fact]
    public void A_relative_root_is_taken_from_PowerShells_location()
    {
        string place = Environment.CurrentDirectory, parent = Path.GetDirectoryName(Root)!, leaf = Path.GetFileName(Root);
        Have($"$null = $ExecutionContext.SessionState.Path.SetLocation('{parent}')");
        try
        {
            Assert.Equal(["mtty"], Texts($"Get-MdevParent -Root {leaf} -Parent mt"));
            Assert.Equal(["mtty"], Texts($"Get-MdevParent -Root ./{leaf} -Parent mt"));
            Assert.Equal(place, Environment.CurrentDirectory);
        }
        finally
        {
            Have("$null = $ExecutionContext.SessionState.Path.SetLocation('/')");
        }
    }

    [Fact]
    public void Tooltips_tell_the_choices_apart()
    {
        Assert.Matches("^Single port serial: room for 22 on mtty", ToolTips("Get-MdevType mtty-1").Single());
        Assert.Matches("^Dual port serial: room for 11 on mtty", ToolTips("Get-MdevType mtty-2").Single());
        Assert.Contains("1 device", ToolTips("Get-MdevParent mtty").Single());
        Assert.Contains("mtty-2 on mtty", ToolTips("Remove-MdevDevice ").Single());
        Assert.Equal("NVIDIA A2-16Q: room for 1 on 0000:01:00.0", ToolTips($"Get-MdevType -Root {(string)Have("New-MdevSimulation nvidia-a2 -GpuCount 1").Get("Root")!} -Type nvidia-748").Single());
    }

    [Fact]
    public void A_broken_host_completes_what_is_whole_and_says_nothing()
    {
        using var tree = new HostTree();
        tree.AddParent("p").AddType("p", "made-1", available: "many");
        tree.AddLink("/sys/class/mdev_bus/dangling", "../../nowhere");
        Have("$Error.Clear()");
        Assert.Equal(["made-1"], Texts($"Get-MdevType -Root {tree.Root} -Type "));
        Assert.Equal(0, Have("$Error.Count").Only.BaseObject);
    }

    private static List<string> Texts(string line) => Session.Complete(line).Select(offer => offer.CompletionText).ToList();

    private static List<string> ToolTips(string line) => Session.Complete(line).Select(offer => offer.ToolTip).ToList();
}

/// <summary>Names that are anything but names: listed, found, completed and printed as what they are, and never run or followed.</summary>
public sealed class HostileNameTests : CmdletTest
{
    public static TheoryData<string> Hostile =>
    [
        "p [x]*", "weird-[1]*?", "it's", "say \"hi\" `now`", "$(reboot)", "a b; c", "ünïcode", "curly ‘quotes’ ‚here‛", "escape\x1b[31m", "two\nlines", "-Force", "#comment", "@splat",
        "a,b", "1", "{x}", " ",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_name_is_listed_and_found_to_the_letter(string name)
    {
        using HostTree tree = Tree(name);
        Assert.Contains(name, Run($"Get-MdevParent -Root {tree.Root}").TextOf("Parent"));
        Assert.Contains(name, Run($"Get-MdevType -Root {tree.Root}").TextOf("Type"));
        // A name of white space alone is a slip where it is typed.
        if (string.IsNullOrWhiteSpace(name))
            return;
        Assert.Equal([name], Run($"Get-MdevParent -Root {tree.Root} {Literal(name)} -ErrorAction Stop").TextOf("Parent"));
        Assert.Equal([name], Run($"Get-MdevType -Root {tree.Root} {Literal(name)} -ErrorAction Stop").TextOf("Type"));
        Assert.Equal([name], Run($"Get-MdevParent -Root {tree.Root} {Literal(name)} | Get-MdevType -ErrorAction Stop").TextOf("Type"));
        Assert.Equal([name], Run($"Get-MdevType -Root {tree.Root} | Where-Object Type -EQ {Literal(name)} | Get-MdevType -ErrorAction Stop").TextOf("Type"));
        Assert.Equal([name], Run($"Get-MdevType -Root {tree.Root} {Literal(WildcardPattern.Escape(name))} -ErrorAction Stop").TextOf("Type"));
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_name_is_completed_so_that_PowerShell_reads_it_back_and_runs_nothing_in_it(string name)
    {
        using HostTree tree = Tree(name);
        IReadOnlyList<CompletionResult> offers = Session.Complete($"Get-MdevType -Root {tree.Root} -Type ");
        Assert.DoesNotContain(offers, offer => (offer.ListItemText + offer.ToolTip).Any(char.IsControl));
        string completed = Assert.Single(offers, offer => offer.CompletionText != "weird-1" || name == "weird-1").CompletionText;
        ScriptBlockAst script = Parser.ParseInput($"x {completed}", out _, out ParseError[] problems);
        Assert.Empty(problems);
        var command = (CommandAst)((PipelineAst)script.EndBlock.Statements[0]).PipelineElements[0];
        Assert.Equal(2, command.CommandElements.Count);
        Assert.Empty(command.FindAll(part => part is SubExpressionAst or VariableExpressionAst, searchNestedScriptBlocks: true));
        Assert.Equal([name], Have($"& {{ $args[0] }} {completed}").Text);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_name_is_printed_without_touching_the_terminal(string name)
    {
        using HostTree tree = Tree(name);
        foreach (string line in new[] { "Get-MdevType", "Get-MdevParent" })
        {
            IReadOnlyList<string> printed = Run($"{line} -Root {tree.Root} | Out-Default").Host;
            Assert.DoesNotContain(printed, text => text.Any(char.IsControl));
            Assert.All(printed, text => Assert.True(text.Length <= 120, text));
        }
    }

    private static HostTree Tree(string name)
    {
        var tree = new HostTree();
        tree.AddParent(name).AddType(name, name, name: "name\x1b]0;title\a", description: new string('d', 100 * 1024));
        tree.AddParent("px").AddType("px", "weird-1");
        return tree;
    }

    private static string Literal(string name) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
}
