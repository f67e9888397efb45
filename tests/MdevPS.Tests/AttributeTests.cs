using System.Management.Automation;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>Vendor attributes at the prompt: given to new devices, read, and set.</summary>
public sealed class AttributeTests() : ViewTest("vfio_ap", "nvidia-t4", "mtty -GpuCount 1")
{
    [Theory]
    // In the order of an ordered dictionary: what was assigned is unassigned behind it.
    [InlineData("([ordered]@{ assign_adapter = '5'; assign_domain = '0xab'; unassign_adapter = 5 })", ".00ab")]
    [InlineData("([ordered]@{ assign_adapter = 5, 6; assign_domain = 4 })", "05.0004\n06.0004")]
    [InlineData("@{ assign_adapter = 5 }, @{ assign_domain = 4 }, @{ assign_adapter = 6 }, @{ assign_domain = '0xab' }, @{ assign_domain = '0xab' }", "05.0004\n05.00ab\n06.0004\n06.00ab")]
    public void A_new_device_is_given_them_in_their_order(string attributes, string matrix)
    {
        Result made = Run($"New-MdevDevice vfio_ap-passthrough -Attribute {attributes}");
        Assert.Empty(made.Warnings);
        Assert.Equal(matrix, Matrix(made.Get("Uuid")!));
    }

    [Fact]
    public void A_plain_hashtable_has_no_order_and_that_is_said() => Assert.Contains(
        "[ordered]", Assert.Single(Run("New-MdevDevice vfio_ap-passthrough -Attribute @{ assign_adapter = 5; assign_control_domain = 4 }").Warnings));

