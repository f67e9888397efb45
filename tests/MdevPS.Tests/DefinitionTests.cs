using System.Management.Automation;
using MdevPS.Engine;

namespace MdevPS.Tests;

public sealed class DefinitionTests : SimulatedHostTest
{
    private const string Folder = "/etc/mdevctl.d";
    private const UnixFileMode Program = (UnixFileMode)0x1ed; // 0755

    public DefinitionTests()
        : base("mtty", "mdpy", "vfio_ap", "nvidia-a2")
    {
    }

    private string[] Files => FilesOf(Root);

    private static string[] FilesOf(string root) =>
        Directory.Exists(root + Folder) ? [.. Directory.EnumerateFiles(root + Folder, "*", SearchOption.AllDirectories).Where(file => Guid.TryParse(Path.GetFileName(file), out _))] : [];

    private void AddScript(string name, string body)
    {
        string path = $"{Root}/usr/lib/mdevctl/scripts.d/callouts/{name}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, Program);
    }

    [Fact]
    public void What_is_running_is_kept_and_started_again()
    {
        Have("New-MdevDevice mtty-1; New-MdevDevice vfio_ap-passthrough -Attribute @{ assign_domain = 0x47 }, @{ assign_adapter = 5, 6 }");
        Result kept = Have("Get-MdevDevice | New-MdevDefinition -AutoStart");
        Assert.Equal(["Active", "Active"], kept.TextOf("State"));
        Assert.Equal("assign_adapter=5 assign_adapter=6 assign_domain=71", Have("(Get-MdevDefinition -Type vfio*).Attribute -join ' '").Text[0]);
        string matrix = Have("(Get-MdevAttribute matrix -Uuid (Get-MdevDevice -Type vfio*).Uuid).Value").Text[0];
        Have("Get-MdevDevice | Remove-MdevDevice");
        Assert.Equal(["Inactive", "Inactive"], Have("Get-MdevDefinition -AutoStart").TextOf("State"));
        Assert.Empty(Have("Get-MdevDefinition -AutoStart:$false").Output);
        Assert.Equal(2, Have("Get-MdevDefinition | New-MdevDevice").Output.Count);
        Assert.Equal(matrix, Have("(Get-MdevAttribute matrix -Uuid (Get-MdevDevice -Type vfio*).Uuid).Value").Text[0]);
        Assert.Empty(Have("Get-MdevDefinition | Where-Object State -ne Active").Output);
        Have("Get-MdevDefinition -Parent mat* | Remove-MdevDevice");
        Assert.Equal("mtty-1", Have("Get-MdevDevice").Get("Type"));
    }

    [Fact]
    public void A_set_moves_to_another_host_as_it_comes_back_from_there()
    {
        Have("New-MdevDefinition vfio_ap-passthrough -Attribute @{ assign_adapter = 5, 6 }, @{ assign_domain = 71 } -AutoStart; New-MdevDefinition mtty-2");
        string other = NewHost("mtty", "vfio_ap");
        PSObject[] definitions = [.. Have("Get-MdevDefinition").Output.Select(Deserialized)];
        Result moved = Run($"New-MdevDefinition -Root '{other}'", [.. definitions]);
        Assert.Empty(moved.Errors);
        Assert.Equal(Files.Select(file => file[Root.Length..]).Order(), FilesOf(other).Select(file => file[other.Length..]).Order());
        Assert.All(Files, file => Assert.Equal(File.ReadAllText(file), File.ReadAllText(other + file[Root.Length..])));
        // As text, which is what ConvertTo-Json makes of attributes that lie deeper than it goes.
        Result again = Run("New-MdevDefinition", Bag(("Uuid", Result.Get(definitions[0], "Uuid")!.ToString()), ("Type", Result.Get(definitions[0], "Type")), ("Parent", Result.Get(definitions[0], "Parent")), ("AutoStart", true),
            ("Attribute", new object[] { "assign_adapter=5", "assign_adapter=6", "assign_domain=71" })));
        Assert.Empty(again.Errors);
        // What a table of text makes of them says nothing.
        Assert.Equal(["ParameterArgumentTransformationError"], Run("New-MdevDefinition mtty-1", Bag(("Attribute", "Mdev.Model.AttributeValue[]"))).ErrorIds);
    }

