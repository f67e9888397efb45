using Mdev.Conformance.Worlds;
using Mdev.Model;
using Mdev.Simulation;
using Mdev.Tests.Hosts;
using Mdev.Vfio;

namespace Mdev.Tests.Vfio;

public sealed class UserScanTests : IDisposable
{
    private readonly SimulatedTestHost _host = new("mtty");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_device_that_nobody_has_open_has_no_users_and_that_is_known()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        SimulatedHost.StartProcess(_host.Root, "bystander", ["bystander"]);
        UserScan scan = UserScan.Of(_host.Host);
        Assert.Null(scan.Blind);
        Assert.Empty(scan.UsersOf(device)!);
    }

    [RootFact]
    public void Processes_that_another_user_may_not_look_into_are_counted()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        SimulatedHost.StartVm(_host.Root, "web01", device.Uuid);
        File.SetUnixFileMode(_host.Root, File.GetUnixFileMode(_host.Root) | UnixFileMode.OtherExecute);
        UserScan? scan = null;
        Nobody.Does(() => scan = UserScan.Of(_host.Host));
        Assert.Null(scan!.UsersOf(device));
        // The VM and the first process.
        Assert.Equal("this user may not look into 2 of its processes", scan.Blind);
    }

    [Fact]
    public void Every_holder_is_told_from_the_others_devices()
    {
        MdevDevice[] devices = _host.Make("mtty-1", 3);
        int first = SimulatedHost.StartProcess(_host.Root, "first", ["first"], devices[0].Uuid, devices[1].Uuid);
        int second = SimulatedHost.StartProcess(_host.Root, "second", ["second"], devices[2].Uuid);
        UserScan scan = UserScan.Of(_host.Host);
        Assert.Equal([[(first, "first")], [(first, "first")], [(second, "second")]], devices.Select(d => scan.UsersOf(d)!.Select(u => (u.ProcessId, u.ProcessName!)).ToArray()));
    }

    [Fact]
    public void A_process_that_was_handed_the_group_is_a_holder_too()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        _host.AddLink("/proc/7001/fd/3", device.VfioPath!);
        _host.AddLink("/proc/7002/fd/3", device.VfioPath!);
        Assert.Equal([7001, 7002], UserScan.Of(_host.Host).UsersOf(device)!.Select(u => u.ProcessId));
    }

    [Theory]
    [InlineData("/dev/vfio/devices/vfio0")]
    [InlineData("/dev/vfio/0 (deleted)")]
    public void A_holder_is_found_by_whatever_name_the_descriptor_has(string target)
    {
        MdevDevice[] devices = _host.Make("mtty-1", 2);
        _host.AddLink("/proc/7001/fd/3", target);
        UserScan scan = UserScan.Of(_host.Host);
        Assert.Equal(7001, scan.UsersOf(devices.Single(d => d.IommuGroup == 0))!.Single().ProcessId);
        Assert.Empty(scan.UsersOf(devices.Single(d => d.IommuGroup == 1))!);
    }

    [Fact]
    public void A_kernel_that_names_the_device_behind_a_descriptor_is_believed()
    {
        MdevDevice[] devices = _host.Make("mtty-1", 2);
        _host.AddLink("/proc/7001/fd/3", "anon_inode:[vfio-device]");
        _host.AddFile("/proc/7001/fdinfo/3", $"pos:\t0\nflags:\t02000002\nvfio-device-syspath: {devices[1].SysfsPath}\n");
        UserScan scan = UserScan.Of(_host.Host);
        Assert.Null(scan.Blind);
        Assert.Empty(scan.UsersOf(devices[0])!);
        Assert.Equal(7001, scan.UsersOf(devices[1])!.Single().ProcessId);
    }

    [Fact]
    public void A_device_descriptor_of_which_nothing_more_is_known_leaves_no_device_unused()
    {
        MdevDevice[] devices = _host.Make("mtty-1", 2);
        SimulatedHost.StartProcess(_host.Root, "known", ["known"], devices[0].Uuid);
        _host.AddLink("/proc/7001/fd/3", "anon_inode:[vfio-device]");
        UserScan scan = UserScan.Of(_host.Host);
        Assert.Contains("7001", scan.Blind);
        Assert.Equal("known", scan.UsersOf(devices[0])!.Single().ProcessName);
        Assert.Null(scan.UsersOf(devices[1]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("pid:[4026532190]")]
    public void Where_processes_are_hidden_a_holder_is_still_told_and_nothing_is_unused(string? pidNamespace)
    {
        MdevDevice[] devices = _host.Make("mtty-1", 2);
        SimulatedHost.StartProcess(_host.Root, "seen", ["seen"], devices[0].Uuid);
        File.Delete($"{_host.Root}/proc/1/ns/pid");
        if (pidNamespace is not null)
            _host.AddLink("/proc/1/ns/pid", pidNamespace);
        UserScan scan = UserScan.Of(_host.Host);
        Assert.NotNull(scan.Blind);
        Assert.Single(scan.UsersOf(devices[0])!);
        Assert.Null(scan.UsersOf(devices[1]));
    }

    [Fact]
    public void A_capture_without_processes_says_nothing_of_users()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        Directory.Delete($"{_host.Root}/proc", recursive: true);
        UserScan scan = UserScan.Of(_host.Host);
        Assert.NotNull(scan.Blind);
        Assert.Null(scan.UsersOf(device));
    }

    [Fact]
    public void A_descriptor_that_cannot_be_read_leaves_the_rest_known_to_be_unknown()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        // No link, so that reading it as one fails as it does without permission.
        _host.AddFile("/proc/7001/fd/3", "");
        UserScan scan = UserScan.Of(_host.Host);
        Assert.NotNull(scan.Blind);
        Assert.Null(scan.UsersOf(device));
    }

    [Fact]
    public void A_device_without_a_driver_is_unused_whoever_is_hidden()
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        _host.Write("/sys/bus/mdev/drivers/mtty/unbind", device.Uuid.ToString());
        File.Delete($"{_host.Root}/proc/1/ns/pid");
        Assert.Empty(UserScan.Of(_host.Host).UsersOf(_host.Find(device.Uuid)!)!);
    }

    [Fact]
    public void A_device_without_group_and_node_is_of_unknown_use()
    {
        MdevDevice device = new(_host.Make("mtty-1")[0]) { IommuGroup = null };
        Directory.Delete($"{_host.Root}{device.SysfsPath}/vfio-dev", recursive: true);
        Assert.Null(UserScan.Of(_host.Host).UsersOf(device));
    }

    [Theory]
    [InlineData("/usr/bin/qemu-system-x86_64\0-name\0guest=web,debug-threads=on\0-uuid\09d3b2f3e-7f3f-4a4b-9c39-6d7a8f0f1c11\0", "web", "9d3b2f3e-7f3f-4a4b-9c39-6d7a8f0f1c11")]
    [InlineData("qemu-kvm\0-name\0web,process=qemu:web\0", "web", null)]
    [InlineData("/usr/libexec/qemu-kvm\0--name\0debug-threads=on,guest=a,,b\0-S\0", "a,b", null)]
    [InlineData("kvm\0-name\0first\0-name\0second\0", "second", null)]
    [InlineData("qemu-system-s390x\0-name\0debug-threads=on\0-uuid\0none\0", null, null)]
    [InlineData("qemu-system-x86_64\0-S\0-name", null, null)]
    [InlineData("/usr/bin/cloud-hypervisor\0-name\0web\0", null, null)]
    [InlineData("", null, null)]
    public void A_QEMU_tells_its_VM_in_its_command_line(string commandLine, string? name, string? uuid)
    {
        MdevDevice device = _host.Make("mtty-1")[0];
        _host.AddLink("/proc/7001/fd/3", device.VfioPath!);
        _host.AddFile("/proc/7001/comm", "qemu:web\n");
        _host.AddFile("/proc/7001/cmdline", commandLine);
        MdevDeviceUser user = UserScan.Of(_host.Host).UsersOf(device)!.Single();
        Assert.Equal(("qemu:web", name, uuid), (user.ProcessName, user.VmName, user.VmUuid?.ToString()));
    }
}
