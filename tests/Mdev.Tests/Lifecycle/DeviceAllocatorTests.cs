using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Simulation;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Lifecycle;

public sealed class DeviceAllocatorTests : IDisposable
{
    private const string Types = "/sys/devices/virtual/mtty/mtty/mdev_supported_types";

    private readonly SimulatedTestHost _host = new("mtty", "mdpy");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_device_is_made_and_the_write_is_told()
    {
        MdevDevice device = Assert.Single(_host.Make("mtty-2"));
        Assert.Equal(("mtty-2", "mtty", MdevDeviceState.Active, _host.Root), (device.Type, device.Parent, device.State, device.Root));
        Assert.Equal([device], _host.Devices());
        Assert.Equal([$"Writing '{device.Uuid}' to '{_host.Root}{Types}/mtty-2/create'."], _host.Told);
    }

    [Fact]
    public void The_uuids_asked_for_are_used_in_their_order()
    {
        Guid[] uuids = [Guid.NewGuid(), Guid.NewGuid()];
        Assert.Equal(uuids, _host.Make("mtty-1", 2, uuids).Select(d => d.Uuid));
    }

    [Fact]
    public void What_is_not_confirmed_is_not_made()
    {
        string before = _host.Snapshot();
        _host.Confirm = (_, _) => false;
        Assert.Empty(_host.Make("mtty-1", 3));
        Assert.Equal(before, _host.Snapshot());
        Assert.Empty(_host.Told);
    }

    [Fact]
    public void A_uuid_that_exists_is_told_and_the_others_are_made()
    {
        Guid taken = _host.Make("mdpy-vga")[0].Uuid, free = Guid.NewGuid();
        Assert.Equal([free], _host.Make("mtty-1", 2, taken, free).Select(d => d.Uuid));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal((MdevError.UuidExists, taken), (e.Error, e.Uuid));
        Assert.Contains("mdpy-vga", e.Message);
    }

    [Fact]
    public void A_uuid_that_exists_is_told_as_such_where_there_is_no_room_either()
    {
        MdevDevice[] all = _host.Make("mtty-2", 12);
        Assert.Empty(_host.Make("mtty-2", 2, all[0].Uuid, all[1].Uuid));
        Assert.Equal([MdevError.UuidExists, MdevError.UuidExists], _host.Reports.Select(e => e.Error));
    }

    [Fact]
    public void A_uuid_that_somebody_else_takes_meanwhile_is_told_with_what_the_kernel_said()
    {
        Guid uuid = Guid.NewGuid();
        _host.Confirm = (_, _) =>
        {
            _host.Create($"{Types}/mtty-2", uuid);
            return true;
        };
        Assert.Empty(_host.Make("mtty-1", 1, uuid));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal((MdevError.UuidExists, "EEXIST", uuid), (e.Error, e.ErrnoName, e.Uuid));
        Assert.Contains($"{_host.Root}{Types}/mtty-1/create", e.Message);
    }

    [Fact]
    public void A_generated_uuid_that_somebody_else_took_first_is_made_up_anew()
    {
        bool taken = false;
        _host.Confirm = (_, uuid) =>
        {
            if (!taken)
                _host.Create($"{Types}/mtty-2", uuid);
            return taken = true;
        };
        MdevDevice device = Assert.Single(_host.Make("mtty-1"));
        Assert.Equal("mtty-1", device.Type);
        Assert.Equal(2, _host.Devices().Length);
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void Where_somebody_else_was_quicker_the_next_parent_is_tried()
    {
        using var host = new SimulatedTestHost(["fleet"], new SimulationSizes { ParentCount = 2, FunctionCount = 1, TypeCount = 1 });
        string? first = null;
        host.Confirm = (placement, _) =>
        {
            if (first is null)
                host.Create(host.Types().Single(t => t.Parent == placement.Parent).SysfsPath, Guid.NewGuid());
            first ??= placement.Parent;
            return true;
        };
        MdevDevice device = Assert.Single(host.Make("fleet-1"));
        Assert.NotEqual(first, device.Parent);
        Assert.Empty(host.Reports);
        Assert.Contains(host.Told, told => told.Contains($"'{first}' refused") && told.Contains("ENOSPC"));
    }

    [Fact]
    public void When_it_is_full_those_that_fit_are_made_and_one_error_says_how_many()
    {
        Assert.Equal(4, _host.Make("mdpy-vga", 6).Length);
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.NoCapacity, e.Error);
        Assert.Contains("4 of 6", e.Message);
    }