    [Fact]
    public void Attributes_of_devices_are_read_back_on_request()
    {
        Have("New-MdevDevice vfio_ap-passthrough -Attribute @{ assign_adapter = 5 }, @{ assign_control_domain = 7 }; New-MdevDevice mtty-1");
        Assert.Equal([null, null], Have("Get-MdevDevice").All("Attribute"));
        Result with = Have("Get-MdevDevice -IncludeAttribute | ForEach-Object { \"$($_.Type): $($_.Attribute)\" }");
        Assert.Equal(["vfio_ap-passthrough: assign_adapter=5 assign_control_domain=7", "mtty-1: "], with.Text);
        AddScript("mtty", "[ \"$2\" = mtty-1 ] || exit 2; [ \"$6\" = attributes ] || exit 0; echo '[{\"vendor/a\":\"1\"}]'");
        Assert.Equal("vendor/a=1", Have("\"$((Get-MdevDevice -Type mtty-1 -IncludeAttribute).Attribute)\"").Text[0]);
        Assert.Equal("", Have("\"$((Get-MdevDevice -Type mtty-1 -IncludeAttribute -SkipCallout).Attribute)\"").Text[0]);
        Assert.Equal("vendor/a=1", Have("\"$((Get-MdevDevice -Type mtty-1 | New-MdevDefinition).Attribute)\"").Text[0]);
    }

    [Fact]
    public void A_definition_needs_no_host_that_has_it_but_a_warning_says_so()
    {
        Result defined = Run("New-MdevDefinition nvidia-63 -Parent 0000:99:00.0; New-MdevDefinition mtty-9 mtty");
        Assert.Empty(defined.Errors);
        Assert.Equal(["NoParent", "NoType"], defined.TextOf("State"));
        Assert.Equal(2, defined.Warnings.Count);
        Assert.Equal(["MdevTypeNotFound", "MdevTypeNotFound", "MdevInvalidArgument", "MdevInvalidArgument"],
            Run("New-MdevDefinition no-type; New-MdevDefinition mtty-*; New-MdevDefinition; New-MdevDefinition -Uuid 0a1b2c3d-0000-4000-8000-000000000001").ErrorIds);
        Assert.Equal(2, Files.Length);
    }

    [Fact]
    public void Without_a_parent_it_is_placed_as_a_device_is_and_what_is_defined_counts()
    {
        string gpu = Have("(Get-MdevParent -Parent 0000:*)[0].PhysicalDevice").Text[0];
        Result one = Have($"1..4 | ForEach-Object {{ New-MdevDefinition nvidia-746 -Parent {gpu} }}");
        Assert.Equal(4, one.TextOf("Parent").Distinct().Count());
        Assert.All(one.All("PhysicalDevice"), device => Assert.Equal(gpu, device));
        Assert.Equal(["MdevNoCapacity"], Run($"New-MdevDefinition nvidia-746 -Parent {gpu}").ErrorIds);
        Assert.NotEqual(gpu, Have("New-MdevDefinition nvidia-746").Get("PhysicalDevice"));
        Assert.Equal(5, Have("Get-MdevDefinition | New-MdevDevice").Output.Count);
    }

    [Fact]
    public void What_is_there_already_is_told_unless_it_is_the_same()
    {
        Have("New-MdevDefinition mtty-1 -Uuid 0a1b2c3d-0000-4000-8000-000000000001; Get-MdevDefinition | New-MdevDefinition");
        Result other = Run("Get-MdevDefinition | New-MdevDefinition -AutoStart");
        Assert.Equal(["MdevDefinitionExists"], other.ErrorIds);
        Assert.Equal("False", Have("Get-MdevDefinition").TextOf("AutoStart")[0]);
        Result replaced = Have("Get-MdevDefinition | New-MdevDefinition -AutoStart -Force");
        Assert.Equal("True", replaced.TextOf("AutoStart")[0]);
        Assert.Empty(replaced.Warnings);
        // What is lost by it is said.
        Assert.Contains("-AutoStart was not given", Assert.Single(Run("New-MdevDefinition mtty-1 mtty -Uuid 0a1b2c3d-0000-4000-8000-000000000001 -Attribute @{ a = 1 } -Force").Warnings));
    }

