using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Tests.Hosts;
using Mdev.Vfio;

namespace Mdev.Tests.Lifecycle;

public sealed class DeviceRemoverTests : IDisposable
{
    private const string Parent = "/sys/devices/virtual/mtty/mtty";

    private readonly SimulatedTestHost _host = new("mtty");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_device_that_nobody_has_open_goes_and_the_write_is_told()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        _host.Told.Clear();
        _host.Remove(device);
        Assert.Empty(_host.Devices());
        Assert.Equal(
            [$"Holding '{_host.Root}/dev/vfio/0' so that nobody can open the device meanwhile.", $"Writing '1' to '{_host.Root}{Parent}/{device.Uuid}/remove'."],
            _host.Told);
    }

    [Fact]
    public void A_device_whose_group_is_held_is_InUse_and_nothing_is_changed()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        string before = _host.Snapshot();
        using (_host.Host.Kernel.OpenGroup($"{device.VfioPath}"))
            Assert.Equal(MdevError.InUse, _host.RemoveFails(device));
        Assert.Equal(before, _host.Snapshot());
        _host.Remove(device);
    }

    [Fact]
    public void A_device_that_a_process_holds_is_InUse_and_nothing_is_changed()
    {
        MdevDevice[] devices = _host.Make("mtty-1", 2);
        _host.Hold(devices[0]);
        string before = _host.Snapshot();
        Assert.Equal(MdevError.InUse, _host.RemoveFails(devices[0]));
        Assert.Equal(before, _host.Snapshot());
        _host.Remove(devices[1]);
        Assert.Equal([devices[0]], _host.Devices());
    }

    // The driver's link goes first, and the unbind waits for whoever has the device open, as a removal would then.
    [Fact]
    public async Task A_device_whose_unbind_waits_is_InUse_and_nothing_is_changed()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        _host.Hold(device);
        File.Delete($"{_host.Root}{Parent}/{device.Uuid}/driver");
        MdevDevice unbound = _host.Devices()[0];
        string before = _host.Snapshot();
        Task<MdevError> removal = Task.Run(() => _host.RemoveFails(unbound));
        // A removal that has begun would wait as long as the process holds the device.
        Assert.True(SpinWait.SpinUntil(() => removal.IsCompleted || _host.Find(device.Uuid)!.State == MdevDeviceState.Removing, TimeSpan.FromMinutes(1)));
        Assert.True(removal.IsCompleted);
        Assert.Equal((MdevDeviceState.Unbound, MdevError.InUse), (unbound.State, await removal));
        Assert.Equal(before, _host.Snapshot());
        Assert.Single(UserScan.Of(_host.Host, CancellationToken.None).UsersOf(unbound)!);
    }

    [Fact]
    public void Who_opens_the_group_at_the_last_moment_keeps_the_device()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        IDisposable? held = null;
        MdevException e = Assert.Throws<MdevException>(() => RemoveAnd(device, () => held = _host.Host.Kernel.OpenGroup(device.VfioPath!)));
        held!.Dispose();
        Assert.Equal(MdevError.InUse, e.Error);
        Assert.Equal([device], _host.Devices());
    }

    [Fact]
    public void The_group_is_held_while_the_removal_is_written()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        int errno = 0;
        HostRoot host = HostOpener.Open(_host.Root, message =>
        {
            if (message.StartsWith("Writing", StringComparison.Ordinal))
                errno = Assert.Throws<MdevException>(() => _host.Host.Kernel.OpenGroup(device.VfioPath!).Dispose()).Errno;
        });
        new DeviceRemover(host, _host.Reports.Add).Remove(device);
        Assert.Equal(Errno.EBUSY, errno);
        Assert.Empty(_host.Devices());
    }

    [Fact]
    public void A_device_that_is_gone_is_DeviceNotFound()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        _host.Remove(device);
        Assert.Equal(MdevError.DeviceNotFound, _host.RemoveFails(device));
    }

    [Fact]
    public void A_device_that_goes_at_the_last_moment_is_DeviceNotFound()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        MdevException e = Assert.Throws<MdevException>(() => RemoveAnd(device, () => _host.Write($"{device.SysfsPath}/remove", "1")));
        Assert.Equal(MdevError.DeviceNotFound, e.Error);
        Assert.Contains("somebody else", e.Message);
    }

    [Fact]
    public void A_device_made_anew_under_the_same_uuid_is_another_one_and_stays()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        MdevException e = Assert.Throws<MdevException>(() => RemoveAnd(device, () =>
        {
            _host.Write($"{device.SysfsPath}/remove", "1");
            _host.Create($"{Parent}/mdev_supported_types/mtty-1", device.Uuid);
        }));
        Assert.Equal(MdevError.DeviceNotFound, e.Error);
        Assert.Equal([device], _host.Devices());
    }

    [Fact]
    public void A_group_number_that_went_to_another_device_is_not_taken_for_this_one()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        var other = Guid.NewGuid();
        RemoveAnd(device, () =>
        {
            _host.Write("/sys/bus/mdev/drivers/mtty/unbind", $"{device.Uuid}");
            _host.Create($"{Parent}/mdev_supported_types/mtty-2", other);
        });
        MdevDevice left = Assert.Single(_host.Devices());
        Assert.Equal((other, device.VfioPath), (left.Uuid, left.VfioPath));
        // Its group was let go again.
        _host.Remove(left);
    }

    [Fact]
    public void An_unbound_device_has_no_group_to_hold_and_goes()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        _host.Write("/sys/bus/mdev/drivers/mtty/unbind", $"{device.Uuid}");
        _host.Remove(_host.Devices().Single());
        Assert.Empty(_host.Devices());
    }

    [Fact]
    public void Without_the_group_node_nothing_is_removed()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        File.Delete(_host.Root + device.VfioPath);
        string before = _host.Snapshot();
        MdevException e = Assert.Throws<MdevException>(() => _host.Remove(device));
        Assert.Equal((MdevError.GuardUnavailable, _host.Root + device.VfioPath), (e.Error, e.Path));
        Assert.Equal(before, _host.Snapshot());
    }

    // A VM that starts would be told that it is in use.
    [Fact]
    public void The_group_is_let_go_when_the_device_cannot_be_looked_at_again()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        string entry = $"{_host.Root}/sys/bus/mdev/devices/{device.Uuid}";
        string target = new FileInfo(entry).LinkTarget!;
        HostRoot host = _host.Host.With(new AfterOpening(_host.Host.Kernel, () =>
        {
            File.Delete(entry);
            File.WriteAllText(entry, "no link");
        }));

        Assert.Equal(MdevError.BrokenEntry, Assert.Throws<MdevException>(() => new DeviceRemover(host, _host.Reports.Add).Remove(device)).Error);

        File.Delete(entry);
        File.CreateSymbolicLink(entry, target);
        _host.Host.Kernel.OpenGroup(device.VfioPath!).Dispose();
        Assert.Equal([device], _host.Devices());
    }

    /// <summary>A host's kernel, on which something happens just after a group was opened.</summary>
    private sealed class AfterOpening(IKernel kernel, Action happens) : IKernel
    {
        public bool IsSimulated => kernel.IsSimulated;

        public IAttributeWriter OpenAttribute(string hostPath) => kernel.OpenAttribute(hostPath);

        public IDisposable OpenGroup(string node)
        {
            IDisposable group = kernel.OpenGroup(node);
            happens();
            return group;
        }

        public IVfioDevice OpenVfioDevice(string container, string group, string name) => kernel.OpenVfioDevice(container, group, name);
    }

    // The remover tells that it is about to hold the group; what happens then happens at the worst moment.
    private void RemoveAnd(MdevDevice device, Action atTheWorstMoment)
    {
        bool done = false;
        HostRoot host = HostOpener.Open(_host.Root, message =>
        {
            if (done || !message.StartsWith("Holding", StringComparison.Ordinal))
                return;
            done = true;
            atTheWorstMoment();
        });
        new DeviceRemover(host, _host.Reports.Add).Remove(device);
        Assert.True(done);
    }
}
