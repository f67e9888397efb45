using System.Diagnostics;
using System.Text.RegularExpressions;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>A test that watches system calls.</summary>
internal sealed class StraceFactAttribute : FactAttribute
{
    public StraceFactAttribute()
    {
        try
        {
            using Process strace = Process.Start(new ProcessStartInfo("strace", ["-qq", "-o", "/dev/null", "true"]) { RedirectStandardError = true })!;
            strace.WaitForExit();
            Skip = strace.ExitCode == 0 ? null : "Needs leave to trace a process.";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip = "Needs strace.";
        }
    }
}

/// <summary>That looking at a host changes nothing of it, and that nothing a host names is opened outside of its root: watched from outside, by strace.</summary>
public sealed partial class LookingTests : SimulatedHostTest
{
    private const string Looks = """
        Get-MdevParent; Get-MdevDefinition; Get-MdevDevice -IncludeAttribute; Get-MdevCapacity; Get-MdevType; Get-MdevType -Available; Get-MdevDevice; Get-MdevDevice -IncludeUser -WarningAction Ignore; Get-MdevDevice | Get-MdevVfioInfo
        Get-MdevPlacement mtty-1 -Count 2; Get-MdevPlacement mtty-1 -Maximum; Get-MdevAttribute; Get-MdevSimulation
        Get-MdevDevice | ConvertTo-MdevQemuArgument; Get-MdevDevice | ConvertTo-MdevLibvirtXml; Get-MdevDevice | Get-MdevType | Get-MdevParent
        New-MdevDevice mtty-1 -WhatIf; Get-MdevDevice | Remove-MdevDevice -WhatIf
        TabExpansion2 'Get-MdevDevice -Uuid ' 21; TabExpansion2 'New-MdevDevice ' 15
        """;

    [Fact]
    public void Every_cmdlet_that_looks_is_watched() =>
        Assert.All(Run("(Get-Command -Module MdevPS -Verb Get, ConvertTo).Name").Text, cmdlet => Assert.Contains(cmdlet, Looks));