    [Fact]
    public void It_is_changed_as_it_is_asked_for()
    {
        Have("New-MdevDefinition mtty-1 -Attribute @{ a = 1 }, @{ b = 2 }, @{ a = 3 } -AutoStart");
        Assert.Empty(Have("Get-MdevDefinition | Set-MdevDefinition -AutoStart:$false").Output);
        string Attributes(string change) => Have($"\"$((Get-MdevDefinition | Set-MdevDefinition {change} -PassThru).Attribute)\"").Text[0];
        Assert.Equal("a=1 b=2 a=3 c=4", Attributes("-AddAttribute @{ c = 4 }"));
        Assert.Equal("a=1 b=2 c=4", Attributes("-RemoveAttribute a=3"));
        Assert.Equal("b=2 c=4 b=5", Attributes("-RemoveAttribute a -AddAttribute @{ b = 5 }"));
        // A pattern is held against names, and against values only where it speaks of one.
        Assert.Equal("label=my_id uid=7 b=5 b=6", Attributes("-Attribute @{ label = 'my_id' }, @{ uid = 7 }, @{ b = 5 }, @{ b = 6 }"));
        Assert.Equal("label=my_id b=5", Attributes("-RemoveAttribute '*id', 'b=*6'"));
        Assert.Equal("", Attributes("-RemoveAttribute *"));
        Assert.Equal("x=1", Attributes("-Attribute @{ x = 1 }"));
        Assert.Equal(["MdevAttributeNotFound"], Run("Get-MdevDefinition | Set-MdevDefinition -RemoveAttribute nothing").ErrorIds);
        Assert.Equal(["MdevInvalidArgument"], Run("Get-MdevDefinition | Set-MdevDefinition").ErrorIds);
        Result moved = Run("Get-MdevDefinition | Set-MdevDefinition -Parent 0000:99:00.0 -Type nvidia-63 -PassThru");
        Assert.Equal(("0000:99:00.0", "nvidia-63", "False", "NoParent"), (moved.TextOf("Parent")[0], moved.TextOf("Type")[0], moved.TextOf("AutoStart")[0], moved.TextOf("State")[0]));
        Assert.Single(moved.Warnings);
        Assert.Single(Files);
    }

    [Theory]
    [InlineData("New-MdevDefinition mtty-1 \"we`nird\"")]
    [InlineData("New-MdevDefinition \"mtty`e-1\" mtty")]
    [InlineData("New-MdevDefinition mtty-1 ' mtty'")]
    [InlineData("New-MdevDefinition 'mtty-1 ' mtty")]
    [InlineData("New-MdevDefinition mtty-1 ../x")]
    [InlineData("New-MdevDefinition mtty-1 mtty -Attribute 'foo='")]
    [InlineData("New-MdevDefinition mtty-1 mtty -Attribute @{ foo = \"a`0b\" }")]
    public void What_could_never_be_made_is_refused_also_as_a_plan(string line)
    {
        foreach (string command in new[] { line, $"{line} -WhatIf" })
        {
            Result refused = Run(command);
            Assert.Equal(["MdevInvalidArgument"], refused.ErrorIds);
            Assert.Empty(refused.Warnings);
        }

        Assert.Empty(Files);
    }

