using System.Management.Automation;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>The three lines that the module is for.</summary>
public sealed class MainJobTests : SimulatedHostTest
{
    [Fact]
    public void Find_make_and_remove()
    {
        Assert.Equal(["mbochs", "mdpy", "mtty"], Run("Get-MdevParent").TextOf("Parent"));

        Result made = Run("Get-MdevType mtty-2 | New-MdevDevice");
        Assert.Equal(("mtty-2", "mtty", Root), (made.Get("Type"), made.Get("Parent"), made.Get("Root")));
        Assert.Equal(made.Get("Uuid"), Run("Get-MdevDevice").Get("Uuid"));

        Assert.Empty(Run("Get-MdevDevice | Remove-MdevDevice").Errors);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void An_object_brings_its_parent_type_and_root()
    {
        PSObject type = Run("Get-MdevType mtty-1").Only;
        Environment.SetEnvironmentVariable(RootVariable, null);

        Result made = Run("New-MdevDevice", Deserialized(type));

        Assert.Equal(("mtty-1", "mtty", Root), (made.Get("Type"), made.Get("Parent"), made.Get("Root")));
    }

    [Fact]
    public void A_type_that_no_parent_has_is_an_error_and_nothing_is_made()
    {
        Result result = Run("New-MdevDevice mtty-9");

        Assert.Equal(["MdevTypeNotFound"], result.ErrorIds);
        Assert.Equal(ErrorCategory.ObjectNotFound, result.Errors[0].CategoryInfo.Category);
        Assert.Null(result.Terminated);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void WhatIf_makes_nothing()
    {
        Result result = Run("New-MdevDevice mtty-1 -Count 2 -WhatIf");

        Assert.Equal(2, result.Host.Count(line => line.StartsWith("What if:", StringComparison.Ordinal)));
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void Types_are_completed_with_a_tooltip_that_tells_them_apart()
    {
        IReadOnlyList<CompletionResult> offers = Session.Complete("New-MdevDevice mtty-");

        Assert.Equal(["mtty-1", "mtty-2"], offers.Select(offer => offer.CompletionText));
        Assert.Contains("Dual port serial", offers[1].ToolTip);
    }
}
