using System.Management.Automation;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>What is asked per physical device and by human names: on two GPUs with virtual functions, a GPU without, and a sample driver.</summary>
public sealed class CapacityTests() : SimulatedHostTest("nvidia-a2,nvidia-t4,mtty -GpuCount 2 -NumaNodeCount 2")
{
    private const string FirstA2 = "0000:01:00.0";

    [Theory]
    [InlineData("nvidia-746", 2)]
    [InlineData("nvidia-232", 2)]
    [InlineData("mtty-2", 1)]
    public void Room_is_what_can_really_be_made(string type, int devices)
    {
        Result before = Have($"Get-MdevCapacity {type}");
        Assert.Equal(devices, before.Output.Count);
        int room = before.All("Room").Sum(value => (int)value!);
        Result made = Run($"New-MdevDevice {type} -Count 200");
        Assert.Equal(room, made.Output.Count);
        Assert.Equal(["MdevNoCapacity"], made.ErrorIds);
        Result after = Have($"Get-MdevCapacity {type}");
        Assert.All(after.All("Room"), left => Assert.Equal(0, left));
        Assert.Equal(room, after.All("Devices").Sum(value => (int)value!));
    }

    // Every type of four A2s and of a T4, one after the other, and none there when the next one's turn comes.
    [Theory]
    [InlineData("nvidia-a2 -GpuCount 4")]
    [InlineData("nvidia-t4 -GpuCount 1")]
    public void Room_of_each_type_is_what_can_really_be_made(string host)
    {
        string root = NewHost(host);
        Result told = Have($"Get-MdevCapacity -Root {root}");
        IGrouping<string, int>[] rooms = [.. told.Output.GroupBy(row => (string)Result.Get(row, "Type")!, row => (int)Result.Get(row, "Room")!)];
        Assert.Equal(15, rooms.Length);
        foreach (IGrouping<string, int> type in rooms)
        {
            Result made = Run($"New-MdevDevice {type.Key} -Count 200 -Root {root}");
            Assert.Equal((type.Key, type.Sum()), (type.Key, made.Output.Count));
            Assert.Equal(["MdevNoCapacity"], made.ErrorIds);
            Have($"Restart-MdevSimulation {root}");
        }
    }

    [Fact]
    public void A_row_has_what_people_ask_for()
    {
        Have("New-MdevDevice nvidia-746 -PhysicalDevice 0000:01:00.0");
        PSObject row = Have("Get-MdevCapacity nvidia-746 -PhysicalDevice 0000:01:00.0").Only;
        Assert.Equal(
            ("nvidia-746", "NVIDIA A2-4Q", FirstA2, 4L << 30, 4L << 30, 0, 4, 3, 1),
            (Result.Get(row, "Type"), Result.Get(row, "Name"), Result.Get(row, "PhysicalDevice"), Result.Get(row, "FramebufferBytes"), Result.Get(row, "Memory"),
                Result.Get(row, "NumaNode"), Result.Get(row, "MaxInstances"), Result.Get(row, "Room"), Result.Get(row, "Devices")));
        Assert.Equal([1], Have("Get-MdevCapacity nvidia-746 -NumaNode 1").All("NumaNode"));
    }

    // A number, although the table shows words.
    [Fact]
    public void Memory_is_held_against_amounts() =>
        Assert.Equal([4L << 30, 8L << 30, 16L << 30], Have("Get-MdevCapacity 'NVIDIA A2-*Q' | Where-Object Memory -ge 4GB").All("Memory").Cast<long>().Distinct().Order());

    [Fact]
    public void A_row_that_says_a_name_for_its_type_is_told_the_id()
    {
        Result refused = Run("[pscustomobject]@{ Type = 'NVIDIA A2-4Q' } | New-MdevDevice");
        Assert.Equal(["MdevTypeNotFound"], refused.ErrorIds);
        Assert.Contains("is told by its id: nvidia-746", refused.ErrorText);
    }

