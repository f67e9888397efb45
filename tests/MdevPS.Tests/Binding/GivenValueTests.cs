using System.Management.Automation;
using System.Net;
using MdevPS.Engine;

namespace MdevPS.Tests.Binding;

/// <summary>What is understood beside the obvious, and how it is told what is not.</summary>
public sealed class GivenValueTests : EveryCmdletTest
{
    public GivenValueTests()
        : base("mtty", "vfio_ap")
    {
    }

    [Fact]
    public void A_broken_object_costs_one_error_about_it_and_the_others_go_on()
    {
        IReadOnlyList<object?> devices = Have("New-MdevDevice mtty-1 -Count 2").All("Uuid");

        Result result = Run($"[pscustomobject]@{{ Uuid = '{devices[0]}' }}, [pscustomobject]@{{ Uuid = '{devices[0]}-typo'; Type = 'mtty-1' }}, $null, [pscustomobject]@{{ Uuid = '{devices[1]}' }} | Get-MdevDevice");

        Assert.Equal(devices, result.All("Uuid"));
        Assert.Equal(["ParameterArgumentTransformationError", "ParameterArgumentTransformationError"], result.ErrorIds);
        Assert.Contains($"'{devices[0]}-typo' is no UUID", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("-typo", $"{result.Errors[0].TargetObject}", StringComparison.Ordinal);
        Assert.Null(result.Terminated);
    }

    [Fact]
    public void Null_in_the_pipeline_stands_for_nothing() => Assert.StartsWith("What was piped is null.", Run("$null | Get-MdevAttribute").ErrorText, StringComparison.Ordinal);

    [Theory]
    [InlineData("Get-MdevParent 007", "007")]
    [InlineData("Get-MdevType 0x10", "0x10")]
    [InlineData("Get-MdevType -Name 1e3", "1e3")]
    [InlineData("7 | Get-MdevParent", "7")]
    public void A_number_is_the_name_that_was_typed(string line, string name) => Assert.Equal(name, Run(line).Errors.Single().TargetObject);

    [Theory]
    [InlineData("Get-MdevParent nosuch, mtty, never")]
    [InlineData("Get-MdevType nosuch, mtty-1, never")]
    [InlineData("Get-MdevAttribute nosuch, never")]
    [InlineData("Get-MdevAttribute nosuch, never -Parent matrix")]
    [InlineData("'nosuch', 'never' | New-MdevDevice")]
    [InlineData("New-MdevDevice mtty-1 -Parent nosuch; New-MdevDevice mtty-1 -Parent never")]
    public void Of_several_names_each_that_is_missing_is_told_and_is_the_target_of_its_error(string line) => Assert.Equal(["nosuch", "never"], Run(line).Errors.Select(e => e.TargetObject));

    [Fact]
    public void Of_several_UUIDs_each_that_is_missing_is_the_target_of_its_error()
    {
        object[] missing = [Guid.NewGuid(), Guid.NewGuid()];

        Assert.All(
            ["Get-MdevDevice", "Get-MdevVfioInfo", "Get-MdevAttribute -Uuid", "Set-MdevAttribute a 1 -Uuid", "Remove-MdevDevice", "ConvertTo-MdevQemuArgument"],
            command => Assert.Equal(missing, Run($"{command} {missing[0]}, {missing[1]}").Errors.Select(e => e.TargetObject)));
    }

    [Theory]
    [InlineData("True", 1)]
    [InlineData("FALSE", 2)]
    public void A_switch_understands_the_words_of_a_file(string word, int types)
    {
        // A file that can only be read is made anew, which not only root can.
        string available = $"{Root}/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-2/available_instances";
        File.Delete(available);
        File.WriteAllText(available, "0");

        Assert.Equal(types, Run($"Get-MdevType -Parent mtty -Available:'{word}'").Output.Count);
    }

    [Theory]
    [InlineData("[ordered]@{ assign_adapter = 5, 6; assign_domain = 4 }")]
    [InlineData("@{ assign_adapter = 5 }, @{ assign_domain = '4' }, @{ assign_adapter = '6' }")]
    [InlineData("([pscustomobject]@{ Name = 'assign_adapter'; Value = 5 }), ([pscustomobject]@{ Name = 'assign_domain'; Value = '4' }), ([pscustomobject]@{ Name = 'assign_adapter'; Value = 6L })")]
    [InlineData("([pscustomobject]@{ Name = 'assign_adapter'; Value = 5, 6 }), @{ assign_domain = 4 }")]
    public void Attributes_are_dictionaries_and_objects_with_a_name_and_a_value(string attributes)
    {
        string asArgument = $"New-MdevDevice vfio_ap-passthrough -Attribute ({attributes})";
        string asProperty = $"[pscustomobject]@{{ Type = 'vfio_ap-passthrough'; Attribute = ({attributes}) }} | New-MdevDevice";

        Assert.All([asArgument, asProperty], line =>
        {
            Assert.Equal("05.0004\n06.0004", Have($"{line} | Get-MdevAttribute matrix").Get("Value"));
            Have("Get-MdevDevice | Remove-MdevDevice");
        });
    }

    [Theory]
    [InlineData("@{ assign_adapter = $null }")]
    [InlineData("@{ assign_adapter = @() }")]
    [InlineData("@{ assign_adapter = @{ a = 1 } }")]
    [InlineData("@{ '' = 5 }")]
    [InlineData("([pscustomobject]@{ Name = 'assign_adapter'; Value = $null })")]
    [InlineData("([pscustomobject]@{ Name = 'assign_adapter' })")]
    [InlineData("@{ assign_adapter = 5 }, $null")]
    [InlineData("'=5'")]
    public void Attributes_that_say_no_name_or_no_value_make_no_device(string attributes)
    {
        Assert.NotEmpty(Run($"New-MdevDevice vfio_ap-passthrough -Attribute ({attributes})").Errors);
        Assert.NotEmpty(Run($"[pscustomobject]@{{ Type = 'vfio_ap-passthrough'; Attribute = ({attributes}) }} | New-MdevDevice").Errors);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void An_attribute_of_a_type_or_a_parent_leads_back_to_it_and_no_other_object_without_a_UUID_does()
    {
        File.WriteAllText($"{Root}/sys/devices/virtual/mtty/mtty/colour", "red");
        File.WriteAllText($"{Root}/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1/colour", "blue");
        string again = "ForEach-Object { [pscustomobject]@{ Name = $_.Name; Access = $_.Access; Uuid = $_.Uuid; Type = $_.Type; Parent = $_.Parent; Root = $_.Root } } | Get-MdevAttribute colour";

        Assert.Equal("red", Run("Get-MdevAttribute colour -Parent mtty | Get-MdevAttribute colour").Get("Value"));
        Assert.Equal("blue", Run("Get-MdevAttribute colour -Type mtty-1 | Get-MdevAttribute colour").Get("Value"));
        Assert.Equal("red", Run($"Get-MdevAttribute colour -Parent mtty | {again}").Get("Value"));
        Assert.Equal("blue", Run($"Get-MdevAttribute colour -Type mtty-1 | {again}").Get("Value"));
        Assert.Equal(["MdevInvalidArgument"], Run("[pscustomobject]@{ Uuid = $null; Type = 'mtty-1'; Parent = 'mtty' } | Get-MdevAttribute colour").ErrorIds);
        Assert.Equal(["MdevInvalidArgument"], Run("[pscustomobject]@{ Name = 'colour'; Access = 'ReadOnly'; Uuid = $null; Type = $null } | Get-MdevAttribute colour").ErrorIds);
    }

    [Fact]
    public void An_empty_type_is_that_of_a_device_and_of_nothing_else()
    {
        object device = Have("New-MdevDevice mtty-1").Get("Uuid")!;

        Assert.Single(Run($"[pscustomobject]@{{ Uuid = '{device}'; Type = ''; Parent = 'mtty' }} | Get-MdevDevice").Output);
        Assert.All(
            ["Get-MdevDevice", "Get-MdevAttribute", "Set-MdevAttribute a 1"],
            command => Assert.Equal(["MdevInvalidArgument"], Run($"[pscustomobject]@{{ Type = ''; Parent = 'mtty' }} | {command}").ErrorIds));
    }

    [Theory]
    [InlineData("[IO.DirectoryInfo]::new('/tmp')")]
    [InlineData("$ExecutionContext.SessionState.Drive.Current")]
    public void The_Root_of_a_directory_or_a_drive_chooses_no_host(string thing)
    {
        object device = Have("New-MdevDevice mtty-1").Get("Uuid")!;

        Assert.All(["Remove-MdevDevice", "Get-MdevVfioInfo", "Set-MdevAttribute a 1 -Uuid"], command =>
        {
            Result result = Run($"{thing} | {command} {device}");
            // The host that it would be has no such device.
            Assert.NotEqual("MdevDeviceNotFound", result.ErrorIds.Single());
            Assert.Empty(result.Output);
        });
        Assert.Single(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void A_directory_can_be_given_as_the_root_itself()
    {
        Assert.Equal(2, Run($"Get-MdevParent -Root ([IO.DirectoryInfo]::new('{Root}'))").Output.Count);
        string other = NewHost("mtty");
        Have($"[IO.DirectoryInfo]::new('{other}') | Remove-MdevSimulation");
        Assert.False(Directory.Exists(other));
    }

    public static TheoryData<string, bool> Computers => new()
    {
        { "localhost", true },
        { "127.0.0.1", true },
        { "127.8.8.8", true },
        { "::1", true },
        { Environment.MachineName.ToUpperInvariant(), true },
        { Dns.GetHostName(), true },
        { "elsewhere", false },
        { $"{Environment.MachineName}.elsewhere.invalid", false },
        { "192.0.2.1", false },
    };

    [Theory]
    [MemberData(nameof(Computers))]
    public void An_object_of_another_computer_changes_nothing_here(string name, bool isThis)
    {
        string device = $"{Have("New-MdevDevice mtty-1").Get("Uuid")!}";
        string from = $"PSComputerName = '{name}'";

        foreach (string line in (string[])[
            $"[pscustomobject]@{{ Uuid = '{device}'; {from} }} | Remove-MdevDevice -WhatIf",
            $"[pscustomobject]@{{ Uuid = '{device}'; {from} }} | Set-MdevAttribute a 1 -WhatIf",
            $"[pscustomobject]@{{ Type = 'mtty-1'; {from} }} | New-MdevDevice -WhatIf",
            $"[pscustomobject]@{{ Type = 'mtty-1'; {from} }} | Get-MdevPlacement",
            $"[pscustomobject]@{{ Root = '{Root}'; {from} }} | Remove-MdevSimulation -WhatIf"])
        {
            Assert.Equal(!isThis, Run(line).ErrorIds.Contains("MdevOtherComputer"));
        }

        Assert.Single(Run($"[pscustomobject]@{{ Uuid = '{device}'; {from} }} | Get-MdevDevice").Output);
    }

    [Fact]
    public void The_computer_of_an_object_is_no_parameter() => Assert.DoesNotContain(Cmdlets.SelectMany(cmdlet => cmdlet), p => p.Name == "PSComputerName");

    [Fact]
    public void What_is_told_is_harmless_for_a_terminal()
    {
        string root = (string)Have($"New-MdevSimulation mtty -Path \"{Root}/evil`e[31m\"").Get("Root")!;

        Result result = Run($"New-MdevDevice mtty-1 -Root '{root}' -Verbose; Get-MdevDevice -Root '{root}' -InUse; Get-MdevDevice -Root '{root}/sys' -Verbose; Get-MdevParent \"no`e[31m\" -Root '{root}'");

        Assert.NotEmpty(result.Verbose);
        Assert.NotEmpty(result.Errors);
        Assert.DoesNotContain(result.Verbose.Concat(result.Warnings).Concat(result.Errors.Select(e => e.ToString())), text => text.Any(char.IsControl));
    }

    [Fact]
    public void Completion_knows_the_home_directory_and_the_drives()
    {
        const string Files = "$files = $ExecutionContext.SessionState.Provider.GetOne('FileSystem')";
        object before = Have($"{Files}; \"$($files.Home)\"").Only.BaseObject;
        Have($"{Files}; $files.Home = '{Path.GetDirectoryName(Root)}'; $null = $ExecutionContext.SessionState.Drive.New([Management.Automation.PSDriveInfo]::new('sim', $files, '{Root}', '', $null), 'global')");
        try
        {
            Assert.All(
                [$"Get-MdevParent -Root ~/{Path.GetFileName(Root)} -Parent mt", "Get-MdevParent -Root sim:/ -Parent mt", $"Get-MdevParent -Root '{Root}' -Parent mt"],
                line => Assert.Equal("mtty", Session.Complete(line).Single().CompletionText));
        }
        finally
        {
            Have($"{Files}; $files.Home = '{before}'; $ExecutionContext.SessionState.Drive.Remove('sim', $true, 'global')");
        }
    }

    [Theory]
    [InlineData("Get-MdevAttribute -Uuid no-uuid -Name ass")]
    [InlineData("Get-MdevType -Parent '' -Type mtt")]
    [InlineData("Get-MdevParent -Root '' -Parent mtt")]
    public void Completion_offers_nothing_behind_a_key_that_a_cmdlet_would_refuse(string line)
    {
        Have("New-MdevDevice vfio_ap-passthrough");

        Assert.DoesNotContain(Session.Complete(line), offer => offer.CompletionText.StartsWith("assign", StringComparison.Ordinal) || offer.CompletionText.StartsWith("mtty", StringComparison.Ordinal));
    }

    [Fact]
    public void What_comes_behind_a_value_that_was_declined_is_not_written()
    {
        object device = Have("New-MdevDevice vfio_ap-passthrough").Get("Uuid")!;
        Session.Answers.Enqueue(Answer.Yes);
        Session.Answers.Enqueue(Answer.No);

        Result result = Run($"Set-MdevAttribute assign_control_domain 4, 5, 6 -Uuid {device} -Confirm");

        Assert.Empty(result.Errors);
        Assert.Empty(Session.Answers);
        Assert.Equal("0004", Run("Get-MdevAttribute control_domains").Get("Value"));
        Assert.Equal(3, Run($"Set-MdevAttribute assign_control_domain 7, 8, 9 -Uuid {device} -WhatIf").Host.Count);
    }
}