    [Fact]
    public void All_or_nothing_makes_nothing_where_not_all_fit()
    {
        _host.Make("mdpy-vga", 2);
        string before = _host.Snapshot();
        Assert.Empty(_host.Make(new CreateRequest { Placement = new PlacementRequest { Type = "mdpy-hd" }, Count = 3, AllOrNothing = true }));
        Assert.Equal(MdevError.NoCapacity, Assert.Single(_host.Reports).Error);
        Assert.Equal(before, _host.Snapshot());
    }

    [Fact]
    public void All_or_nothing_takes_back_what_it_made_when_somebody_else_took_a_place()
    {
        var rival = Guid.NewGuid();
        _host.Confirm = (_, _) =>
        {
            if (_host.Find(rival) is null)
                _host.Create("/sys/devices/virtual/mdpy/mdpy/mdev_supported_types/mdpy-vga", rival);
            return true;
        };
        Assert.Empty(_host.Make(new CreateRequest { Placement = new PlacementRequest { Type = "mdpy-hd" }, Count = 4, AllOrNothing = true }));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.NoCapacity, e.Error);
        Assert.Contains("the 3 made before were removed again", e.Message);
        Assert.Equal([rival], _host.Devices().Select(d => d.Uuid));
    }

    [Fact]
    public void A_driver_that_goes_meanwhile_is_told()
    {
        _host.Confirm = (_, _) =>
        {
            SimulatedHost.UnloadDriver(_host.Root, "mtty");
            return true;
        };
        Assert.Empty(_host.Make("mtty-1"));
        Assert.NotEmpty(_host.Reports);
        Assert.All(_host.Reports, e => Assert.NotEqual("", e.Message));
    }

    [Fact]
    public async Task A_device_that_somebody_removes_at_once_is_told()
    {
        // Whoever writes the trace comes before the write itself; so the rival sits on another thread and waits for the device.
        using var over = new CancellationTokenSource();
        Task rival = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                foreach (MdevDevice device in new DeviceReader(HostOpener.Open(_host.Root), _ => { }).Read(new DeviceQuery()))
                {
                    try
                    {
                        new DeviceRemover(HostOpener.Open(_host.Root), _ => { }).Remove(device);
                    }
                    catch (MdevException)
                    {
                    }
                }
            }
        });
        int made = _host.Make("mtty-1", 20).Length;
        await over.CancelAsync();
        await rival;
        Assert.Equal(20, made + _host.Reports.Count);
        Assert.All(_host.Reports, e => Assert.Equal(MdevError.DeviceNotFound, e.Error));
    }

    [Fact]
    public void Cancelled_between_two_devices_it_stops_and_tells_nothing_wrong()
    {
        using var cancel = new CancellationTokenSource();
        var request = new CreateRequest { Placement = new PlacementRequest { Type = "mtty-1" }, Count = 24 };
        var made = new List<MdevDevice>();
        foreach (MdevDevice device in new DeviceAllocator(_host.Host, _host.Reports.Add, (_, _) => Decision.Make).Make(request, cancel.Token))
        {
            made.Add(device);
            if (made.Count == 3)
                cancel.Cancel();
        }

        Assert.Equal(3, made.Count);
        Assert.Equal(made.Select(d => d.Uuid).Order(), _host.Devices().Select(d => d.Uuid).Order());
        Assert.Empty(_host.Reports);
    }
}
