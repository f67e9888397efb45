using System.Management.Automation;
using System.Reflection;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>What somebody before the screen sees of long work. The clock is the tests' own: each look at it finds a second gone.</summary>
public sealed class ProgressTests : SimulatedHostTest
{
    private const string Uuid = "11111111-1111-4111-8111-111111111111";

    private readonly PropertyInfo _clock;
    private readonly object? _real;
    private long _now;

    public ProgressTests()
        : base("mtty")
    {
        var type = (Type)Have("[MdevPS.Commands.NewMdevDeviceCommand]").Only.BaseObject;
        _clock = type.Assembly.GetType("MdevPS.Binding.LongWork")!.GetProperty("Clock", BindingFlags.Static | BindingFlags.NonPublic)!;
        _real = _clock.GetValue(null);
        Look(() => _now += 1000);
    }

    [Fact]
    public void Making_many_says_how_many_of_how_many()
    {
        Result made = Have("New-MdevDevice mtty-2 -Count 3");
        Assert.Equal(3, made.Output.Count);
        Assert.Equal(
            [("2 of 3: mtty-2 on mtty", 33, ProgressRecordType.Processing), ("3 of 3: mtty-2 on mtty", 66, ProgressRecordType.Processing), (" ", -1, ProgressRecordType.Completed)],
            made.Progress.Select(record => (record.StatusDescription, record.PercentComplete, record.RecordType)));
        Assert.All(made.Progress, record => Assert.Equal("Making mediated devices", record.Activity));
    }

    [Fact]
    public void Removing_many_and_waiting_for_who_holds_one_is_shown()
    {
        object?[] uuids = [.. Have("New-MdevDevice mtty-2 -Count 2").All("Uuid")];
        StartVm(Root, "web01", $"{uuids[1]}");
        Result removed = Run($"Remove-MdevDevice {uuids[0]}, {uuids[1]} -EvenIfInUse -TimeoutSec 1 -Confirm:$false");
        Assert.Equal("Removing", removed.Get("State"));
        Assert.Equal($"2: {uuids[1]}", removed.Progress[0].StatusDescription);
        Assert.Contains(removed.Progress, record => record.Activity == "Waiting until devices are let go" && record.StatusDescription == $"{uuids[1]}" && record.SecondsRemaining >= 0);
        Assert.Equal(ProgressRecordType.Completed, removed.Progress[^1].RecordType);
    }

    [Fact]
    public void Making_what_is_defined_and_waiting_for_what_it_needs_is_shown()
    {
        Have("New-MdevDefinition mtty-2 mtty -AutoStart; New-MdevDefinition mtty-2 mtty -AutoStart");
        Assert.Contains(Have("Restore-MdevDevice").Progress, record => record.StatusDescription == "2 of 2: mtty-2 on mtty");
        Have($"Get-MdevDevice | Remove-MdevDevice; New-MdevDefinition mtty-2 elsewhere -Uuid {Uuid} -WarningAction Ignore");
        Result waited = Run($"Restore-MdevDevice {Uuid} -TimeoutSec 1");
        Assert.Equal("Waiting", waited.Get("Outcome"));
        Assert.Contains(waited.Progress, record => record is { Activity: "Waiting for what defined devices need", StatusDescription: "1 device" });
    }

    [Fact]
    public void Making_a_simulated_host_is_shown()
    {
        Result made = Have("New-MdevSimulation mtty");
        Have($"Remove-MdevSimulation {made.Get("Root")}");
        Assert.Matches("^[1-9][0-9]* files?$", made.Progress[0].StatusDescription);
        Assert.Equal(ProgressRecordType.Completed, made.Progress[^1].RecordType);
    }

    [Fact]
    public void Nothing_is_shown_of_what_is_quick()
    {
        Look(() => 5);
        Assert.Empty(Have("New-MdevDevice mtty-2 -Count 3 | Remove-MdevDevice -Confirm:$false").Progress);
    }

    [Fact]
    public void Nothing_is_shown_where_nobody_looks()
    {
        _clock.SetValue(null, _real);
        Look(Console.IsOutputRedirected ? (Func<long?>)_real! : () => null);
        Assert.Empty(Have("New-MdevDevice mtty-2 -Count 3").Progress);
    }

    [Theory]
    [InlineData("-ProgressAction Ignore")]
    [InlineData("-ProgressAction SilentlyContinue")]
    [InlineData("; $ProgressPreference = 'Stop'")]
    [InlineData("; $ProgressPreference = 'Inquire'")]
    public void What_is_not_to_be_shown_ends_nothing(string how)
    {
        string[] parts = how.Split(';');
        Result made = Have($"{parts.ElementAtOrDefault(1)}; New-MdevDevice mtty-2 -Count 3 {parts[0]}");
        Assert.Equal(3, made.Output.Count);
        Assert.Empty(made.Progress);
    }

    public override void Dispose()
    {
        _clock.SetValue(null, _real);
        base.Dispose();
    }

    private void Look(Func<long?> clock) => _clock.SetValue(null, clock);
}
