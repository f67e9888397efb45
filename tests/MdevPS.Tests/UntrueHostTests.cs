using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>A host whose processes cannot all be seen, and a device that VFIO says is another than its type says.</summary>
public sealed class UntrueHostTests : SimulatedHostTest
{
    [Theory]
    [InlineData("pid:[4026532190]", "PID namespace")]
    [InlineData(null, "cannot be seen")]
    public void Users_are_unknown_where_processes_are_hidden_and_nothing_is_called_unused(string? processOne, string why)
    {
        Have("New-MdevDevice mtty-1 -Count 2");
        string process = $"{Root}/proc/1/ns/pid";
        File.Delete(process);
        if (processOne is not null)
            File.CreateSymbolicLink(process, processOne);

        Result listed = Run("Get-MdevDevice -IncludeUser");

        Assert.Equal([null, null], listed.All("Users"));
        Assert.Contains(why, Assert.Single(listed.Warnings));
        Assert.Empty(Run("Get-MdevDevice -Unused").Output);
    }

    [Fact]
    public void A_device_that_is_something_else_than_its_type_says_is_described_and_told()
    {
        Have("New-MdevDevice mtty-1");
        string attribute = $"{Root}{Run("Get-MdevType mtty-1").Get("SysfsPath")}/device_api";
        File.Delete(attribute);
        File.WriteAllText(attribute, "vfio-ap\n");

        Result info = Run("Get-MdevDevice | Get-MdevVfioInfo");

        Assert.Equal(["MdevVfioMismatch"], info.ErrorIds);
        Assert.Equal("vfio-pci", info.Get("DeviceApi"));
    }
}
