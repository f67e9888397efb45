using System.Management.Automation;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>What binds to what: by value, by property name, across hosts, and after a journey to another computer.</summary>
public sealed class BindingTests : SimulatedHostTest
{
    private readonly string _other;
    private readonly string _device;

    public BindingTests()
    {
        _other = NewHost("mtty");
        _device = Have($"New-MdevDevice mtty-2 -Root {_other}").Get("Uuid")!.ToString()!;
    }

    [Fact]
    public void Pipelines_stay_on_the_host_that_was_listed()
    {
        Assert.Empty(Run("Get-MdevDevice").Output);
        Assert.Equal([_device], Run($"Get-MdevDevice -Root {_other} | Get-MdevDevice").TextOf("Uuid"));
        Assert.Equal([_other], Run($"Get-MdevDevice -Root {_other} | Get-MdevType").TextOf("Root"));
        Assert.Equal([_other, _other], Run($"Get-MdevParent -Root {_other} | Get-MdevType").TextOf("Root"));
        Assert.Equal([_other], Run($"Get-MdevType -Root {_other} mtty-1 | New-MdevDevice").TextOf("Root"));
        Assert.Empty(Run("Get-MdevDevice").Output);
        Have($"Get-MdevDevice -Root {_other} -Type mtty-1 | Remove-MdevDevice");
        Assert.Equal([_device], Run($"Get-MdevDevice -Root {_other}").TextOf("Uuid"));
    }

    [Fact]
    public void A_simulation_is_taken_by_its_Root()
    {
        Assert.Equal(["mtty"], Run("Get-MdevParent", Bag(("Root", _other))).TextOf("Parent"));
        Assert.Equal(["mdpy-hd", "mdpy-vga", "mdpy-xga"], Run($"[Mdev.Simulation.SimulatedHost]::All() | Where-Object Root -EQ '{NewHost("mdpy")}' | Get-MdevType").TextOf("Type"));
    }

    [Fact]
    public void A_device_brings_its_type_and_its_parent()
    {
        Assert.Equal(["mtty-2"], Run($"Get-MdevDevice -Root {_other} | Get-MdevType").TextOf("Type"));
        Assert.Equal(["mtty"], Run($"Get-MdevDevice -Root {_other} | Get-MdevType").TextOf("Parent"));
    }

    [Fact]
    public void New_takes_a_types_parent_and_counts_per_record() =>
        Assert.Equal(["mdpy-hd", "mdpy-hd", "mtty-1", "mtty-1"], Run("Get-MdevType mtty-1, mdpy-hd | New-MdevDevice -Count 2").TextOf("Type"));

