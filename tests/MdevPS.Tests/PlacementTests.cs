using System.Management.Automation;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>Which parent gets the next device, why, and what is done when it cannot: on four GPUs with virtual functions on two NUMA nodes.</summary>
public sealed class PlacementTests() : SimulatedHostTest("nvidia-a2 -GpuCount 4 -NumaNodeCount 2")
{
    [Theory]
    [InlineData("-Count 8", 2, 2, 2, 2)]
    [InlineData("-Count 18 -Placement Pack", 2, 16)]
    public void Devices_are_spread_or_packed_over_the_GPUs(string how, params int[] expected) => Assert.Equal(
        expected, Gpus(Have($"New-MdevDevice nvidia-744 {how}")).GroupBy(gpu => gpu).Select(devices => devices.Count()).Order());

    [Fact]
    public void Another_framebuffer_size_goes_elsewhere_and_the_plan_says_why()
    {
        string? four = Gpus(Have("New-MdevDevice nvidia-746")).Single();
        Result plan = Run("Get-MdevPlacement nvidia-747");
        Assert.NotEqual(four, plan.Get("PhysicalDevice"));
        Assert.Contains($"{four} has none available beside 1 x nvidia-746", (string)plan.Get("Reason")!);
        Assert.Equal([plan.Get("PhysicalDevice")], Gpus(Have("New-MdevDevice nvidia-747")));
    }

    [Fact]
    public void What_is_planned_is_what_is_then_done()
    {
        Result plan = Run("Get-MdevPlacement nvidia-746 -Count 6 -NumaNode 1");
        Assert.Equal(plan.All("Parent"), Have("New-MdevDevice nvidia-746 -Count 6 -NumaNode 1").All("Parent"));
        Assert.Equal([1, 2, 3, 4, 5, 6], plan.All("Order"));
        Assert.Equal([1, 1, 1, 1, 1, 1], plan.All("NumaNode"));
        Assert.Equal((4, 3), (Result.Get(plan.Output[0], "RoomBefore"), Result.Get(plan.Output[0], "RoomAfter")));
    }

    [Fact]
    public void A_piped_plan_is_made()
    {
        Result plan = Run("Get-MdevPlacement nvidia-746 -Count 4 -Placement Pack");
        Assert.Equal(plan.All("Parent"), Run("New-MdevDevice", [.. plan.Output]).All("Parent"));
    }

