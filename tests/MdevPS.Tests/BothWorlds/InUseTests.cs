using System.Collections;
using System.Management.Automation;
using MdevPS.Engine;

namespace MdevPS.Tests.BothWorlds;

/// <summary>A device that somebody has open: who that is, what it is spared, and what is done all the same when that is wanted.</summary>
public sealed class InUseTests : BothWorldsTest
{
    private readonly Guid _device;
    private readonly Holder _holder;

    public InUseTests()
    {
        _device = Make("mtty-1");
        _holder = Hold(_device);
    }

    private string Named => $"perl ({_holder.Id})";

    [Fact]
    public void It_is_listed_with_the_process_where_that_is_asked_for()
    {
        Result user = Run($"(Get-MdevDevice {_device} -IncludeUser).Users");
        Assert.Equal((_holder.Id, "perl", null), (user.Get("ProcessId"), user.Get("ProcessName"), user.Get("VmName")));
        Assert.Null(Run($"Get-MdevDevice {_device}").Get("Users"));
    }

    [Fact]
    public void It_is_in_use_and_another_is_not()
    {
        Guid other = Make("mdpy-vga");
        Assert.Equal(_device, Run("Get-MdevDevice -InUse").Get("Uuid"));
        Assert.Equal(other, Run("Get-MdevDevice -Unused").Get("Uuid"));
        Have("Get-MdevDevice -Unused | Remove-MdevDevice");
        Assert.Equal(_device, Run("Get-MdevDevice").Get("Uuid"));
    }

    [Theory]
    [InlineData("Remove-MdevDevice")]
    [InlineData("Get-MdevVfioInfo")]
    public void It_is_left_alone_and_the_refusal_names_the_process(string cmdlet)
    {
        Result refused = Run($"{cmdlet} {_device}");
        Assert.Equal(["MdevInUse"], refused.ErrorIds);
        Assert.Equal(ErrorCategory.ResourceBusy, refused.Errors[0].CategoryInfo.Category);
        Assert.Contains(Named, refused.ErrorText);
        Assert.Empty(refused.Output);
        Assert.Equal("Active", StateOf(_device));
    }

    [Fact]
    public void It_is_removed_with_EvenIfInUse_as_soon_as_it_is_let_go()
    {
        Result removal = Run($"Remove-MdevDevice {_device} -EvenIfInUse -TimeoutSec 1");
        Assert.Equal(("Removing", "mtty-1"), (removal.Get("State")?.ToString(), removal.Get("Type")));
        Assert.Equal(_holder.Id, Result.Get(Users(removal.Only).Single(), "ProcessId"));
        Assert.Contains(Named, Assert.Single(removal.Warnings));

        // The bus has it no more; its parent has.
        Assert.False(Directory.Exists($"{Below}/sys/bus/mdev/devices/{_device}"));
        Assert.Equal("Removing", Run("Get-MdevDevice").Get("State")?.ToString());
        Assert.Equal("Removing", Run($"Get-MdevDevice {_device} | Get-MdevDevice").Get("State")?.ToString());
        Assert.Equal("Removing", Run("Get-MdevDevice", removal.Only).Get("State")?.ToString());
        Assert.Equal(_holder.Id, Run("(Get-MdevDevice -Parent mtty -IncludeUser).Users").Get("ProcessId"));
        Assert.Equal(["MdevUuidExists"], Run($"New-MdevDevice mtty-1 -Uuid {_device}").ErrorIds);
        Result again = Run($"Remove-MdevDevice {_device}");
        Assert.Equal(["MdevInUse"], again.ErrorIds);
        Assert.Contains("already", again.ErrorText);
        Assert.Equal("Removing", Run($"Remove-MdevDevice {_device} -EvenIfInUse -TimeoutSec 0").Get("State")?.ToString());

        _holder.Dispose();
        WaitUntil(() => Run("Get-MdevDevice -Parent mtty").Output.Count == 0, "the device is gone");
        Assert.Equal(["MdevDeviceNotFound"], Run($"Get-MdevDevice {_device}").ErrorIds);
        Assert.Equal(24, Run("Get-MdevType mtty-1").Get("AvailableInstances"));
    }

    [Fact]
    public void It_is_left_alone_by_EvenIfInUse_with_WhatIf()
    {
        Assert.Contains("What if:", Assert.Single(Run($"Remove-MdevDevice {_device} -EvenIfInUse -WhatIf").Host));
        Assert.Equal("Active", StateOf(_device));
    }

    [Fact]
    public void Several_removals_wait_together()
    {
        Guid second = Make("mtty-2");
        using Holder another = Hold(second);
        Result removals = Run($"'{_device}', '{second}' | Remove-MdevDevice -EvenIfInUse -TimeoutSec 1");
        Assert.Equal([_device, second], removals.All("Uuid"));
        Assert.Equal([_holder.Id, another.Id], removals.Output.SelectMany(Users).Select(user => Result.Get(user, "ProcessId")));
    }

    [Fact]
    public void Ctrl_C_ends_the_wait_and_the_removal_stays_pending()
    {
        using var waiting = new Session();
        Running removal = waiting.Start($"Remove-MdevDevice {_device} -EvenIfInUse -TimeoutSec 3600");
        WaitUntil(() => StateOf(_device) == "Removing", "the removal has begun");
        Assert.True(removal.Stop().IsStopped);
        Assert.Equal("Removing", StateOf(_device));
    }

    [Fact]
    public void One_that_nobody_has_open_is_known_to_be_unused_and_is_removed_at_once()
    {
        Guid other = Make("mtty-1");
        Result listed = Run($"Get-MdevDevice {other} -IncludeUser");
        Assert.Empty(Users(listed.Only));
        Assert.Empty(Have($"Remove-MdevDevice {other} -EvenIfInUse").Output);
        Assert.False(Directory.Exists(Below + listed.Get("SysfsPath")));
    }

    public override void Dispose()
    {
        _holder.Dispose();
        base.Dispose();
    }

    private static IEnumerable<PSObject> Users(PSObject device) => ((IEnumerable)Result.Get(device, "Users")!).Cast<object>().Select(PSObject.AsPSObject);
}
