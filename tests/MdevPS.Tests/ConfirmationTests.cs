using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>-WhatIf and -Confirm: what is asked, what is said, and what an answer does.</summary>
public sealed class ConfirmationTests : SimulatedHostTest
{
    private readonly string _device;

    public ConfirmationTests()
        : base("mtty") => _device = Have("New-MdevDevice mtty-1").Get("Uuid")!.ToString()!;

    [Theory]
    [InlineData("New-MdevDevice mtty-1 -Confirm", "mtty-1 on mtty")]
    [InlineData("Get-MdevDevice | Remove-MdevDevice -Confirm", "(mtty-1 on mtty)")]
    [InlineData("Remove-MdevSimulation $env:MDEVPS_ROOT -Confirm", "Remove simulated host")]
    [InlineData("Restart-MdevSimulation $env:MDEVPS_ROOT -Confirm", "Restart simulated host")]
    public void Confirm_asks_and_No_changes_nothing(string line, string asks)
    {
        string before = Snapshot(Root);
        Session.Answers.Enqueue(Answer.No);

        Result result = Run(line);

        Assert.Contains(asks, Assert.Single(result.Questions));
        Assert.Empty(result.Output);
        Assert.Empty(result.Errors);
        Assert.Equal(before, Snapshot(Root));
    }

    [Theory]
    [InlineData("New-MdevDevice mtty-1 -Confirm")]
    [InlineData("Get-MdevDevice | Remove-MdevDevice -Confirm")]
    [InlineData("Remove-MdevSimulation $env:MDEVPS_ROOT -Confirm")]
    public void Nothing_happens_where_nobody_can_be_asked(string line)
    {
        string before = Snapshot(Root);
        Assert.NotEmpty(Run(line).Errors);
        Assert.Equal(before, Snapshot(Root));
    }

    [Theory]
    [InlineData("New-MdevDevice mtty-1", "Low", true)]
    [InlineData("New-MdevDevice mtty-1", "Medium", false)]
    [InlineData("Get-MdevDevice | Remove-MdevDevice", "Medium", true)]
    [InlineData("Get-MdevDevice | Remove-MdevDevice", "High", false)]
    [InlineData("Remove-MdevSimulation $env:MDEVPS_ROOT", "Medium", true)]
    [InlineData("Remove-MdevSimulation $env:MDEVPS_ROOT", "High", false)]
    public void What_makes_asks_from_Low_on_and_what_removes_from_Medium_on(string line, string preference, bool asks)
    {
        string before = Snapshot(Root);
        if (asks)
            Session.Answers.Enqueue(Answer.No);

        Result result = Run($"$ConfirmPreference = '{preference}'; {line}");

        Assert.Empty(result.Errors);
        Assert.Equal(asks ? 1 : 0, result.Questions.Count);
        Assert.Equal(asks, Directory.Exists(Root) && before == Snapshot(Root));
    }

    [Theory]
    [InlineData("New-MdevDevice mtty-1 -Confirm:$false", 2)]
    [InlineData("Get-MdevDevice | Remove-MdevDevice -Confirm:$false", 0)]
    public void Confirm_false_asks_nothing(string line, int left)
    {
        Result result = Run($"$ConfirmPreference = 'Low'; {line}");
        Assert.Empty(result.Errors);
        Assert.Empty(result.Questions);
        Assert.Equal(left, Run("Get-MdevDevice").Output.Count);
    }

    [Fact]
    public void Each_device_is_asked_for_and_what_is_answered_is_done()
    {
        Have("New-MdevDevice mtty-1 -Count 2");
        object?[] devices = [.. Have("Get-MdevDevice").All("Uuid")];
        Session.Answers.Enqueue(Answer.No);
        Session.Answers.Enqueue(Answer.YesToAll);

        Result result = Run("Get-MdevDevice | Remove-MdevDevice -Confirm");

        Assert.Equal(2, result.Questions.Count);
        Assert.Equal([devices[0]], Run("Get-MdevDevice").All("Uuid"));
    }

