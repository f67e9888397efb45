using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Placement;

/// <summary>Idle devices are handed out before new ones are made.</summary>
public sealed class ReuseTests : IDisposable
{
    private readonly SimulatedTestHost _host = new("mtty", "mdpy");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void What_is_idle_comes_first_and_then_new_ones()
    {
        Guid[] idle = Uuids(_host.Make("mtty-2", 2));
        MdevDevice[] got = Get(Request("mtty-2", 3));
        Assert.Equal(idle.Order(), Uuids(got[..2]).Order());
        Assert.Equal([true, true, false], got.Select(d => d.Reused));
        Assert.Equal(3, _host.Devices().Length);
    }

    [Fact]
    public void What_somebody_has_open_is_not_handed_out()
    {
        MdevDevice[] devices = _host.Make("mtty-2", 2);
        _host.Hold(devices[0]);
        Assert.Equal(devices[1].Uuid, Get(Request("mtty-2", 2)).Single(d => d.Reused).Uuid);
    }

    [Fact]
    public void Other_types_and_unbound_devices_are_not_handed_out()
    {
        _host.Make("mtty-1");
        MdevDevice unbound = _host.Make("mtty-2")[0];
        _host.Write("/sys/bus/mdev/drivers/mtty/unbind", unbound.Uuid.ToString());
        Assert.False(Assert.Single(Get(Request("mtty-2", 1))).Reused);
    }

    [Fact]
    public void Each_is_handed_out_once_also_over_several_requests_and_so_is_what_was_made_meanwhile()
    {
        _host.Make("mtty-2");
        HostRoot host = _host.Host;
        var allocator = new DeviceAllocator(host, _host.Reports.Add, (_, _) => Decision.Make, new IdleDevices(host, _ => { }));
        MdevDevice[] got = Enumerable.Range(0, 3).SelectMany(_ => allocator.Make(Request("mtty-2", 1), default)).ToArray();
        Assert.Equal(3, Uuids(got).Distinct().Count());
        Assert.Equal([true, false, false], got.Select(d => d.Reused));
    }

    [Fact]
    public void A_given_uuid_is_handed_out_when_it_is_there_and_made_when_it_is_not()
    {
        Guid there = _host.Make("mtty-2")[0].Uuid, other = Guid.NewGuid();
        MdevDevice[] got = Get(Request("mtty-2", 2) with { Uuids = [other, there] });
        Assert.Equal([(other, false), (there, true)], got.Select(d => (d.Uuid, d.Reused)));
    }

    [Fact]
    public void Undoing_all_or_nothing_leaves_what_was_there_before()
    {
        Guid there = _host.Make("mdpy-vga")[0].Uuid, taken = _host.Make("mtty-1")[0].Uuid;
        Assert.Empty(Get(Request("mdpy-vga", 3) with { Uuids = [there, Guid.NewGuid(), taken], AllOrNothing = true }));
        Assert.Equal(MdevError.UuidExists, Assert.Single(_host.Reports).Error);
        Assert.Equal(new[] { there, taken }.Order(), Uuids(_host.Devices()).Order());
    }

    [Fact]
    public void Where_it_cannot_be_known_who_uses_a_device_none_is_handed_out_and_that_is_told()
    {
        _host.Make("mtty-2");
        Directory.Delete(_host.Root + "/proc", recursive: true);
        HostRoot host = _host.Host;
        var warnings = new List<string>();
        var allocator = new DeviceAllocator(host, _host.Reports.Add, (_, _) => Decision.Make, new IdleDevices(host, warnings.Add));
        Assert.False(Assert.Single(allocator.Make(Request("mtty-2", 1), default)).Reused);
        Assert.Contains("not reused", Assert.Single(warnings));
    }

    // The address of a function is that of whatever it has by then: somebody gave it another type while it was asked.
    [Fact]
    public void A_function_that_was_given_another_type_meanwhile_is_not_handed_out()
    {
        using var host = new SimulatedTestHost("nvidia-l40s");
        MdevDevice there = host.Make("nvidia-1150")[0];
        var allocator = new DeviceAllocator(host.Host, host.Reports.Add, (place, _) =>
        {
            if (place.Reuses is not null)
            {
                host.Remove(there);
                host.Write($"{there.SysfsPath}/nvidia/current_vgpu_type", "1149");
            }

            return Decision.Make;
        });
        MdevDevice got = Assert.Single(allocator.Make(Request("nvidia-1150", 1), default));
        Assert.Equal((false, "nvidia-1150"), (got.Reused, got.Type));
        Assert.NotEqual(there.Uuid, got.Uuid);
    }

    [Fact]
    public void Attributes_and_reuse_contradict_each_other()
    {
        CreateRequest request = Request("mtty-2", 1) with { Attributes = [new("x", "1")] };
        Assert.Equal(MdevError.InvalidArgument, Assert.Throws<MdevException>(() => Get(request)).Error);
    }

    private static CreateRequest Request(string type, int count) => new() { Placement = new PlacementRequest { Type = type }, Count = count, Reuse = true };

    private static Guid[] Uuids(IEnumerable<MdevDevice> devices) => devices.Select(d => d.Uuid).ToArray();

    private MdevDevice[] Get(CreateRequest request) => _host.Make(request);
}
