using System.Diagnostics;
using System.Management.Automation;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>A cmdlet that is ended in the middle: what it has done by then is told, and nothing is left half done.</summary>
public sealed class HalfResultTests : SimulatedHostTest
{
    public HalfResultTests()
        : base("vfio_ap", "mtty")
    {
    }

    [Theory]
    [InlineData("New-MdevDevice mtty-1 -Count 3 -ErrorAction Stop")]
    [InlineData("$ErrorActionPreference = 'Stop'; New-MdevDevice mtty-1 -Count 3")]
    [InlineData("New-MdevDevice mtty-1 -Count 3 -Uuid $taken[0], '11111111-1111-4111-8111-111111111111' -ErrorAction Stop")]
    public void Every_device_that_was_made_before_the_error_that_ends_it_is_told(string line)
    {
        // What cannot be read back: an error beside the device.
        string attribute = $"{Root}{Run("Get-MdevType mtty-1").Get("SysfsPath")}/device_api";
        object taken = Have("New-MdevDevice mtty-1").Get("Uuid")!;
        File.Delete(attribute);
        Directory.CreateDirectory(attribute);

        Result result = Run($"$taken = @('{taken}'); {line}");

        Assert.NotNull(result.Terminated);
        Directory.Delete(attribute);
        Assert.Equal(Run("Get-MdevDevice").TextOf("Uuid").Where(uuid => uuid != $"{taken}").Order(), result.TextOf("Uuid").Order());
    }

