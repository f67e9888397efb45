using Mdev.Inventory;
using MdevPS.Engines;
using Xunit;

namespace MdevPS.Tests.Cmdlets;

/// <summary>The three lines that the module is for, and as an example of a test: lines in, objects and error ids out.</summary>
public sealed class MainJobTests : SimulatedHostTest
{
    [Fact]
    public void Find_make_and_remove()
    {
        Assert.Equal(["mbochs", "mdpy", "mtty"], Run("Get-MdevParent").Of<MdevParent>().Select(p => p.Parent));

        MdevDevice device = Run("Get-MdevType mtty-2 | New-MdevDevice").Single<MdevDevice>();
        Assert.Equal(("mtty-2", "mtty", Root), (device.Type, device.Parent, device.Root));
        Assert.Equal(device.Uuid, Run("Get-MdevDevice").Single<MdevDevice>().Uuid);

        Result removed = Run("Get-MdevDevice | Remove-MdevDevice");
        Assert.Empty(removed.Errors);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void An_object_brings_its_parent_type_and_root()
    {
        object type = Run("Get-MdevType mtty-1").Output.Single()!;
        Environment.SetEnvironmentVariable("MDEVPS_ROOT", null);

        MdevDevice device = (MdevDevice)Run("New-MdevDevice", Session.Deserialized(type)).Output.Single()!;

        Assert.Equal(("mtty-1", "mtty", Root), (device.Type, device.Parent, device.Root));
    }

    [Fact]
    public void A_type_that_no_parent_has_is_an_error_and_nothing_is_made()
    {
        Result result = Run("New-MdevDevice mtty-9");

        Assert.Equal(["MdevTypeNotFound"], result.ErrorIds);
        Assert.Equal("ObjectNotFound", result.Errors[0].Category);
        Assert.Null(result.Terminated);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void WhatIf_makes_nothing()
    {
        Result result = Run("New-MdevDevice mtty-1 -Count 2 -WhatIf");

        Assert.Equal(2, result.Host.Count(l => l.StartsWith("What if:", StringComparison.Ordinal)));
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void Types_are_completed_with_a_tooltip_that_tells_them_apart()
    {
        IReadOnlyList<Completion> offers = Session.Complete("New-MdevDevice mtty-");

        Assert.Equal(["mtty-1", "mtty-2"], offers.Select(o => o.Text));
        Assert.Contains("Dual port serial", offers[1].ToolTip);
    }
}
