using System.Management.Automation;
using MdevPS.Engine;

namespace MdevPS.Tests.BothWorlds;

/// <summary>The main job, on a simulated host and, in a virtual machine, on the real kernel: find, make, list and remove.</summary>
public sealed class MainJobTests : BothWorldsTest
{
    [Fact]
    public void Parents_and_types_are_listed()
    {
        Result parents = Run("Get-MdevParent");
        Assert.Equal(["mbochs", "mdpy", "mtty"], parents.TextOf("Parent"));
        Assert.Equal([Root, Root, Root], parents.TextOf("Root"));
        Assert.Equal(["mtty-1", "mtty-2"], Run("(Get-MdevParent mtty).Types").Text);
        Assert.Equal(0, Run("Get-MdevParent mtty").Get("DeviceCount"));

        Assert.Equal(["mbochs-large", "mbochs-medium", "mbochs-small", "mdpy-hd", "mdpy-vga", "mdpy-xga", "mtty-1", "mtty-2"], Run("Get-MdevType").TextOf("Type"));
        Result type = Run("Get-MdevType mtty-2");
        Assert.Equal(("Dual port serial", 12, "vfio-pci", "mtty"), (type.Get("Name"), type.Get("AvailableInstances"), type.Get("DeviceApi"), type.Get("Parent")));
    }

    [Fact]
    public void Wildcards_are_taken_and_one_that_matches_nothing_is_silence()
    {
        Assert.Equal(["mtty-1", "mtty-2"], Run("Get-MdevType 'mtty-*'").TextOf("Type"));
        Assert.Equal(["mdpy-hd", "mtty-1"], Run("Get-MdevType -Parent 'm[dt]*' -Type '*-1', 'mdpy-hd'").TextOf("Type"));
        Assert.Equal(["mtty"], Run("Get-MdevParent 'mt*'").TextOf("Parent"));
        Assert.Equal("", Run("Get-MdevType 'nosuch*'; Get-MdevParent 'nosuch*'").ToString());
    }

    [Fact]
    public void A_parent_binds_to_its_types()
    {
        Assert.Equal(["mtty-1", "mtty-2"], Run("Get-MdevParent mtty | Get-MdevType").TextOf("Type"));
        Assert.Equal(["mdpy-hd"], Run("Get-MdevParent | Get-MdevType -Type '*-hd'").TextOf("Type"));
        Assert.Equal(["mtty-1", "mdpy-hd"], Run("'mtty-1', 'mdpy-hd' | Get-MdevType").TextOf("Type"));
    }

    [Fact]
    public void One_pipeline_each_goes_all_the_way()
    {
        Result made = Have("Get-MdevType mtty-2 | New-MdevDevice");
        Assert.Equal(("mtty-2", "mtty", "Active", Root), (made.Get("Type"), made.Get("Parent"), made.Get("State"), made.Get("Root")));
        Assert.Matches(@"^/dev/vfio/\d+$", (string)made.Get("VfioPath")!);
        Assert.True(File.Exists(Below + made.Get("VfioPath")));

        Assert.Equal(made.Get("Uuid"), Run("Get-MdevDevice").Get("Uuid"));
        Assert.Equal(made.Get("Uuid"), Run($"Get-MdevDevice {made.Get("Uuid")}").Get("Uuid"));
        Assert.Equal(1, Run("Get-MdevParent mtty").Get("DeviceCount"));
        Assert.Equal(22, Run("Get-MdevType mtty-1").Get("AvailableInstances"));
        Assert.Equal(["mtty-2"], Run("Get-MdevDevice | Get-MdevType").TextOf("Type"));
        Assert.Equal(["mtty"], Run("Get-MdevDevice | Get-MdevParent").TextOf("Parent"));

        Have("Get-MdevDevice | Remove-MdevDevice -ErrorAction Stop");
        Assert.Empty(Run("Get-MdevDevice").Output);
        Assert.Equal(24, Run("Get-MdevType mtty-1").Get("AvailableInstances"));
    }