    [Fact]
    public void A_new_device_is_taken_away_again_when_one_fails_and_it_is_said_which_and_how()
    {
        Result result = Run("New-MdevDevice vfio_ap-passthrough -Attribute @{ assign_adapter = 5 }, @{ assign_domain = 1 }, @{ assign_domain = 4 }");
        Assert.Empty(result.Output);
        Assert.Equal(["MdevAttributeFailed"], result.ErrorIds);
        Assert.Matches("^Attribute 2 of 3 failed.*'assign_domain'.*EADDRNOTAVAIL.*removed again", result.ErrorText);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("power/control")]
    [InlineData("../x")]
    [InlineData("driver/unbind")]
    public void What_is_no_vendors_is_refused_before_anything_is_made(string name)
    {
        Assert.Equal(["MdevAttributeNotFound"], Run($"New-MdevDevice vfio_ap-passthrough -Attribute @{{ '{name}' = 1 }}").ErrorIds);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void Those_of_piped_devices_are_read()
    {
        object gpu = Make("nvidia-230"), serial = Make("mtty-1");
        Result all = Run($"Get-MdevDevice {gpu}, {serial} | Get-MdevAttribute");
        Assert.Equal(["nvidia/vgpu_params", "vendor/sample_mdev_dev"], all.All("Name"));
        Assert.Equal([gpu, serial], all.All("Uuid"));
        Assert.Equal(["ReadWrite", "ReadOnly"], all.TextOf("Access"));
        Assert.Equal($"This is MDEV {serial}", Result.Get(all.Output[1], "Value"));
    }

    [Fact]
    public void A_write_only_one_has_no_value()
    {
        Result attribute = Run($"Get-MdevAttribute assign_adapter -Uuid {Make("vfio_ap-passthrough")}");
        Assert.Equal(("WriteOnly", null), (attribute.Get("Access")?.ToString(), attribute.Get("Value")));
    }

    [Fact]
    public void Wildcards_are_taken_and_one_that_matches_nothing_is_silence()
    {
        object device = Make("vfio_ap-passthrough");
        Assert.Equal(["assign_adapter", "assign_control_domain", "assign_domain"], Run($"Get-MdevAttribute assign_* -Uuid {device}").All("Name"));
        Assert.Equal("", Run($"Get-MdevAttribute nothing* -Uuid {device}").ToString());
    }

    [Theory]
    [InlineData("vendor/sample_mdev_dev")]
    [InlineData("VENDOR/sample_mdev_dev")]
    public void What_only_some_have_is_found_among_everything(string name)
    {
        Make("nvidia-230");
        object serial = Make("mtty-1");
        Result found = Run($"Get-MdevAttribute {name}");
        Assert.Empty(found.Errors);
        Assert.Equal(serial, found.Get("Uuid"));
    }

    [Fact]
    public void The_value_of_a_piped_device_is_set_each_of_several_by_itself()
    {
        object ap = Make("vfio_ap-passthrough"), gpu = Make("nvidia-230");
        Have($"Get-MdevDevice {ap} | Set-MdevAttribute assign_adapter 5, 6; Get-MdevDevice {ap} | Set-MdevAttribute assign_domain 0x10");
        Assert.Equal("05.0010\n06.0010", Matrix(ap));
        Have($"Set-MdevAttribute nvidia/vgpu_params 'a=1,b=2' -Uuid {gpu}");
        Assert.Equal("a=1,b=2", Run($"Get-MdevAttribute -Uuid {gpu}").Get("Value"));
    }

    [Fact]
    public void WhatIf_sets_nothing()
    {
        object gpu = Make("nvidia-230");
        object? before = Run($"Get-MdevAttribute -Uuid {gpu}").Get("Value");
        Assert.Contains("What if:", Assert.Single(Run($"Set-MdevAttribute nvidia/vgpu_params changed -Uuid {gpu} -WhatIf").Host));
        Assert.Equal(before, Run($"Get-MdevAttribute -Uuid {gpu}").Get("Value"));
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("reset")]
    [InlineData("driver_override")]
    [InlineData("sriov_numvfs")]
    [InlineData("config")]
    public void The_kernels_own_of_a_parent_are_out_of_reach(string name)
    {
        string before = Snapshot(Root);
        Assert.Equal(["MdevAttributeNotFound"], Run($"Set-MdevAttribute {name} 1 -Parent 0000:01:00.0").ErrorIds);
        Assert.Equal(["MdevAttributeNotFound"], Run($"Get-MdevAttribute {name} -Parent 0000:01:00.0").ErrorIds);
        Assert.Equal(before, Snapshot(Root));
    }

    [Theory]
    [InlineData("Set-MdevAttribute create ([guid]::NewGuid()) -Type mtty-1", "MdevAttributeNotFound")]
    [InlineData("Get-MdevDevice -Type vfio_ap* | Set-MdevAttribute matrix 1", "MdevAttributeReadOnly")]
    [InlineData("Set-MdevAttribute matrix 1", "MdevInvalidArgument")]
    [InlineData("[pscustomobject]@{ Uuid = (Get-MdevDevice).Uuid; PSComputerName = 'elsewhere' } | Set-MdevAttribute assign_adapter 5", "MdevOtherComputer")]
    public void What_cannot_be_set_is_an_error_and_nothing_changes(string line, string id)
    {
        Make("vfio_ap-passthrough");
        string before = Snapshot(Root);
        Assert.Equal([id], Run(line).ErrorIds);
        Assert.Equal(before, Snapshot(Root));
    }

    [Fact]
    public void Names_are_completed_with_what_they_are()
    {
        CompletionResult offer = Session.Complete($"Set-MdevAttribute -Uuid {Make("vfio_ap-passthrough")} -Name unassign_a").Single();
        Assert.Equal(("unassign_adapter", "WriteOnly"), (offer.CompletionText, offer.ToolTip));
    }

    [Fact]
    public void A_hostile_value_is_shown_as_text_in_a_table_of_100_columns()
    {
        object gpu = Make("nvidia-230");
        Make("vfio_ap-passthrough");
        Make("mtty-1");
        Have($"Set-MdevAttribute nvidia/vgpu_params \"x`e]0;title`a\" -Uuid {gpu}");
        string[] lines = Lines(Have("Get-MdevAttribute").Output);
        Assert.Contains(lines, line => line.Contains(@"x\x1b]0;title\x07", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Any(char.IsControl));
        Assert.All(lines, line => Assert.True(line.Length <= 100, line));
    }

    private static object Make(string type) => Have($"New-MdevDevice {type}").Get("Uuid")!;

    private static object? Matrix(object uuid) => Run($"Get-MdevAttribute matrix -Uuid {uuid}").Get("Value");
}