    [StraceFact]
    public void Looking_at_a_simulated_host_writes_nothing()
    {
        // With a removal that waits for nobody any more, which a careless look would bring to its end.
        string uuid = (string)Have("\"$((New-MdevDevice mtty-1).Uuid)\"").Only.BaseObject;
        int vm = StartVm(Root, "web", uuid);
        // By a process that ends, because it plays the kernel as long as it lives.
        using (Process remover = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(LookingTests).Assembly.Location, $"Import-Module '{Session.Manifest}'; Remove-MdevDevice {uuid} -Root {Root} -EvenIfInUse -TimeoutSec 0 -WarningAction Ignore"]) { RedirectStandardOutput = true })!)
            remover.WaitForExit();
        Assert.Equal("Removing", Run("Get-MdevDevice").Get("State"));
        Directory.Delete($"{Root}/proc/{vm}", recursive: true);
        Have("New-MdevDevice mtty-1 | New-MdevDefinition -AutoStart; New-MdevDefinition mtty-2");
        string before = Snapshot(Root);

        // A device is asked what it is by way of VFIO's nodes, which only that opens and locks.
        Assert.DoesNotContain(Changes(Trace(Root), Root), call => !VfioNode().IsMatch(call));
        Assert.Equal(before, Snapshot(Root));
    }

    [StraceFact]
    public void Looking_at_an_image_writes_nothing_and_opens_nothing_that_it_names_outside()
    {
        string outside = Directory.CreateTempSubdirectory("mdevps-canary-").FullName;
        using var tree = new HostTree();
        try
        {
            Directory.CreateDirectory($"{outside}/mdev_supported_types/evil-1/devices");
            File.WriteAllText($"{outside}/alice", "canary");
            tree.AddParent("p").AddType("p", "mtty-1").AddDevice("p", "mtty-1", "11111111-1111-4111-8111-111111111111");
            tree.AddFile("/.mdevps-simulation", "0123456789abcdef0123456789abcdef\n").AddLink("/.mdevps-staging", outside).AddFile("/.mdevps-pending/alice", "mtty-1");
            tree.AddLink("/sys/class/mdev_bus/outside", outside).AddLink("/sys/class/mdev_bus/climbs", "../../../../../../../../../../.." + outside);
            tree.AddLink("/sys/devices/virtual/made/p/vendor", outside).AddLink("/sys/devices/virtual/made/p/mdev_supported_types/evil-1", $"{outside}/mdev_supported_types/evil-1");
            tree.AddLink("/sys/devices/virtual/made/p/22222222-2222-4222-8222-222222222222", outside).AddLink("/sys/bus/mdev/devices/22222222-2222-4222-8222-222222222222", outside);
            tree.AddLink("/dev/vfio", outside).AddLink("/proc", outside);
            tree.AddFile("/etc/mdevctl.d/p/11111111-1111-4111-8111-111111111111", """{"mdev_type":"mtty-1","start":"auto","attrs":[]}""");
            tree.AddLink("/etc/mdevctl.d/p/33333333-3333-4333-8333-333333333333", $"{outside}/alice").AddLink("/etc/mdevctl.d/outside", outside).AddLink("/etc/mdevps.d", outside);
            tree.AddLink("/etc/mdevctl.d/scripts.d", outside).AddFile("/usr/lib/mdevctl/scripts.d/callouts/10", $"#!/bin/sh\ntouch '{outside}/ran'\n");
            File.SetUnixFileMode($"{tree.Root}/usr/lib/mdevctl/scripts.d/callouts/10", (UnixFileMode)0x1ed);
            string before = Snapshot(tree.Root);

            List<string> calls = Trace(tree.Root);

            Assert.Empty(Changes(calls, tree.Root));
            Assert.DoesNotContain(calls, call => Opened().Match(call) is { Success: true } match && match.Groups[1].Value.StartsWith(outside, StringComparison.Ordinal));
            Assert.Equal(before, Snapshot(tree.Root));
            Assert.Equal(["alice", "mdev_supported_types"], Directory.EnumerateFileSystemEntries(outside).Select(path => Path.GetFileName(path)).Order());
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    // -y writes the path of each descriptor behind it, also of the one that a call gives back.
    private static List<string> Trace(string root)
    {
        string log = Path.GetTempFileName();
        try
        {
            string script = $"Import-Module '{Session.Manifest}'; $env:MDEVPS_ROOT = '{root}'; $null = & {{ {Looks} }} 2>$null; $Error.Clear()";
            using Process process = Process.Start(new ProcessStartInfo(
                "strace", ["-f", "-y", "-qq", "--seccomp-bpf", "-e", "trace=%file,write,pwrite64,ftruncate,fchmod,fchown,flock", "-o", log, "dotnet", "exec", typeof(LookingTests).Assembly.Location, script])
            {
                RedirectStandardOutput = true,
            })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, output);
            List<string> calls = File.ReadLines(log).Where(call => !call.Contains("= -1 ", StringComparison.Ordinal)).ToList();
            // A trace of something else would prove nothing.
            Assert.Contains(calls, call => call.Contains($"{root}/sys/class/mdev_bus", StringComparison.Ordinal));
            return calls;
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static IEnumerable<string> Changes(IEnumerable<string> calls, string root) => calls.Where(call => call.Contains(root, StringComparison.Ordinal)
        && (Writing().IsMatch(call) || (Changing().Match(call) is { Success: true } match && match.Groups[1].Value is not ("open" or "openat" or "openat2"))));

    [GeneratedRegex(@"(open\w*\(.*""/?dev/vfio/\w+"", \{flags=O_RDWR\||flock\(\d+<[^>]*/dev/vfio/\w+>)")]
    private static partial Regex VfioNode();

    [GeneratedRegex(@"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC")]
    private static partial Regex Writing();

    [GeneratedRegex(@"^\d+\s+(write|pwrite64|ftruncate|fchmod\w*|fchown\w*|chmod|chown|mkdir\w*|rmdir|unlink\w*|rename\w*|link\w*|symlink\w*|truncate|flock|mknod\w*|utime\w*|setxattr)\(")]
    private static partial Regex Changing();

    // What a call that opens gave back: a number and, behind it, the path.
    [GeneratedRegex(@"open\w*\(.*\) = \d+<(.*)>$")]
    private static partial Regex Opened();
}