    [Fact]
    public void A_piped_row_makes_one_on_that_physical_device_or_says_that_it_has_no_room()
    {
        Have($"New-MdevDevice nvidia-748 -PhysicalDevice {FirstA2}");
        Result made = Run("Get-MdevCapacity nvidia-748 | New-MdevDevice");
        Assert.NotEqual(FirstA2, made.Get("PhysicalDevice"));
        Assert.Equal(["MdevNoCapacity"], made.ErrorIds);
        Assert.Contains(FirstA2, made.ErrorText);
    }

    [Theory]
    [InlineData("Get-MdevParent -PhysicalDevice 0000:01:00.0", 16)]
    [InlineData("Get-MdevParent -PhysicalDevice 01:00.0", 16)]
    [InlineData("Get-MdevParent 0000:01:00.0", 16)]
    [InlineData("Get-MdevParent 01:00.4", 1)]
    [InlineData("Get-MdevParent 0000:01:00.4 -PhysicalDevice 0000:02:00.0", 0)]
    [InlineData("Get-MdevType nvidia-746 -PhysicalDevice 0000:01:*", 16)]
    [InlineData("Get-MdevType 'nvidia a2-4q' -Parent 0000:01:00.0", 16)]
    [InlineData("Get-MdevType '*A2-4Q' -Parent 01:00.4", 1)]
    [InlineData("Get-MdevPlacement 'NVIDIA A2-4Q' -Parent 0000:01:00.0 -Count 2", 2)]
    public void A_physical_device_and_a_human_name_are_understood(string line, int count)
    {
        Result result = Have(line);
        Assert.Equal(count, result.Output.Count);
        Assert.All(result.All("PhysicalDevice"), device => Assert.Equal(FirstA2, device));
    }

    [Fact]
    public void Devices_are_found_by_name_and_physical_device()
    {
        Have("New-MdevDevice nvidia-746 -Count 4; New-MdevDevice mtty-2");
        Assert.Equal(4, Have("Get-MdevDevice -Type 'NVIDIA A2-4Q'").Output.Count);
        Assert.Equal(2, Have($"Get-MdevDevice -PhysicalDevice {FirstA2}").Output.Count);
        Assert.Equal(2, Have($"Get-MdevDevice -Parent {FirstA2}").Output.Count);
        Result one = Have("Get-MdevDevice -Type mtty-2");
        Assert.Single(Have($"Get-MdevDevice {one.Get("Uuid")} -Type 'Dual port serial'").Output);
    }

    [Fact]
    public void What_an_object_says_of_itself_is_an_id_and_no_name()
    {
        Assert.Equal(["MdevTypeNotFound"], Run("Get-MdevType", Bag(("Type", "NVIDIA A2-4Q"))).ErrorIds);
        Assert.Equal(["MdevTypeNotFound"], Run("New-MdevDevice", Bag(("Type", "NVIDIA A2-4Q"))).ErrorIds);
        Result wrong = Run("Get-MdevType 'NVIDIA A2-4X'");
        Assert.Contains("nvidia-746 (NVIDIA A2-4Q)", wrong.ErrorText);
    }

    [Fact]
    public void An_unknown_physical_device_is_an_error_of_its_name()
    {
        Result result = Run("Get-MdevType -PhysicalDevice 0000:99:00.0");
        Assert.Equal(["MdevParentNotFound"], result.ErrorIds);
        Assert.Empty(result.Output);
        Assert.Equal("0000:99:00.0", result.Errors[0].TargetObject);
    }

    [Fact]
    public void A_taken_function_is_named_and_so_is_the_room_of_the_others()
    {
        Have("New-MdevDevice nvidia-744 -Parent 0000:01:00.4");
        string text = Run("New-MdevDevice nvidia-744 -Parent 0000:01:00.4").ErrorText;
        Assert.Contains("0000:01:00.4 has a device of type nvidia-744 already, but other functions of 0000:01:00.0 have room for 15", text);
    }