    // A UUID that stands for another function, or for none: mdevctl writes such a file, or somebody by hand.
    [Fact]
    public void What_is_wrong_can_still_be_switched_off()
    {
        string gpus = NewHost("nvidia-l40s");
        const string Uuid = "0a1b2c3d-0000-4000-8000-000000000001";
        string parent = Have($"(Get-MdevParent -Root {gpus})[0]").TextOf("Parent")[0]!;
        Directory.CreateDirectory($"{gpus}/etc/mdevps.d/{parent}");
        File.WriteAllText($"{gpus}/etc/mdevps.d/{parent}/{Uuid}", "{\"mdev_type\":\"nvidia-1150\",\"start\":\"auto\",\"attrs\":[]}");
        Assert.Equal("False", Have($"Get-MdevDefinition -Root {gpus} | Set-MdevDefinition -AutoStart:$false -PassThru").TextOf("AutoStart")[0]);
    }

    [Fact]
    public void Of_two_files_for_one_device_the_piped_one_is_meant()
    {
        string gpus = NewHost("nvidia-l40s");
        Have($"New-MdevDefinition nvidia-1150 -Root {gpus}");
        string own = Have($"Get-MdevDefinition -Root {gpus}").TextOf("Path")[0]!, other = own.Replace("mdevps.d", "mdevctl.d", StringComparison.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(other)!);
        File.Copy(own, other);
        Have($"Get-MdevDefinition -Root {gpus} | Where-Object Path -like '*mdevps.d*' | Set-MdevDefinition -AutoStart");
        Assert.NotEqual(File.ReadAllText(own), File.ReadAllText(other));
        Assert.Equal(["MdevInvalidArgument"], Run($"$u = (Get-MdevDefinition -Root {gpus})[0].Uuid; Set-MdevDefinition $u -Root {gpus} -AutoStart").ErrorIds);
        Have($"Get-MdevDefinition -Root {gpus} | Where-Object Path -like '*mdevps.d*' | Remove-MdevDefinition");
        Assert.Equal((false, true), (File.Exists(own), File.Exists(other)));
    }

    [Fact]
    public void Of_a_uuid_on_two_parents_the_piped_one_is_meant()
    {
        Have("'mtty', 'elsewhere' | ForEach-Object { New-MdevDefinition mtty-1 $_ -Uuid 0a1b2c3d-0000-4000-8000-000000000001 -WarningAction Ignore }");
        Assert.Equal(2, Have("Get-MdevDefinition 0a1b2c3d-0000-4000-8000-000000000001").Output.Count);
        Assert.Equal(["MdevInvalidArgument"], Run("Set-MdevDefinition 0a1b2c3d-0000-4000-8000-000000000001 -AutoStart").ErrorIds);
        Have("Get-MdevDefinition -Parent elsewhere | Set-MdevDefinition -Type mtty-2 -AutoStart -WarningAction Ignore");
        Assert.Equal("elsewhere", Have("Get-MdevDefinition -AutoStart").Get("Parent"));
        Assert.Equal(["MdevDefinitionExists"], Run("Get-MdevDefinition -Parent elsewhere | Set-MdevDefinition -Parent mtty").ErrorIds);
        Have("Get-MdevDefinition -Parent elsewhere | Remove-MdevDefinition");
        Assert.Equal("mtty", Have("Get-MdevDefinition").Get("Parent"));
        Have("Remove-MdevDefinition 0a1b2c3d-0000-4000-8000-000000000001");
        Assert.Empty(Files);
    }

    [Theory]
    [InlineData("New-MdevDefinition mtty-1")]
    [InlineData("Get-MdevDefinition | Set-MdevDefinition -AutoStart")]
    [InlineData("Get-MdevDefinition | Remove-MdevDefinition")]
    public void WhatIf_says_it_and_changes_nothing(string line)
    {
        Have("New-MdevDefinition mdpy-hd");
        string before = Snapshot(Root);
        Result result = Run($"{line} -WhatIf");
        Assert.Single(result.Host, said => said.StartsWith("What if: ", StringComparison.Ordinal));
        Assert.Empty(result.Output);
        Assert.Equal(before, Snapshot(Root));
    }