    [Fact]
    public void WhatIf_changes_nothing_and_tells_the_same_plan()
    {
        Result plan = Run("Get-MdevPlacement nvidia-744 -Count 3");
        IReadOnlyList<string> said = Run("New-MdevDevice nvidia-744 -Count 3 -WhatIf").Host;
        Assert.Equal(3, said.Count);
        Assert.All(plan.Output.Zip(said), pair => Assert.Contains($"{Result.Get(pair.First, "Parent")}: {Result.Get(pair.First, "Reason")}", pair.Second));
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void It_is_said_of_each_GPU_why_nothing_fits()
    {
        Have("New-MdevDevice nvidia-748 -Count 3; New-MdevDevice nvidia-746");
        Result plan = Run("Get-MdevPlacement nvidia-748");
        Assert.Empty(plan.Output);
        Assert.Equal(["MdevNoCapacity"], plan.ErrorIds);
        Assert.Equal(ErrorCategory.LimitsExceeded, plan.Errors[0].CategoryInfo.Category);
        Assert.Matches("0000:01:00.0 is full with 1 x nvidia-748.*none available beside 1 x nvidia-746", plan.ErrorText);
    }

    [Fact]
    public void Those_that_fit_are_made_or_with_AllOrNothing_none()
    {
        Result none = Run("New-MdevDevice nvidia-748 -Count 5 -AllOrNothing");
        Assert.Empty(none.Output);
        Assert.Contains("only 4 of 5", none.ErrorText);
        Assert.Empty(Run("Get-MdevDevice").Output);
        Assert.Equal(4, Run("New-MdevDevice nvidia-748 -Count 5").Output.Count);
    }

    [Theory]
    [InlineData("Get-MdevPlacement nvidia-746 -Count 64", 16, "MdevNoCapacity")]
    [InlineData("Get-MdevPlacement nvidia-746 -Maximum", 16)]
    [InlineData("Get-MdevPlacement nvidia-746 -Maximum -NumaNode 1 -StrictNuma", 8)]
    [InlineData("Get-MdevPlacement nvidia-746 -Count 9 -NumaNode 1 -StrictNuma", 8, "MdevNoCapacity")]
    [InlineData("$null = New-MdevDevice nvidia-746 -Count 16; Get-MdevPlacement nvidia-746 -Maximum", 0)]
    // A sum over functions says more.
    [InlineData("Get-MdevType nvidia-746 | ForEach-Object { [object[]]::new($_.AvailableInstances) }", 64)]
    public void How_many_fit_is_answered(string line, int expected, params string[] errors)
    {
        Result plan = Run(line);
        Assert.Equal(expected, plan.Output.Count);
        Assert.Equal(errors, plan.ErrorIds);
    }

    [Theory]
    [InlineData("Get-MdevPlacement nvidia-746 -Maximum -Count 2", "AmbiguousParameterSet")]
    [InlineData("Get-MdevPlacement nvidia-746 -StrictNuma", "MdevInvalidArgument")]
    [InlineData("Get-MdevDevice -InUse -Unused", "AmbiguousParameterSet")]
    [InlineData("New-MdevDevice nvidia-746 -Total 2 -Count 2", "AmbiguousParameterSet")]
    [InlineData("New-MdevDevice nvidia-746 -Total 2 -Reuse", "AmbiguousParameterSet")]
    public void What_contradicts_itself_is_refused(string line, string id)
    {
        Result result = Run(line);
        Assert.Equal([id], result.ErrorIds);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void A_type_is_taken_by_its_human_name() => Assert.Equal("nvidia-746", Run("Get-MdevPlacement 'NVIDIA A2-4Q'").Get("Type"));

    [Fact]
    public void A_piped_type_means_its_parent_for_each_record() => Assert.Equal(
        ["0000:01:00.4", "0000:03:00.5"], Run("Get-MdevType nvidia-744 -Parent 0000:01:00.4, 0000:03:00.5 | New-MdevDevice").All("Parent"));

    private static List<string?> Gpus(Result devices) =>
        [.. devices.All("Parent").Select(parent => Run($"Get-MdevParent {parent}").Get("PhysicalFunction")?.ToString())];
}

/// <summary>A plan that is piped on, as it is or as CSV and JSON bring it back: each of its columns is followed, or the row is refused.</summary>
public sealed class PipedPlanTests() : SimulatedHostTest("nvidia-a2,mtty -GpuCount 2 -NumaNodeCount 2")
{
    [Fact]
    public void It_makes_what_it_says_live_and_as_text()
    {
        Result plan = Have("Get-MdevPlacement nvidia-748 -Count 2 -Placement Pack");
        object?[] parents = [.. plan.All("Parent")];
        Assert.Equal(parents, Have("Get-MdevPlacement nvidia-748 -Count 2 -Placement Pack | New-MdevDevice").All("Parent"));
        Have("Get-MdevDevice | Remove-MdevDevice -Confirm:$false");
        // Import-Csv gives text, and empty text for what was null.
        object[] csv = [.. plan.Output.Select(row => Bag([.. row.Properties.Select(property => (property.Name, (object?)$"{property.Value}"))]))];
        Assert.Equal(parents, Run("New-MdevDevice", csv).All("Parent"));
        Have("Get-MdevDevice | Remove-MdevDevice -Confirm:$false");
        Assert.Equal(parents, Run("New-MdevDevice", [.. plan.Output.Select(Deserialized)]).All("Parent"));
    }

    [Fact]
    public void A_device_that_it_hands_out_again_is_handed_out_or_the_row_is_refused()
    {
        object uuid = Have("New-MdevDevice mtty-2").Get("Uuid")!;
        Result refused = Run("Get-MdevPlacement mtty-2 -Reuse | New-MdevDevice");
        Assert.Equal(["MdevInvalidArgument"], refused.ErrorIds);
        Assert.Contains("-Reuse", refused.ErrorText);
        Assert.Single(Have("Get-MdevDevice").Output);
        // Of two idle ones it is the one of the row.
        object other = Have("New-MdevDevice mtty-2").Get("Uuid")!;
        foreach (object one in new[] { uuid, other })
            Assert.Equal(one, Run("New-MdevDevice -Reuse", Bag(("Type", "mtty-2"), ("Reuses", $"{one}"))).Get("Uuid"));
        Assert.Equal(2, Have("Get-MdevDevice").Output.Count);
        Assert.Equal(["MdevInvalidArgument"], Run("New-MdevDevice -Reuse", Bag(("Type", "mtty-2"), ("Reuses", "x"))).ErrorIds);
    }

    [Fact]
    public void A_table_says_how_to_place_whether_it_is_planned_or_made()
    {
        PSObject row = Bag(("Type", "nvidia-746"), ("Count", "3"), ("NumaNode", "1"), ("Placement", "Pack"), ("StrictNuma", "True"));
        Assert.Equal([1, 1, 1], Run("Get-MdevPlacement", row).All("NumaNode"));
        Assert.Equal([1, 1, 1], Run("New-MdevDevice", row).All("NumaNode"));
        Assert.Empty(Run("Get-MdevPlacement", Bag(("Type", "nvidia-748"), ("Count", "9"), ("AllOrNothing", "True"))).Output);
        string uuid = $"{Guid.NewGuid()}";
        PSObject known = Bag(("Type", "mtty-2"), ("Uuid", uuid), ("IfMissing", "True"));
        Assert.Equal([false, true], Run("New-MdevDevice", known, known).All("Reused"));
    }

    [Theory]
    [InlineData("New-MdevDevice -Total 1", "Count", "2")]
    [InlineData("New-MdevDevice -Total 1", "Uuid", "11111111-1111-4111-8111-111111111111")]
    [InlineData("New-MdevDevice -Total 1", "Reuse", "True")]
    [InlineData("New-MdevDevice", "Total", "2")]
    [InlineData("Get-MdevPlacement", "Total", "2")]
    [InlineData("Get-MdevPlacement -Maximum", "Count", "2")]
    [InlineData("Get-MdevPlacement -Maximum", "AllOrNothing", "True")]
    [InlineData("New-MdevDevice", "NumaNode", "first")]
    [InlineData("Get-MdevPlacement", "NumaNode", "first")]
    [InlineData("Get-MdevPlacement", "Placement", "Anywhere")]
    public void A_column_that_cannot_be_followed_is_an_error(string line, string column, string value)
    {
        Result result = Run(line, Bag(("Type", "mtty-2"), (column, value)));
        Assert.Single(result.Errors);
        Assert.Contains(value is "first" or "Anywhere" ? value : column, result.ErrorText);
        Assert.Empty(result.Output);
        Assert.Empty(Have("Get-MdevDevice").Output);
    }

    [Fact]
    public void A_NUMA_node_that_is_not_kept_is_warned_of_once_for_all_rows() =>
        Assert.Single(Have("New-MdevDevice nvidia-746 -NumaNode 7 -Count 3").Warnings);
}

/// <summary>What is typed can be computed with.</summary>
public sealed class TypedFigureTests() : SimulatedHostTest("nvidia-t4", "i915", "mdpy", "mbochs -GpuCount 1")
{
    [Fact]
    public void Types_are_filtered_by_the_bytes_of_their_framebuffer() => Assert.Equal(
        ["GRID T4-16A", "GRID T4-16C", "GRID T4-16Q", "GRID T4-8A", "GRID T4-8C", "GRID T4-8Q"],
        Run("Get-MdevType | Where-Object FramebufferBytes -GE 8GB").TextOf("Name").Order(StringComparer.Ordinal));
}

/// <summary>Devices that are idle and taken again.</summary>
public sealed class ReuseTests() : SimulatedHostTest("mtty")
{
    [Fact]
    public void Each_is_handed_out_once_over_a_whole_pipeline()
    {
        IReadOnlyList<object?> idle = Have("New-MdevDevice mtty-2 -Count 2").All("Uuid");
        Result got = Run("'mtty-2', 'mtty-2', 'mtty-2' | New-MdevDevice -Reuse");
        Assert.Equal([true, true, false], got.All("Reused"));
        Assert.Equal(idle.ToHashSet(), got.All("Uuid").Take(2).ToHashSet());
        Assert.DoesNotContain(got.All("Uuid")[2], idle);
    }

    [Fact]
    public void One_in_use_is_left_alone()
    {
        object device = Have("New-MdevDevice mtty-2").Get("Uuid")!;
        StartVm(Root, "web01", $"{device}");
        Result got = Run("New-MdevDevice mtty-2 -Reuse");
        Assert.Equal(false, got.Get("Reused"));
        Assert.NotEqual(device, got.Get("Uuid"));
    }

    [Fact]
    public void It_is_planned()
    {
        object device = Have("New-MdevDevice mtty-2").Get("Uuid")!;
        Assert.Equal([device, null], Run("Get-MdevPlacement mtty-2 -Count 2 -Reuse").All("Reuses"));
    }
}
