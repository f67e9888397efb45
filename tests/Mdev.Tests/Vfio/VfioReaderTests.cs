using Mdev.Errors;
using Mdev.Model;
using Mdev.Simulation;
using Mdev.Tests.Hosts;
using Mdev.Vfio;

namespace Mdev.Tests.Vfio;

public sealed class VfioReaderTests : IDisposable
{
    private readonly SimulatedTestHost _host = new("mtty");

    public void Dispose() => _host.Dispose();

    private VfioReader Reader => new(_host.Host, _host.Reports.Add);

    private MdevError Fails(MdevDevice device) => Assert.Throws<MdevException>(() => Reader.Read(device)).Error;

    [Fact]
    public void The_group_can_be_had_again_afterwards()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        Assert.Equal("4348:3253", Reader.Read(device).PciId);
        _host.Host.Kernel.OpenGroup(device.VfioPath!).Dispose();
    }

    [Theory]
    [InlineData("vfio_ap", "vfio_ap-passthrough", "vfio-ap", null)]
    [InlineData("vfio_ccw", "vfio_ccw-io", "vfio-ccw", null)]
    [InlineData("nvidia-t4", "nvidia-222", "vfio-pci", "10de:1eb8")]
    public void The_device_api_follows_from_the_flags(string driver, string type, string api, string? id)
    {
        using var host = new SimulatedTestHost(driver);
        MdevVfioInfo info = new VfioReader(host.Host, host.Reports.Add).Read(host.Make(type)[0]);
        Assert.Equal((api, id), (info.DeviceApi, info.PciId));
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void A_type_that_says_something_else_is_reported_and_VFIO_is_believed()
    {
        MdevDevice device = new(_host.Make("mtty-1")[0]) { DeviceApi = "vfio-ccw" };
        Assert.Equal("vfio-pci", Reader.Read(device).DeviceApi);
        Assert.Equal([MdevError.VfioMismatch], _host.Reports.Select(e => e.Error));
    }

    [Fact]
    public void A_device_in_use_is_InUse_by_whom()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        SimulatedHost.StartVm(_host.Root, "web", device.Uuid);
        Assert.Contains("web (", Assert.Throws<MdevException>(() => Reader.Read(device)).Message);
        Assert.Equal(MdevError.InUse, Fails(device));
    }

    [Fact]
    public void Every_cause_has_its_own_error()
    {
        MdevDevice[] devices = _host.Make("mtty-1", 2);
        Directory.Delete($"{_host.Root}/sys/module/vfio_iommu_type1");
        Assert.Equal(MdevError.VfioNoIommuDriver, Fails(devices[0]));
        File.Delete($"{_host.Root}/dev/vfio/vfio");
        Assert.Equal(MdevError.VfioUnavailable, Fails(devices[0]));
        _host.Write("/sys/bus/mdev/drivers/mtty/unbind", devices[0].Uuid.ToString());
        Assert.Equal(MdevError.VfioRefused, Fails(_host.Find(devices[0].Uuid)!));
        _host.AddFile("/dev/vfio/vfio", "");
        _host.AddDirectory("/sys/module/vfio_iommu_type1");
        File.Delete(_host.Root + devices[1].VfioPath);
        Assert.Equal(MdevError.VfioUnavailable, Fails(devices[1]));
    }
}