    [Fact]
    public void UUIDs_are_taken_as_text_as_Guid_and_as_objects()
    {
        Have("$made = New-MdevDevice mtty-1 -Count 3; \"$($made[0].Uuid)\" | Remove-MdevDevice; $made[1].Uuid | Remove-MdevDevice; $made[2] | Remove-MdevDevice");
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void Objects_of_the_default_host_are_taken_as_arguments()
    {
        Have("""
            $made = New-MdevDevice mtty-1 -Count 3 -Parent (Get-MdevParent mtty)
            if ((Get-MdevDevice $made[0]).Uuid -ne $made[0].Uuid) { throw 'another device' }
            if (@(Get-MdevDevice -Uuid $made).Count -ne 3) { throw 'not all' }
            Remove-MdevDevice $made[0]
            Remove-MdevDevice ([Collections.Generic.List[object]] $made[1, 2])
            """);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Theory]
    [InlineData("Get-MdevDevice -Type $nothing")]
    [InlineData("Get-MdevDevice -Uuid @()")]
    [InlineData("Set-MdevAttribute a 1 -Parent mtty -Type ''")]
    [InlineData("Get-MdevParent -Parent $nothing")]
    public void An_object_may_leave_a_property_empty_that_nobody_may_type_so(string line)
    {
        Assert.NotEmpty(Run($"$nothing = $null; {line}").Errors);
        Result listed = Run("Get-MdevDevice", Bag(("Uuid", _device), ("Parent", "mtty"), ("Type", null), ("Root", _other)));
        Assert.Equal("", listed.ErrorText);
        Assert.Equal([_device], listed.TextOf("Uuid"));
    }

    [Theory]
    [InlineData("Remove-MdevDevice $device")]
    [InlineData("Get-MdevDevice -Uuid $device, $device")]
    [InlineData("Get-MdevDevice -Parent (Get-MdevParent mtty -Root $other)")]
    [InlineData("New-MdevDevice mtty-1 -Parent (Get-MdevParent mtty -Root $other)")]
    [InlineData("New-MdevDevice (Get-MdevType mtty-1 -Root $other)")]
    // On this host too: its parent would be forgotten.
    [InlineData("New-MdevDevice (Get-MdevType mtty-1)")]
    public void An_object_of_another_host_has_to_be_piped(string line)
    {
        string before = Snapshot(Root) + Snapshot(_other);
        Result result = Run($"$other = '{_other}'; $device = Get-MdevDevice -Root $other; {line}");
        Assert.Equal(["ParameterArgumentTransformationError"], result.ErrorIds);
        Assert.Contains("Pipe", result.ErrorText);
        Assert.Equal(before, Snapshot(Root) + Snapshot(_other));
    }

    [Theory]
    [InlineData("Get-MdevParent")]
    [InlineData("Get-MdevType")]
    [InlineData("Get-MdevDevice -Root $other")]
    public void An_object_keeps_every_property_on_the_way_through_XML(string line)
    {
        foreach (PSObject before in Run($"$other = '{_other}'; {line}").Output)
        {
            PSObject after = Deserialized(before);
            foreach (PSPropertyInfo property in before.Properties)
                Assert.Equal($"{property.Name}={LanguagePrimitives.ConvertTo<string>(property.Value)}", $"{property.Name}={LanguagePrimitives.ConvertTo<string>(Result.Get(after, property.Name))}");
        }
    }

    [Theory]
    [InlineData("New-MdevDevice")]
    [InlineData("Remove-MdevDevice")]
    [InlineData("Remove-MdevSimulation")]
    public void An_object_of_another_computer_is_refused_where_something_would_change(string cmdlet)
    {
        string before = Snapshot(_other);
        Result result = Run(cmdlet, Bag(("Uuid", _device), ("Type", "mtty-1"), ("Parent", "mtty"), ("Root", _other), ("PSComputerName", "elsewhere")));
        Assert.Equal(["MdevOtherComputer"], result.ErrorIds);
        Assert.Equal(ErrorCategory.InvalidOperation, result.Errors[0].CategoryInfo.Category);
        Assert.Contains("elsewhere", result.ErrorText);
        Assert.Equal(before, Snapshot(_other));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData(null)]
    public void An_object_of_this_computer_is_taken(string? name)
    {
        Assert.Equal(["mtty-1"], Run("New-MdevDevice", Bag(("Type", "mtty-1"), ("Root", _other), ("PSComputerName", name ?? Environment.MachineName))).TextOf("Type"));
        Assert.Equal([_device], Run("Get-MdevDevice", Bag(("Uuid", _device), ("Root", _other), ("PSComputerName", "elsewhere"))).TextOf("Uuid"));
    }

    [Fact]
    public void The_root_may_be_relative_to_PowerShells_location()
    {
        Have($"$null = $ExecutionContext.SessionState.Path.SetLocation('{Path.GetDirectoryName(Root)}')");
        try
        {
            Assert.Equal(Root, Run($"Get-MdevParent mtty -Root {Path.GetFileName(Root)}").Get("Root"));
            Assert.Equal(Root, Run($"Get-MdevParent mtty -Root ./{Path.GetFileName(Root)}/").Get("Root"));
        }
        finally
        {
            Have("$null = $ExecutionContext.SessionState.Path.SetLocation('/')");
        }
    }

    [Theory]
    [InlineData("nosuch:/x")]
    [InlineData("Environment::x")]
    [InlineData("/x`0y")]
    [InlineData("no::such")]
    [InlineData("$env:MDEVPS_ROOT/etc")]
    public void A_root_that_is_none_is_an_error_that_can_be_silenced(string path)
    {
        Assert.Equal(["MdevRootNotFound"], Run($"Get-MdevParent -Root \"{path}\"").ErrorIds);
        Assert.Empty(Run($"Get-MdevParent -Root \"{path}\" -ErrorAction SilentlyContinue").Output);
    }

    [Theory]
    [InlineData("Get-MdevParent")]
    [InlineData("Get-MdevType")]
    [InlineData("Get-MdevDevice")]
    [InlineData("New-MdevDevice mtty-1")]
    [InlineData("Remove-MdevDevice 00000000-0000-4000-8000-000000000001")]
    [InlineData("Get-MdevAttribute")]
    public void A_default_root_that_does_not_exist_is_an_error_of_every_cmdlet(string line)
    {
        Environment.SetEnvironmentVariable(RootVariable, "/nosuch");
        Result result = Run(line);
        Assert.Equal(["MdevRootNotFound"], result.ErrorIds);
        Assert.Equal(ErrorCategory.ObjectNotFound, result.Errors[0].CategoryInfo.Category);
        Assert.Matches("'/nosuch'.*MDEVPS_ROOT", result.ErrorText);
    }

    [Theory]
    [InlineData("~/captured")]
    [InlineData("captured")]
    [InlineData(" ")]
    public void A_default_root_that_is_not_absolute_is_refused(string root)
    {
        Environment.SetEnvironmentVariable(RootVariable, root);
        Result result = Run("Get-MdevParent");
        Assert.Equal(["MdevRootNotFound"], result.ErrorIds);
        Assert.Contains("no absolute path", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_is_deleted_while_it_is_listed_is_an_error()
    {
        Result result = Run("$h = New-MdevSimulation fleet; Get-MdevParent -Root $h.Root | ForEach-Object { if (Get-MdevSimulation | Where-Object Root -eq $h.Root) { $h | Remove-MdevSimulation } }");
        Assert.Contains("MdevRootNotFound", result.ErrorIds);
        Assert.Contains("deleted meanwhile", result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("New-MdevDevice mtty-1 -Count 3 -Uuid 11111111-1111-4111-8111-111111111111", "-Uuid, which has 1 UUID.")]
    [InlineData("Get-MdevDevice -Uuid ([Mdev.Model.MdevType]::new())", "'An object of the class MdevType' is no UUID|An object of the class MdevType is no UUID")]
    public void A_message_counts_and_names_things_as_people_do(string line, string expected) => Assert.Matches(expected, Run(line).ErrorText);

    // An enum is a number in JSON.
    [Fact]
    public void Nothing_that_is_put_out_has_a_number_for_a_word() =>
        Assert.Empty(Run("(Get-Command -Module MdevPS).OutputType.Type | ForEach-Object GetProperties | Where-Object { $_.PropertyType.IsEnum } | ForEach-Object { \"$($_.DeclaringType).$($_.Name)\" }").Text);
}

/// <summary>Simulated hosts as cmdlets make and remove them.</summary>
public sealed class SimulationTests : CmdletTest
{
    private readonly string _place = Directory.CreateTempSubdirectory("mdevps-place-").FullName;

    [Fact]
    public void A_simulation_becomes_the_default_with_Use_until_it_is_removed()
    {
        string root = (string)Have("New-MdevSimulation mtty -Use").Get("Root")!;
        Assert.Equal(root, Environment.GetEnvironmentVariable(RootVariable));
        Assert.Equal(["mtty"], Run("Get-MdevParent").TextOf("Parent"));
        Have($"Remove-MdevSimulation '{root}/'");
        Assert.True(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(RootVariable)));
        Assert.False(Directory.Exists(root));
    }

    [Theory]
    [InlineData("by its link", false)]
    [InlineData("by its name, the default being the link", true)]
    [InlineData("by its link, the default being the link", true)]
    public void A_simulation_that_a_link_leads_to_is_removed_and_the_default_is_what_it_was(string how, bool isLinkDefault)
    {
        Environment.SetEnvironmentVariable(RootVariable, "/before");
        string root = (string)Have("New-MdevSimulation mtty -Use").Get("Root")!, link = $"{_place}/link";
        Directory.CreateSymbolicLink(link, root);
        if (isLinkDefault)
            Environment.SetEnvironmentVariable(RootVariable, link);
        Have($"Remove-MdevSimulation '{(how.StartsWith("by its link", StringComparison.Ordinal) ? link : root)}'");
        Assert.False(Directory.Exists(root));
        Assert.Equal("/before", Environment.GetEnvironmentVariable(RootVariable));
        Assert.Empty(Have($"Get-MdevSimulation | Where-Object Root -eq '{root}'").Output);
    }

    // What was before is not known, and the real machine must not stand in.
    [Fact]
    public void A_default_that_was_named_by_hand_stays_named_when_its_host_is_removed()
    {
        string root = (string)Have("New-MdevSimulation mtty").Get("Root")!;
        Environment.SetEnvironmentVariable(RootVariable, root);
        Have($"Remove-MdevSimulation '{root}'");
        Assert.Equal(["MdevRootNotFound"], Run("Get-MdevParent").ErrorIds);
    }

    [Fact]
    public void A_simulation_is_made_where_Path_says()
    {
        Have($"$null = $ExecutionContext.SessionState.Path.SetLocation('{_place}')");
        try
        {
            Assert.Equal($"{_place}/new/host", Run("New-MdevSimulation mtty -Path new/host").Get("Root"));
            Assert.Equal(["MdevPathExists"], Run("New-MdevSimulation mtty -Path new").ErrorIds);
            Have("Remove-MdevSimulation new/host");
            Assert.False(Directory.Exists($"{_place}/new/host"));
        }
        finally
        {
            Have("$null = $ExecutionContext.SessionState.Path.SetLocation('/')");
        }
    }

    [Fact]
    public void What_is_no_simulation_is_not_removed()
    {
        Assert.Equal(["MdevNotASimulation"], Run($"Remove-MdevSimulation '{_place}'").ErrorIds);
        Assert.True(Directory.Exists(_place));
        Assert.True((bool)Have("(Get-Command Remove-MdevSimulation).Parameters.Root.Attributes.Where({ $_ -is [Parameter] }).Mandatory").Only.BaseObject);
    }

    [Theory]
    [InlineData("New-MdevSimulation -Path /dev/null/host")]
    [InlineData("$t = $env:TMPDIR; try { $env:TMPDIR = '/nosuch'; New-MdevSimulation } finally { $env:TMPDIR = $t }")]
    public void What_the_file_system_refuses_is_an_error(string line) => Assert.Equal(["MdevSimulationFailed"], Run(line).ErrorIds);

    [Fact]
    public void A_simulation_starts_virtual_machines_that_hold_devices()
    {
        Result result = Run("""
            $simulation = New-MdevSimulation mtty -Use
            $device = New-MdevDevice mtty-1
            $vm = $simulation.StartVm('web01', $device)
            Remove-MdevDevice $device -ErrorAction Continue
            $simulation.EndProcess($vm)
            Remove-MdevDevice $device -ErrorAction Stop
            $simulation | Remove-MdevSimulation
            $vm
            """);
        Assert.Equal(["MdevInUse"], result.ErrorIds);
        Assert.Contains($"web01 (qemu-system-x86 {result.Only})", result.ErrorText);
    }

    [Fact]
    public void A_simulation_that_is_broken_costs_no_other_its_place_in_the_list()
    {
        Result made = Have("1..3 | ForEach-Object { New-MdevSimulation mtty }");
        string[] roots = [.. made.TextOf("Root").OfType<string>()];
        Directory.Move($"{roots[1]}/sys", $"{roots[1]}/moved");

        Result listed = Run("Get-MdevSimulation");

        Assert.Empty(listed.Errors);
        Assert.Equal([0, null, 0], listed.Output.Where(host => roots.Contains((string)Result.Get(host, "Root")!)).Select(host => Result.Get(host, "DeviceCount")));
        Assert.All(roots, root => Have($"Remove-MdevSimulation '{root}'"));
    }

    [Fact]
    public void Simulations_are_listed_with_what_they_have_until_they_are_gone()
    {
        Result result = Run("""
            $one, $two = (New-MdevSimulation mtty), (New-MdevSimulation mdpy)
            $null = New-MdevDevice mtty-1 -Count 2 -Root $one.Root
            $mine = { Get-MdevSimulation | Where-Object Root -in $one.Root, $two.Root }
            & $mine | ForEach-Object { "$($_.Driver) $($_.DeviceCount)" }
            $vm = (& $mine)[0].StartVm('web01', (Get-MdevDevice -Root $one.Root))
            Remove-MdevDevice (Get-MdevDevice -Root $one.Root).Uuid[0] -Root $one.Root -ErrorAction SilentlyContinue -ErrorVariable refused
            $refused.FullyQualifiedErrorId
            & $mine | Remove-MdevSimulation
            "$(& $mine)"
            """);
        Assert.Equal(["mtty 2", "mdpy 0", "MdevInUse,MdevPS.Commands.RemoveMdevDeviceCommand", ""], result.Output.Select(line => line.ToString()));
    }

    [Fact]
    public void What_a_reboot_leaves_is_a_host_without_devices_and_virtual_machines()
    {
        Result result = Run("""
            $simulation = New-MdevSimulation mtty, nvidia-l40s -Use
            $all = (Get-MdevType | Measure-Room)
            $devices = @(New-MdevDevice mtty-2 -Count 3) + @(New-MdevDevice nvidia-1150 -Count 2)
            $null = $devices[0, 1, 3] | ForEach-Object { $simulation.StartVm('web', $_) }
            $null = $devices[0] | Remove-MdevDevice -EvenIfInUse -TimeoutSec 0 -WarningAction Ignore
            $null = $devices[1] | New-MdevDefinition
            Restart-MdevSimulation $simulation.Root
            @(Get-MdevDevice -IncludeUser).Count
            (Get-MdevType | Measure-Room) -eq $all
            $null = $devices[0] | New-MdevDevice
            (Get-MdevDefinition | New-MdevDevice | Get-MdevDevice -IncludeUser).Users.Count
            $simulation | Remove-MdevSimulation
            """.Replace("Measure-Room", "ForEach-Object { $n = 0 } { $n += $_.AvailableInstances } { $n }", StringComparison.Ordinal));
        Assert.Empty(result.Errors);
        Assert.Equal(["0", "True", "0"], result.Text);
        Assert.Equal(["MdevNotASimulation"], Run($"Restart-MdevSimulation '{_place}'").ErrorIds);
    }

    [Fact]
    public void The_default_before_a_simulation_was_used_comes_back()
    {
        Result result = Run("""
            $before = $env:MDEVPS_ROOT
            $one = New-MdevSimulation mtty -Use
            $two = New-MdevSimulation mtty -Use
            $one | Remove-MdevSimulation
            $env:MDEVPS_ROOT -eq $two.Root
            $two | Remove-MdevSimulation
            $env:MDEVPS_ROOT -eq $before
            """);
        Assert.Equal([true, true], result.Output.Select(value => (bool)value.BaseObject));
    }

    [Theory]
    [InlineData("$simulation.StartVm($device.Uuid)", "Give the VM a name")]
    [InlineData("$simulation.StartVm('web01', $other)", "is on the host")]
    public void A_virtual_machine_has_a_name_and_devices_of_its_host(string line, string expected)
    {
        Result result = Run($$"""
            $simulation = New-MdevSimulation mtty
            $device = New-MdevDevice mtty-1 -Root $simulation.Root
            $elsewhere = New-MdevSimulation mtty
            $other = New-MdevDevice mtty-1 -Root $elsewhere.Root
            try { {{line}} } catch { "$_" }
            $simulation, $elsewhere | Remove-MdevSimulation
            """);
        Assert.Contains(expected, (string)result.Only!.BaseObject);
    }

    [Fact]
    public void WhatIf_neither_makes_nor_removes()
    {
        string root = (string)Have("New-MdevSimulation mtty").Get("Root")!;
        Assert.Single(Run($"Remove-MdevSimulation '{root}' -WhatIf").Host);
        Assert.True(Directory.Exists(root));
        Assert.Empty(Run($"New-MdevSimulation -Path '{root}-never' -WhatIf").Output);
        Assert.False(Directory.Exists($"{root}-never"));
        Have($"Remove-MdevSimulation '{root}'");
    }

    public override void Dispose()
    {
        Directory.Delete(_place, recursive: true);
        base.Dispose();
        GC.SuppressFinalize(this);
    }
}