    [Fact]
    public void What_is_defined_is_there_again_after_a_reboot()
    {
        Have("New-MdevDevice mtty-1 | New-MdevDefinition -AutoStart; New-MdevDevice mdpy-hd | New-MdevDefinition; Restart-MdevSimulation $env:MDEVPS_ROOT");
        Result booted = Have("Restore-MdevDevice -AutoStart");
        Assert.Equal(["mtty-1 Made"], booted.Output.Select(one => $"{Result.Get(one, "Type")} {Result.Get(one, "Outcome")}"));
        Assert.Equal("True", Have("$null = Restore-MdevDevice -AutoStart; $?").Text[0]);
        Assert.Equal(["mdpy-hd", "mtty-1"], Have("Get-MdevDefinition | Restore-MdevDevice | Get-MdevDevice").TextOf("Type").Order());
        Assert.Equal(["Present", "Present"], Have("Restore-MdevDevice").TextOf("Outcome"));
    }

    [Fact]
    public void A_device_comes_back_identical_on_a_host_that_was_made_anew()
    {
        const string Given = "(Get-MdevAttribute matrix, control_domains | ForEach-Object Value) -join '|'";
        Have("New-MdevDevice vfio_ap-passthrough -Attribute @{ assign_domain = 0x47 }, @{ assign_adapter = 5 }, @{ assign_control_domain = 0x48 }, @{ assign_domain = 0x48 }, @{ assign_adapter = 6 }");
        string uuid = Have("Get-MdevDevice | New-MdevDefinition -AutoStart").TextOf("Uuid")[0]!;
        string given = Have(Given).Text[0];
        string file = Assert.Single(Files);
        string anew = NewHost("vfio_ap");
        Directory.CreateDirectory(Path.GetDirectoryName(anew + file[Root.Length..])!);
        File.Copy(file, anew + file[Root.Length..]);
        Environment.SetEnvironmentVariable(RootVariable, anew);
        Assert.Equal(5, Have("(Get-MdevDefinition).Attribute").Output.Count);
        Assert.Equal("Made", Have("Restore-MdevDevice -AutoStart").Get("Outcome"));
        Assert.Equal([uuid], Have("Get-MdevDevice").TextOf("Uuid"));
        Assert.Equal(given, Have(Given).Text[0]);
        Assert.Equal("0048|05.0047\n05.0048\n06.0047\n06.0048", given);
        Assert.Equal("Active", Have("Get-MdevDefinition").Get("State"));
    }

    [Fact]
    public void A_host_that_comes_again_in_the_pipeline_is_restored_in_one_go()
    {
        string other = NewHost("mtty");
        Have($"'{Root}', '{other}', '{Root}' | ForEach-Object {{ New-MdevDefinition mtty-1 -Root $_ }}");
        Result restored = Have($"$first, $last = Get-MdevDefinition; $first, (Get-MdevDefinition -Root '{other}'), $last, $first | Restore-MdevDevice");
        Assert.Equal([Root, Root, other], restored.TextOf("Root"));
        Assert.Equal(["Made", "Made", "Made"], restored.TextOf("Outcome"));
    }

    [Fact]
    public void What_cannot_be_restored_is_told_with_its_reason_and_makes_the_command_fail()
    {
        Have("New-MdevDefinition mtty-9 mtty -WarningAction Ignore; New-MdevDefinition mtty-1");
        Result restored = Run("Restore-MdevDevice");
        Assert.Equal(["mtty-1 Made ", "mtty-9 Waiting MdevTypeNotFound"], restored.Output.Select(one => $"{Result.Get(one, "Type")} {Result.Get(one, "Outcome")} {Result.Get(one, "ErrorId")}").Order());
        Assert.Equal(["MdevTypeNotFound"], restored.ErrorIds);
        Assert.Contains("mtty-9", restored.ErrorText, StringComparison.Ordinal);
        Assert.Contains("Get-MdevType", restored.ErrorText, StringComparison.Ordinal);
        Assert.Equal("False", Run("$null = Restore-MdevDevice -TimeoutSec 1 -ErrorAction SilentlyContinue; $?").Text[0]);
    }

