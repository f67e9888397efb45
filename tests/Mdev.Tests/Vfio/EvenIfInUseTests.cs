using Mdev.Errors;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Simulation;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Vfio;

public sealed class EvenIfInUseTests : IDisposable
{
    private readonly SimulatedTestHost _host = new("mtty");

    public void Dispose() => _host.Dispose();

    private DeviceRemover Remover => new(_host.Host, _host.Reports.Add);

    [Fact]
    public void A_device_that_nobody_has_open_goes_by_the_guarded_way()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        _host.Told.Clear();
        Assert.True(Remover.RemoveEvenIfInUse(device));
        Assert.Empty(_host.Devices());
        Assert.DoesNotContain(_host.Told, line => line.Contains("process of its own"));
    }

    [Fact]
    public void A_device_that_is_in_use_waits_and_goes_when_it_is_let_go()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        int pid = SimulatedHost.StartVm(_host.Root, "web", device.Uuid);
        Assert.False(Remover.RemoveEvenIfInUse(device));
        MdevDevice pending = Remover.WaitFor(device, TimeSpan.Zero)!;
        Assert.Equal((MdevDeviceState.Removing, "mtty-1", "web"), (pending.State, pending.Type, pending.Users!.Single().VmName));
        Assert.Equal(MdevDeviceState.Removing, Assert.Single(_host.Devices()).State);
        Assert.Equal(MdevDeviceState.Removing, _host.Find(device.Uuid)!.State);
        Assert.Equal(23, _host.Types().Single(t => t.Type == "mtty-1").AvailableInstances);

        SimulatedHost.EndProcess(_host.Root, pid);
        Assert.Null(Remover.WaitFor(device, TimeSpan.FromMinutes(1)));
        Assert.Null(_host.Find(device.Uuid));
        Assert.Equal(24, _host.Types().Single(t => t.Type == "mtty-1").AvailableInstances);
    }

    [Fact]
    public void What_is_left_of_a_pending_device_is_its_group()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        SimulatedHost.StartVm(_host.Root, "web", device.Uuid);
        Remover.RemoveEvenIfInUse(device);
        Remover.WaitFor(device, TimeSpan.Zero);
        // As Linux 6.12 leaves it. It is on its way out before the last of its files is gone.
        string[] Left() => [.. Directory.EnumerateFileSystemEntries(_host.Root + device.SysfsPath).Select(path => Path.GetFileName(path)!)];
        SpinWait.SpinUntil(() => Left().Length == 1, TimeSpan.FromMinutes(1));
        Assert.Equal(["iommu_group"], Left());
        Assert.True(File.Exists(_host.Root + device.VfioPath));
    }

    [Fact]
    public void A_removal_whose_program_has_ended_is_finished_by_whoever_comes_next()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        int pid = SimulatedHost.StartVm(_host.Root, "web", device.Uuid);
        Remover.RemoveEvenIfInUse(device);
        Remover.WaitFor(device, TimeSpan.Zero);
        SimulatedHost.EndProcess(_host.Root, pid);
        _ = _host.Host;
        Assert.False(Directory.Exists(_host.Root + device.SysfsPath));
    }

    // What escaped from the thread that plays the kernel would end the whole program.
    [Fact]
    public void A_host_that_goes_while_a_removal_waits_takes_no_program_along() =>
        Assert.Equal(["still here"], Child.Output(Child.Start([], "outlive")));

    [Fact]
    public void The_wait_ends_when_it_is_cancelled()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        SimulatedHost.StartVm(_host.Root, "web", device.Uuid);
        Remover.RemoveEvenIfInUse(device);
        using var cancel = new CancellationTokenSource();
        cancel.CancelAfter(50);
        // As it was: nothing was looked up any more.
        Assert.Equal(device, Remover.WaitFor(device, TimeSpan.FromMinutes(1), stop: cancel.Token));
    }

    [Fact]
    public void A_pending_device_is_refused_with_its_holder()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        SimulatedHost.StartVm(_host.Root, "web", device.Uuid);
        Remover.RemoveEvenIfInUse(device);
        Remover.WaitFor(device, TimeSpan.Zero);
        MdevException e = Assert.Throws<MdevException>(() => Remover.Remove(_host.Find(device.Uuid)!));
        Assert.Equal(MdevError.InUse, e.Error);
        Assert.Contains("web (qemu-system-x86", e.Message);
    }

    [Fact]
    public void A_removal_that_has_begun_is_not_begun_again()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        SimulatedHost.StartVm(_host.Root, "web", device.Uuid);
        Remover.RemoveEvenIfInUse(device);
        MdevDevice pending = Remover.WaitFor(device, TimeSpan.Zero, null, CancellationToken.None)!;
        _host.Told.Clear();
        Assert.False(Remover.RemoveEvenIfInUse(pending));
        Assert.DoesNotContain(_host.Told, line => line.Contains("Writing"));
    }

    [Fact]
    public void A_device_that_is_another_than_was_listed_stays_also_when_it_may_be_in_use()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        _host.Told.Clear();
        MdevException e = Assert.Throws<MdevException>(() => Remover.RemoveEvenIfInUse(new MdevDevice(device) { Type = "mtty-2" }));
        Assert.Equal(MdevError.DeviceChanged, e.Error);
        Assert.DoesNotContain(_host.Told, line => line.Contains("Writing"));
        Assert.Equal(MdevDeviceState.Active, _host.Find(device.Uuid)!.State);
    }

    [Fact]
    public void Without_the_means_for_the_guard_a_device_goes_only_when_that_is_asked_for()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        File.Delete(_host.Root + device.VfioPath);
        Assert.Equal(MdevError.GuardUnavailable, _host.RemoveFails(device));
        Assert.False(Remover.RemoveEvenIfInUse(device));
        Assert.Null(Remover.WaitFor(device, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_device_without_a_group_is_not_removed_unguarded()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        File.Delete($"{_host.Root}{device.SysfsPath}/iommu_group");
        Assert.Equal(MdevError.GuardUnavailable, _host.RemoveFails(device));
        Assert.True(Directory.Exists(_host.Root + device.SysfsPath));
    }
}