    [Theory]
    [InlineData("New-MdevDevice mtty-2 -Count 2 -WhatIf", 2, @"^What if: .*mtty-2.*\bmtty\b")]
    [InlineData("Get-MdevDevice | Remove-MdevDevice -WhatIf", 1, @"^What if: .*Remove device.*DEVICE \(mtty-1 on mtty\)")]
    [InlineData("Remove-MdevSimulation $env:MDEVPS_ROOT -WhatIf", 1, "^What if: .*Remove simulated host.*ROOT")]
    [InlineData("Restart-MdevSimulation $env:MDEVPS_ROOT -WhatIf", 1, "^What if: .*Restart simulated host.*ROOT")]
    public void WhatIf_says_what_would_be_done_to_what_and_does_it_not(string line, int count, string says)
    {
        string before = Snapshot(Root);

        Result result = Run(line);

        Assert.Equal(count, result.Host.Count);
        Assert.All(result.Host, said => Assert.Matches(says.Replace("DEVICE", _device, StringComparison.Ordinal).Replace("ROOT", Root, StringComparison.Ordinal), said));
        Assert.Empty(result.Output);
        Assert.Empty(result.Errors);
        Assert.Equal(before, Snapshot(Root));
    }

    public override void Dispose()
    {
        Session.Answers.Clear();
        base.Dispose();
    }
}

/// <summary>Ctrl+C: what is done is whole, and what is asked for as a whole leaves nothing.</summary>
public sealed class StoppingTests : SimulatedHostTest
{
    // The tests' own session is asked meanwhile what there is.
    private readonly Session _stopped = new();

    public StoppingTests()
        : base("vfio_ap") => Environment.SetEnvironmentVariable(RootVariable, NewHost("fleet -ParentCount 4 -TypeCount 1"));

    [Fact]
    public void New_MdevDevice_stops_between_two_devices()
    {
        Result made = StopMidway("New-MdevDevice fleet-1 -Count 4096", 5);

        Assert.InRange(made.Output.Count, 5, 4095);
        Result there = Have("Get-MdevDevice -ErrorAction Stop");
        Assert.All(there.TextOf("State"), state => Assert.Equal("Active", state));
        // The one that was just being made may not have come out any more.
        Assert.InRange(there.Output.Count - made.Output.Count, 0, 1);
    }

    [Fact]
    public void Remove_MdevDevice_stops_between_two_devices()
    {
        Have("New-MdevDevice fleet-1 -Count 64");
        int before = Have("Get-MdevDevice").Output.Count;

        Result gone = StopMidway("Get-MdevDevice | ForEach-Object { $_; $_ | Remove-MdevDevice }", 3);

        int left = Have("Get-MdevDevice -ErrorAction Stop").Output.Count;
        Assert.InRange(left, 1, before);
        Assert.InRange(before - left, gone.Output.Count - 1, gone.Output.Count);
    }

    [Fact]
    public void Restore_MdevDevice_stops_while_it_waits()
    {
        Have("New-MdevDefinition fleet-1; New-MdevDefinition fleet-1 elsewhere -WarningAction Ignore");
        Result restored = StopMidway("Restore-MdevDevice -TimeoutSec 86400", 1);
        Assert.Equal(["Made"], restored.TextOf("Outcome"));
    }

    [Theory]
    [InlineData("fleet", "New-MdevDevice fleet-1 -Count 4000 -AllOrNothing")]
    [InlineData("vfio_ap", "New-MdevDevice vfio_ap-passthrough -Attribute (@(2..250; 2..250; 2..250; 2..250) | ForEach-Object { @{ assign_control_domain = $_ }; @{ unassign_control_domain = $_ } })")]
    public void A_request_that_is_one_leaves_nothing(string driver, string line)
    {
        string root = driver == "vfio_ap" ? Root : NewHost(driver);
        Environment.SetEnvironmentVariable(RootVariable, root);
        string bus = $"{root}/sys/bus/mdev/devices";

        Running running = _stopped.Start(line);
        running.Until(() => Directory.EnumerateFileSystemEntries(bus).Any());
        Assert.False(running.IsCompleted, "It is stopped in the middle.");
        running.Stop();

        Assert.Empty(Have("Get-MdevDevice").Output);
    }

    [Theory]
    [InlineData("Get-MdevDevice")]
    [InlineData("Get-MdevType")]
    public void A_listing_ends_as_soon_as_enough_has_come(string cmdlet)
    {
        Have("New-MdevDevice fleet-1 -Count 8");
        Result result = Run($"foreach ($i in 1) {{ {cmdlet} | ForEach-Object {{ $_; break }} }}");
        Assert.Single(result.Output);
        Assert.Empty(result.Errors);
    }

    public override void Dispose()
    {
        _stopped.Dispose();
        base.Dispose();
    }

    private Result StopMidway(string line, int after)
    {
        Running running = _stopped.Start(line);
        running.Until(() => running.Count >= after);
        Assert.False(running.IsCompleted, "It is stopped in the middle.");
        Result result = running.Stop();
        Assert.True(result.IsStopped);
        Assert.Empty(result.Errors);
        return result;
    }
}