    [Fact]
    public void A_device_that_is_still_being_removed_is_told_and_not_made_twice()
    {
        string uuid = Have("New-MdevDevice mtty-1 | New-MdevDefinition").TextOf("Uuid")[0]!;
        int vm = StartVm(Root, "web", uuid);
        Have($"Remove-MdevDevice {uuid} -EvenIfInUse -TimeoutSec 0 -WarningAction Ignore");
        Assert.Equal("MdevUuidExists", Run("Restore-MdevDevice").Get("ErrorId"));
        Have($"[Mdev.Simulation.SimulatedHost]::EndProcess('{Root}', {vm})");
        Assert.Equal("Made", Have("Restore-MdevDevice -TimeoutSec 300").Get("Outcome"));
    }

    [Fact]
    public void A_plan_of_a_restoration_makes_nothing_and_waits_for_nothing()
    {
        Have("New-MdevDefinition mtty-1; New-MdevDefinition mdpy-hd elsewhere -WarningAction Ignore");
        string before = Snapshot(Root);
        Result plan = Run("Restore-MdevDevice -WhatIf -TimeoutSec 86400");
        Assert.Single(plan.Host, said => said.StartsWith("What if: ", StringComparison.Ordinal));
        Assert.Equal(["Waiting"], plan.TextOf("Outcome"));
        Assert.Equal(before, Snapshot(Root));
    }

    [Fact]
    public void A_callout_that_refuses_stops_a_start_and_a_stop_and_is_left_out_on_request()
    {
        Have("New-MdevDefinition mtty-1; New-MdevDevice mdpy-hd");
        AddScript("10-other", "exit 2");
        AddScript("20-strict", "[ \"$4\" = pre ] || exit 0; echo not today >&2; exit 1");
        foreach (string line in new[] { "Get-MdevDefinition | New-MdevDevice", "Get-MdevDevice | Remove-MdevDevice", "Get-MdevDefinition | Remove-MdevDefinition", "New-MdevDefinition mtty-2", "Get-MdevDefinition | Set-MdevDefinition -AutoStart" })
        {
            Result refused = Run(line);
            Assert.Equal(["MdevCalloutRefused"], refused.ErrorIds);
            Assert.Contains("not today", refused.ErrorText, StringComparison.Ordinal);
            Assert.Empty(refused.Output);
        }

        Result restored = Run("Restore-MdevDevice");
        Assert.Equal(("Failed", "MdevCalloutRefused"), (restored.Get("Outcome"), restored.Get("ErrorId")));
        Assert.Contains("not today", restored.Get("Reason")?.ToString(), StringComparison.Ordinal);
        Assert.Equal("mdpy-hd", Have("Get-MdevDevice").Get("Type"));
        Assert.Equal("Made", Have("Restore-MdevDevice -SkipCallout").Get("Outcome"));
        Have("Get-MdevDevice -Type mtty-1 | Remove-MdevDevice -SkipCallout");
        Assert.Single(Have("Get-MdevDefinition | New-MdevDevice -SkipCallout").Output);
        Have("Get-MdevDevice | Remove-MdevDevice -SkipCallout; Get-MdevDefinition | Remove-MdevDefinition -SkipCallout");
        Assert.Empty(Files);
    }

    [Fact]
    public void A_callout_that_others_can_write_is_not_run_and_with_Stop_nothing_is_done()
    {
        AddScript("open", "exit 1");
        File.SetUnixFileMode($"{Root}/usr/lib/mdevctl/scripts.d/callouts/open", (UnixFileMode)0x1ff);
        Assert.Equal(["MdevCalloutUntrusted"], Run("New-MdevDevice mtty-1 -ErrorAction Stop").ErrorIds);
        Assert.Empty(Have("Get-MdevDevice").Output);
        Result made = Run("New-MdevDevice mtty-1 -Count 2");
        Assert.Equal(["MdevCalloutUntrusted"], made.ErrorIds);
        Assert.Equal(2, made.Output.Count);
    }
}