    [Fact]
    public void A_NUMA_node_that_is_not_kept_is_warned_of()
    {
        Result made = Run("New-MdevDevice nvidia-746 -NumaNode 7");
        Assert.Single(made.Output);
        Assert.Contains("NUMA node 7 was asked for", Assert.Single(made.Warnings));
        Assert.Empty(Have("New-MdevDevice nvidia-746 -NumaNode 1").Warnings);
    }

    [Fact]
    public void A_total_makes_what_is_missing_and_gives_all()
    {
        Result first = Have("New-MdevDevice nvidia-746 -Total 3");
        Assert.Equal([false, false, false], first.All("Reused"));
        Result again = Have("New-MdevDevice nvidia-746 -Total 3");
        Assert.Equal([true, true, true], again.All("Reused"));
        Assert.Equal(first.All("Uuid").Order(), again.All("Uuid").Order());
        Result more = Have("New-MdevDevice 'NVIDIA A2-4Q' -Total 4");
        Assert.Equal([true, true, true, false], more.All("Reused"));
        Result less = Run("New-MdevDevice nvidia-746 -Total 2");
        Assert.Equal(4, less.Output.Count);
        Assert.Contains("There are 4 devices of type nvidia-746, 2 more than asked for", Assert.Single(less.Warnings));
        Assert.Equal(4, Have("Get-MdevDevice").Output.Count);
    }

    [Fact]
    public void A_total_counts_where_it_was_asked_for_and_may_be_all_or_nothing()
    {
        Have("New-MdevDevice nvidia-746 -Count 2");
        Assert.Equal(3, Have($"New-MdevDevice nvidia-746 -PhysicalDevice {FirstA2} -Total 3").Output.Count);
        Assert.Equal(4, Have("Get-MdevDevice").Output.Count);
        Result result = Run($"New-MdevDevice nvidia-746 -PhysicalDevice {FirstA2} -Total 5 -AllOrNothing");
        Assert.Equal([true, true, true], result.All("Reused"));
        Assert.Equal(["MdevNoCapacity"], result.ErrorIds);
        Assert.Equal(4, Have("Get-MdevDevice").Output.Count);
    }

    [Fact]
    public void A_device_of_a_known_name_is_made_if_it_is_missing()
    {
        const string Line = "New-MdevDevice mtty-2 -Uuid 11111111-1111-4111-8111-111111111111";
        Assert.Equal(false, Have($"{Line} -IfMissing").Get("Reused"));
        Assert.Equal(true, Have($"{Line} -IfMissing").Get("Reused"));
        Assert.Equal(["MdevUuidExists"], Run(Line).ErrorIds);
        Assert.Equal(["MdevUuidExists"], Run($"{Line.Replace("mtty-2", "mtty-1")} -IfMissing").ErrorIds);
        Assert.Equal(["MdevInvalidArgument"], Run("New-MdevDevice mtty-2 -IfMissing").ErrorIds);
    }

    [Fact]
    public void The_columns_of_a_table_say_how_many_go_where()
    {
        Result made = Run("New-MdevDevice", Bag(("Type", "nvidia-746"), ("Count", "2"), ("NumaNode", "1"), ("Placement", "Pack"), ("AllOrNothing", "True")));
        Assert.Empty(made.Errors);
        Assert.Equal([1, 1], made.All("NumaNode"));
        Assert.Empty(Run("New-MdevDevice", Bag(("Type", "nvidia-746"), ("Count", "some"))).Output);
    }

    [Fact]
    public void Names_are_completed_by_any_part_of_them()
    {
        IReadOnlyList<CompletionResult> names = Session.Complete("New-MdevDevice 4Q");
        Assert.Equal(["'GRID T4-4Q'", "'NVIDIA A2-4Q'"], names.Select(name => name.CompletionText).Order());
        Assert.Contains(names, name => name.ToolTip.StartsWith("nvidia-746: room for 8 on 2 physical devices", StringComparison.Ordinal));
        Assert.Equal([FirstA2], Session.Complete("Get-MdevType -PhysicalDevice 0000:01").Select(device => device.CompletionText));
    }
}
