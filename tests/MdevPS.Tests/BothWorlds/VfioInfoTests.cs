using System.Diagnostics;
using MdevPS.Engine;

namespace MdevPS.Tests.BothWorlds;

/// <summary>What VFIO says of a device.</summary>
public sealed class VfioInfoTests : BothWorldsTest
{
    // Measured with a C program on Debian's 6.1 and 6.12.
    [Theory]
    [InlineData("mtty-1", "4348:3253 070002 4348:3253", 9, "0 8 rw-, 7 255 rw-", "0 1 ema-, 1 1 e--n")]
    [InlineData("mtty-2", "4348:3253 070002 4348:3253", 9, "0 8 rw-, 1 8 rw-, 7 255 rw-", "0 1 ema-, 1 1 e--n")]
    [InlineData("mdpy-vga", "1b36:000f 038000 1af4:1100", 9, "0 2097152 rwm, 7 255 rw-", "0 0 ----, 1 0 ----, 2 0 ----, 3 0 ----, 4 0 ----")]
    [InlineData("mbochs-small", "1234:1111 038000 1af4:1100", 10, "0 4194304 rwm, 2 4096 rw-, 7 255 rw-, 9 4096 rw-", "0 0 ----, 1 0 ----, 2 0 ----, 3 0 ----, 4 0 ----")]
    public void It_is_what_a_C_program_sees(string type, string pci, int indexes, string regions, string interrupts)
    {
        // mtty answers for interrupt 4 on 6.1 and not on 6.12.
        if (type.StartsWith("mtty", StringComparison.Ordinal) && Environment.GetEnvironmentVariable("MDEVPS_KERNEL") == "6.1")
            interrupts += ", 4 1 e--n";
        Guid device = Make(type);

        Result info = Run($$"""
            $info = Get-MdevDevice {{device}} | Get-MdevVfioInfo
            "$($info.Uuid) $($info.DeviceApi) $($info.CanReset)"
            "$($info.PciId) $($info.PciClass) $($info.PciSubsystemId)"
            "$($info.Regions.Index)"
            ($info.Regions.Where{ $_.Size } | ForEach-Object { "$($_.Index) $($_.Size) $($_.Readable ? 'r' : '-')$($_.Writable ? 'w' : '-')$($_.Mappable ? 'm' : '-')" }) -join ', '
            ($info.Interrupts | ForEach-Object { "$($_.Index) $($_.Count) $($_.EventFd ? 'e' : '-')$($_.Maskable ? 'm' : '-')$($_.AutoMasked ? 'a' : '-')$($_.NoResize ? 'n' : '-')" }) -join ', '
            """);

        Assert.Equal("", info.ErrorText);
        Assert.Equal([$"{device} vfio-pci False", pci, string.Join(' ', Enumerable.Range(0, indexes)), regions, interrupts], info.Text);
        // Every descriptor is closed again: the group can be had.
        Have($"Remove-MdevDevice {device}");
    }

    [Fact]
    public void There_is_nothing_to_say_of_a_UUID_that_no_device_has() => Assert.Equal(["MdevDeviceNotFound"], Run($"Get-MdevVfioInfo {Guid.NewGuid()}").ErrorIds);

    [Fact]
    public void It_is_said_when_VFIO_has_no_IOMMU_driver()
    {
        Guid device = Make("mtty-1");
        string module = $"{Root}/sys/module/vfio_iommu_type1";
        if (IsRealKernel)
            Start("rmmod", "vfio_iommu_type1");
        else
            Directory.Delete(module);
        try
        {
            Assert.Equal(["MdevVfioNoIommuDriver"], Run($"Get-MdevVfioInfo {device}").ErrorIds);
        }
        finally
        {
            if (IsRealKernel)
                Start("modprobe", "vfio_iommu_type1");
            else
                Directory.CreateDirectory(module);
        }

        Assert.Single(Have($"Get-MdevVfioInfo {device}").Output);
    }

    [Fact]
    public void It_is_said_when_there_is_no_container()
    {
        Guid device = Make("mtty-1");
        File.Move($"{Below}/dev/vfio/vfio", $"{Below}/dev/vfio-moved");
        try
        {
            Assert.Equal(["MdevVfioUnavailable"], Run($"Get-MdevVfioInfo {device}").ErrorIds);
        }
        finally
        {
            File.Move($"{Below}/dev/vfio-moved", $"{Below}/dev/vfio/vfio");
        }
    }

    private static void Start(string program, string argument)
    {
        using Process process = Process.Start(program, [argument]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