    [Fact]
    public void After_24_of_mtty_1_there_is_no_capacity()
    {
        Result made = Have("foreach ($i in 1..24) { New-MdevDevice mtty-1 }");
        Assert.Equal(24, made.TextOf("Uuid").Distinct().Count());
        Result result = Run("New-MdevDevice mtty-1");
        Assert.Empty(result.Output);
        Assert.Equal(["MdevNoCapacity"], result.ErrorIds);
        Assert.Equal((ErrorCategory.LimitsExceeded, "mtty-1"), (result.Errors[0].CategoryInfo.Category, result.Errors[0].TargetObject));
    }

    [Fact]
    public void Several_are_made_at_once_and_it_is_said_how_many_when_not_all_fit()
    {
        Result result = Run("New-MdevDevice mdpy-vga -Count 6");
        Assert.Equal(4, result.Output.Count);
        Assert.Equal(["MdevNoCapacity"], result.ErrorIds);
        Assert.Contains("4 of 6", result.ErrorText);
    }

    [Fact]
    public void All_or_nothing_makes_none_when_not_all_fit()
    {
        Result result = Run("New-MdevDevice mdpy-vga -Count 6 -AllOrNothing");
        Assert.Empty(result.Output);
        Assert.Equal(["MdevNoCapacity"], result.ErrorIds);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void Any_form_of_a_UUID_is_taken_and_one_that_exists_is_refused()
    {
        Guid uuid = Guid.NewGuid();
        Assert.Equal(uuid, Run($"New-MdevDevice mtty-1 -Uuid '{{{uuid.ToString().ToUpperInvariant()}}}'").Get("Uuid"));
        Result result = Run($"New-MdevDevice mdpy-hd -Uuid {uuid:N}");
        Assert.Equal(["MdevUuidExists"], result.ErrorIds);
        Assert.Equal((ErrorCategory.ResourceExists, uuid), (result.Errors[0].CategoryInfo.Category, result.Errors[0].TargetObject));
        Assert.Contains("'mtty-1' on parent 'mtty'", result.ErrorText);
    }

    [Fact]
    public void The_human_name_is_taken() => Assert.Equal("mtty-2", Run("New-MdevDevice 'Dual port serial'").Get("Type"));

    [Fact]
    public void WhatIf_changes_nothing()
    {
        Assert.Empty(Run("New-MdevDevice mtty-1 -Count 3 -WhatIf").Output);
        Assert.Empty(Run("Get-MdevDevice").Output);
        Have("New-MdevDevice mtty-1");
        Have("Get-MdevDevice | Remove-MdevDevice -WhatIf");
        Assert.Single(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void Verbose_tells_every_write()
    {
        string sysfs = Below + "/sys/devices/virtual/mtty/mtty";
        Result made = Run("New-MdevDevice mtty-1 -Verbose");
        Assert.Contains($"Writing '{made.Get("Uuid")}' to '{sysfs}/mdev_supported_types/mtty-1/create'.", made.Verbose);
        Assert.Contains($"Writing '1' to '{sysfs}/{made.Get("Uuid")}/remove'.", Run($"Remove-MdevDevice {made.Get("Uuid")} -Verbose").Verbose);
    }

    [Fact]
    public void What_is_there_is_removed_and_what_is_not_is_named()
    {
        IReadOnlyList<string?> uuids = Have("New-MdevDevice mtty-1 -Count 2").TextOf("Uuid");
        Guid missing = Guid.NewGuid();
        Result result = Run($"Remove-MdevDevice {uuids[0]}, {missing}, {uuids[1]}");
        Assert.Equal(["MdevDeviceNotFound"], result.ErrorIds);
        Assert.Equal((ErrorCategory.ObjectNotFound, missing), (result.Errors[0].CategoryInfo.Category, result.Errors[0].TargetObject));
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void Objects_that_went_through_XML_bind()
    {
        Assert.Equal("mtty-1", Run("New-MdevDevice", Deserialized(Run("Get-MdevType mtty-1").Only)).Get("Type"));
        PSObject device = Deserialized(Run("Get-MdevDevice").Only);
        Assert.Equal(["mtty-1"], Run("Get-MdevType", device).TextOf("Type"));
        Assert.Empty(Run("Remove-MdevDevice", device).Errors);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }
}
