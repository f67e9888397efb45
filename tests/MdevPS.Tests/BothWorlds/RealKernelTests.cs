using System.Diagnostics;
using MdevPS.Engine;

namespace MdevPS.Tests.BothWorlds;

/// <summary>What only a real kernel can show: that nothing hangs, and that other programs see what we say.</summary>
public sealed class RealKernelTests : BothWorldsTest
{
    [RealKernelFact]
    public void A_removal_never_hangs_on_somebody_who_opens_the_device_meanwhile()
    {
        var random = new Random(1);
        using var opener = new Opener();
        for (int round = 0; round < 50; round++)
        {
            Guid device = Make("mtty-1");
            opener.Tell($"hold {device} 0.{random.Next(100):d3}");
            Result removal = Run($"Remove-MdevDevice {device}");
            string answer = opener.Answer()!;
            if (answer == "holding")
            {
                Assert.Equal(["MdevInUse"], removal.ErrorIds);
                Assert.Equal("Active", StateOf(device));
            }
            else
            {
                Assert.Empty(removal.Errors);
                Assert.StartsWith("failed: ", answer);
            }

            Assert.Equal("released", opener.Ask("release"));
            _ = Run($"Get-MdevDevice {device} -ErrorAction Ignore | Remove-MdevDevice");
        }
    }

    [RealKernelTheory("qemu-system-x86_64")]
    [InlineData("")]
    [InlineData("-AsJson")]
    public void A_QEMU_takes_the_arguments_and_its_VM_is_shown_by_name(string form)
    {
        Guid[] devices = [Make("mdpy-vga"), Make("mtty-2")];
        Guid vm = Guid.NewGuid();
        IReadOnlyList<string> arguments = Have($"ConvertTo-MdevQemuArgument {devices[0]}, {devices[1]} -VmUuid {vm} {form}").Text;

        using Process qemu = Process.Start("qemu-system-x86_64", ["-S", "-M", "q35", "-m", "64", "-accel", "tcg", "-nodefaults", "-display", "none", "-name", "guest=one,,two,debug-threads=on", .. arguments]);
        WaitUntil(() => qemu.HasExited || Run("Get-MdevDevice -InUse").Output.Count == 2, "QEMU has both devices");
        try
        {
            Assert.False(qemu.HasExited);
            Result users = Run("(Get-MdevDevice -IncludeUser).Users");
            Assert.Equal(["one,two", "one,two"], users.TextOf("VmName"));
            Assert.Equal([vm, vm], users.All("VmUuid"));
            Assert.Equal([qemu.Id, qemu.Id], users.All("ProcessId"));
            Result refused = Run($"Remove-MdevDevice {devices[0]}");
            Assert.Equal(["MdevInUse"], refused.ErrorIds);
            Assert.Contains("one,two", refused.ErrorText);
        }
        finally
        {
            qemu.Kill();
            qemu.WaitForExit();
        }
    }

    [NobodyFact]
    public void A_nobody_is_told_of_no_user_and_can_remove_nothing()
    {
        Guid device = Make("mtty-1");
        string[] said = Child.RunAsNobody($$"""
            Import-Module '{{Session.Manifest}}'
            $d = Get-MdevDevice -IncludeUser -WarningVariable w -WarningAction SilentlyContinue
            "$($d.Uuid) $($null -eq $d.Users) $($w.Count)"
            "unused: $(@(Get-MdevDevice -Unused -WarningAction SilentlyContinue).Count)"
            try { Remove-MdevDevice $d.Uuid -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }
            try { Remove-MdevDevice $d.Uuid -EvenIfInUse -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }
            try { Get-MdevVfioInfo $d.Uuid -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }
            """);

        Assert.Equal(
            [
                $"{device} True 1", "unused: 0", "MdevPermissionDenied,MdevPS.Commands.RemoveMdevDeviceCommand",
                "MdevPermissionDenied,MdevPS.Commands.RemoveMdevDeviceCommand", "MdevPermissionDenied,MdevPS.Commands.GetMdevVfioInfoCommand",
            ],
            said);
        Assert.Equal("Active", StateOf(device));
    }
}