    [Fact]
    public void With_all_or_nothing_none_is_left_whatever_ends_it()
    {
        string attribute = $"{Root}{Run("Get-MdevType mtty-1").Get("SysfsPath")}/device_api";
        File.Delete(attribute);
        Directory.CreateDirectory(attribute);

        Result result = Run("New-MdevDevice mtty-1 -Count 3 -AllOrNothing -ErrorAction Stop");

        Assert.NotNull(result.Terminated);
        Assert.Empty(result.Output);
        Directory.Delete(attribute);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void No_device_is_left_without_its_attributes()
    {
        Result result = Run("New-MdevDevice vfio_ap-passthrough -Count 2 -Attribute ([ordered]@{ assign_adapter = 5; assign_domain = 'nonsense' }) -ErrorAction Stop");

        Assert.StartsWith("MdevAttributeFailed,", result.Terminated!.FullyQualifiedErrorId);
        Assert.Empty(result.Output);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    // A removal that has begun cannot be taken back.
    [Theory]
    [InlineData("Remove-MdevDevice $a, $missing, $b -EvenIfInUse -TimeoutSec 0 -ErrorAction Stop")]
    [InlineData("$a, $missing, $b | Remove-MdevDevice -EvenIfInUse -TimeoutSec 0 -ErrorAction Stop")]
    [InlineData("$a, 'no uuid', $b | Remove-MdevDevice -EvenIfInUse -TimeoutSec 0 -ErrorAction Stop")]
    [InlineData("$ErrorActionPreference = 'Stop'; $a, $null, $b | Remove-MdevDevice -EvenIfInUse -TimeoutSec 0")]
    [InlineData("Remove-MdevDevice $a, $b -EvenIfInUse -TimeoutSec 0 -WarningAction Stop")]
    [InlineData("$WarningPreference = 'Stop'; $a, $b | Remove-MdevDevice -EvenIfInUse -TimeoutSec 0")]
    public void A_removal_that_has_begun_is_told_before_the_word_that_ends_everything(string line)
    {
        string[] devices = [.. Have("New-MdevDevice mtty-1 -Count 2").TextOf("Uuid").OfType<string>()];
        StartVm(Root, "web", devices);

        Result result = Run($"$a, $b = '{devices[0]}', '{devices[1]}'; $missing = [guid]::NewGuid(); {line}");

        Assert.NotNull(result.Terminated);
        Assert.Equal(("Removing", devices[0]), (result.Get("State")?.ToString(), result.Get("Uuid")?.ToString()));
        Assert.Equal(["Active", "Removing"], Run("Get-MdevDevice").TextOf("State").Order());
    }

    // A script that is told afterwards cannot refuse any more: what it says, or that others could have changed it, comes behind what was done.
    public static TheoryData<string, int, string> AfterTheDeed()
    {
        var data = new TheoryData<string, int, string>();
        foreach (string notifier in new[] { "talks", "is open" })
        {
            data.Add("New-MdevDevice mtty-1 -Count 2", 1, notifier);
            data.Add("New-MdevDevice mtty-1 -Count 2 -AllOrNothing", 2, notifier);
            data.Add("New-MdevDevice mtty-1 -Total 4", 3, notifier);
            data.Add("New-MdevDefinition -Uuid $uuids", 1, notifier);
            data.Add("$kept | Set-MdevDefinition -AutoStart -PassThru", 1, notifier);
            data.Add("$kept | Restore-MdevDevice", 1, notifier);
            data.Add("Remove-MdevDevice $uuids -EvenIfInUse -TimeoutSec 0", 1, notifier);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(AfterTheDeed))]
    public void What_was_done_is_told_before_the_word_about_a_notifier_that_ends_everything(string line, int told, string notifier)
    {
        string[] devices = [.. Have("New-MdevDevice mtty-1 -Count 2").TextOf("Uuid").OfType<string>()];
        string[] kept = [.. Have("1..2 | ForEach-Object { New-MdevDefinition mtty-2 }").TextOf("Uuid").OfType<string>()];
        StartVm(Root, "web", devices);
        string script = $"{Root}/usr/lib/mdevctl/scripts.d/notifiers/n";
        Directory.CreateDirectory(Path.GetDirectoryName(script)!);
        File.WriteAllText(script, "#!/bin/sh\necho told >&2\n");
        File.SetUnixFileMode(script, (UnixFileMode)(notifier == "talks" ? 0x1ed : 0x1ff));

        Result result = Run($"${(notifier == "talks" ? "Warning" : "ErrorAction")}Preference = 'Stop'; $uuids = '{devices[0]}', '{devices[1]}'; $kept = '{kept[0]}', '{kept[1]}'; {line}");

        Assert.NotNull(result.Terminated);
        Assert.Equal(told, result.Output.Count);
        // No more was done than was told: a device that stays as it was is none of it.
        string[] changed = [.. Have("Get-MdevDevice | Where-Object { $_.State -eq 'Removing' -or $_.Uuid -notin '" + string.Join("','", devices) + "' }; Get-MdevDefinition | Where-Object { $_.Type -eq 'mtty-1' -or $_.AutoStart }").TextOf("Uuid").OfType<string>()];
        Assert.Equal(changed.Order(), result.TextOf("Uuid").Where(uuid => !line.Contains("-Total", StringComparison.Ordinal) || !devices.Contains(uuid)).Order());
    }

    [Theory]
    [InlineData("New-MdevDevice mtty-1", "/.mdevps-lock")]
    [InlineData("Restart-MdevSimulation $env:MDEVPS_ROOT", "/.mdevps-lock")]
    [InlineData("Remove-MdevSimulation $env:MDEVPS_ROOT", "/.mdevps-lock")]
    [InlineData("New-MdevDefinition mtty-1", "/etc/mdevctl.d/.mdevps-lock")]
    [InlineData("Set-MdevDefinition $kept -AutoStart", "/etc/mdevctl.d/.mdevps-lock")]
    [InlineData("Remove-MdevDefinition $kept", "/etc/mdevctl.d/.mdevps-lock")]
    public async Task Ctrl_C_ends_the_wait_for_another_writer_of_the_host(string line, string locked)
    {
        object kept = Have("New-MdevDevice mtty-1 | New-MdevDefinition").Get("Uuid")!;
        string before = Snapshot(Root);
        using var session = new Session();
        // It lets go when its input ends.
        using Process other = Process.Start(new ProcessStartInfo("flock", [Root + locked, "sh", "-c", "echo; read end"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await other.StandardOutput.ReadLineAsync();
        try
        {
            Running changing = session.Start($"$kept = '{kept}'; 'before'; {line}");
            changing.Until(() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Any(file => file.LinkTarget == Root + locked));
            Task<Result> stopped = Task.Run(changing.Stop);

            // The other lets go only afterwards, so that what does not heed the stop would be waited for in vain.
            Assert.Same(stopped, await Task.WhenAny(stopped, Task.Delay(TimeSpan.FromSeconds(20))));
            Result result = await stopped;
            Assert.True(result.IsStopped);
            Assert.Equal(["before"], result.Text);
            Assert.Equal(before, Snapshot(Root));
        }
        finally
        {
            other.StandardInput.Close();
            await other.WaitForExitAsync();
        }
    }
}

/// <summary>What an error carries beside its words.</summary>
public sealed class ErrorContentTests : SimulatedHostTest
{
    public ErrorContentTests()
        : base("vfio_ap", "mtty")
    {
    }

    // Each line is refused by the kernel, or by what stands for it.
    [Theory]
    [InlineData("New-MdevDevice vfio_ap-passthrough -Attribute @{ assign_adapter = 'nonsense' }", "MdevAttributeFailed", "EINVAL", "write")]
    [InlineData("New-MdevDevice vfio_ap-passthrough -Attribute @{ assign_adapter = 'nonsense' } -AllOrNothing -Count 2", "MdevAttributeFailed", "EINVAL", "write")]
    [InlineData("Set-MdevAttribute assign_adapter nonsense -Uuid $device", "MdevWriteRefused", "EINVAL", "write")]
    [InlineData("Set-MdevAttribute matrix 1 -Uuid $device", "MdevAttributeReadOnly", "EACCES", "open")]
    [InlineData("New-MdevDevice mtty-1 -Parent mtty", "MdevPermissionDenied", "EACCES", "open")]
    [InlineData("New-MdevDevice mtty-1 -Parent mtty -AllOrNothing", "MdevPermissionDenied", "EACCES", "open")]
    [InlineData("Remove-MdevDevice $used", "MdevInUse", "EBUSY", "open")]
    [InlineData("Get-MdevVfioInfo $used", "MdevInUse", "EBUSY", "open")]
    [InlineData("Get-MdevType mtty-2", "MdevAttributeUnreadable", "EISDIR", "read")]
    public void What_the_kernel_said_is_in_it_in_every_case(string line, string id, string errno, string operation)
    {
        Result devices = Have("New-MdevDevice vfio_ap-passthrough; New-MdevDevice mtty-1");
        (string device, string used) = ($"{devices.All("Uuid")[0]}", $"{devices.All("Uuid")[1]}");
        StartVm(Root, "web", used);
        string types = $"{Root}/sys/devices/virtual/mtty/mtty/mdev_supported_types";
        File.SetUnixFileMode($"{types}/mtty-1/create", UnixFileMode.UserRead);
        File.Delete($"{types}/mtty-2/device_api");
        Directory.CreateDirectory($"{types}/mtty-2/device_api");

        ErrorRecord error = Assert.Single(Run($"$device = '{device}'; $used = '{used}'; {line}").Errors);

        Assert.StartsWith($"{id},", error.FullyQualifiedErrorId);
        PSObject exception = PSObject.AsPSObject(error.Exception);
        Assert.Equal((errno, operation), ((string?)Result.Get(exception, "ErrnoName"), (string?)Result.Get(exception, "Operation")));
        Assert.NotEqual(0, Result.Get(exception, "Errno"));
        Assert.Contains($"{errno} (", error.ToString());
        Assert.False(error.TargetObject is null or Array, "The target is one thing.");
    }
}
