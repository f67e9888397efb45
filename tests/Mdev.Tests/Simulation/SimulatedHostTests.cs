using System.ComponentModel;
using System.Diagnostics;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Simulation;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Simulation;

public sealed class SimulatedHostTests : IDisposable
{
    private readonly string _place = Directory.CreateTempSubdirectory("mdev-tests-").FullName;

    public void Dispose() => Directory.Delete(_place, recursive: true);

    [Fact]
    public void It_is_made_in_a_new_or_an_empty_directory()
    {
        Assert.Equal($"{_place}/new/host", SimulatedHost.Create(["mtty"], $"{_place}/new/host").Root);
        Directory.CreateDirectory($"{_place}/empty");
        Assert.True(HostOpener.Open(SimulatedHost.Create(["mtty"], $"{_place}/empty").Root).Kernel.IsSimulated);
    }

    [Fact]
    public void It_is_not_made_where_something_is()
    {
        File.WriteAllText($"{_place}/file", "as it was");
        Assert.Equal(MdevError.PathExists, Assert.Throws<MdevException>(() => SimulatedHost.Create(["mtty"], _place)).Error);
        Assert.Equal(MdevError.PathExists, Assert.Throws<MdevException>(() => SimulatedHost.Create(["mtty"], $"{_place}/file")).Error);
        Assert.Equal([$"{_place}/file"], Directory.GetFileSystemEntries(_place));
    }

    [Fact]
    public void A_driver_that_does_not_exist_is_told_with_those_that_do_and_nothing_is_made()
    {
        MdevException e = Assert.Throws<MdevException>(() => SimulatedHost.Create(["mtty", "nosuch"], $"{_place}/host"));
        Assert.Equal(MdevError.InvalidArgument, e.Error);
        Assert.Contains("'nosuch'", e.Message);
        Assert.Contains("mtty, mdpy, mbochs", e.Message);
        Assert.False(Directory.Exists($"{_place}/host"));
    }

    [Fact]
    public void A_driver_named_twice_is_there_once() => Assert.Equal(["mtty"], SimulatedHost.Create(["mtty", "MTTY"], $"{_place}/host").Driver);

    [Fact]
    public void Only_the_drivers_asked_for_are_there()
    {
        SimulatedHost.Create(["mdpy"], $"{_place}/host");
        Assert.Equal(["mdpy"], Directory.GetFileSystemEntries($"{_place}/host/sys/class/mdev_bus").Select(p => Path.GetFileName(p)));
        Assert.Equal(["mdpy"], Directory.GetFileSystemEntries($"{_place}/host/sys/bus/mdev/drivers").Select(p => Path.GetFileName(p)));
    }

    [Fact]
    public void What_bears_no_marker_is_not_removed()
    {
        File.WriteAllText($"{_place}/file", "as it was");
        MdevException e = Assert.Throws<MdevException>(() => SimulatedHost.Remove(_place));
        Assert.Equal((MdevError.NotASimulation, _place), (e.Error, e.Path));
        Assert.True(File.Exists($"{_place}/file"));
        Assert.Equal(MdevError.NotASimulation, Assert.Throws<MdevException>(() => SimulatedHost.Remove($"{_place}/nosuch")).Error);
        Assert.Equal(MdevError.NotASimulation, Assert.Throws<MdevException>(() => SimulatedHost.Remove("/")).Error);
    }

    [Fact]
    public void Removing_it_follows_no_link_out_of_it()
    {
        Directory.CreateDirectory($"{_place}/outside");
        File.WriteAllText($"{_place}/outside/file", "as it was");
        string root = SimulatedHost.Create(["mtty"], $"{_place}/host").Root;
        Directory.CreateSymbolicLink($"{root}/sys/way", $"{_place}/outside");
        File.CreateSymbolicLink($"{root}/etc/way", $"{_place}/outside/file");
        SimulatedHost.Remove(root);
        Assert.False(Directory.Exists(root));
        Assert.Equal("as it was", File.ReadAllText($"{_place}/outside/file"));
    }

    [Fact]
    public void What_the_file_system_refuses_is_told_as_an_error_of_ours()
    {
        File.WriteAllText($"{_place}/file", "");
        MdevException e = Assert.Throws<MdevException>(() => SimulatedHost.Create(["mtty"], $"{_place}/file/host"));
        Assert.Equal((MdevError.SimulationFailed, $"{_place}/file/host"), (e.Error, e.Path));
    }

    [Fact]
    public void Nothing_is_left_of_one_whose_making_was_stopped()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => SimulatedHost.Create(["mtty"], $"{_place}/host", cancel: stop.Token));
        Assert.False(Directory.Exists($"{_place}/host"));
    }

    [Fact]
    public void A_directory_that_was_there_stays_as_it_was_when_the_making_fails()
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.SetGroup;
        Directory.CreateDirectory($"{_place}/mine");
        File.SetUnixFileMode($"{_place}/mine", Mode);
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => SimulatedHost.Create(["mtty"], $"{_place}/mine", cancel: stop.Token));

        Assert.Equal(Mode, File.GetUnixFileMode($"{_place}/mine"));
        Assert.Empty(Directory.GetFileSystemEntries($"{_place}/mine"));
    }

    [Fact]
    public void Two_may_have_an_attribute_open_and_both_writes_come_through()
    {
        HostRoot host = HostOpener.Open(SimulatedHost.Create(["mtty"], $"{_place}/host").Root);
        const string Attribute = "/sys/bus/mdev/drivers_autoprobe";
        using IAttributeWriter first = host.Kernel.OpenAttribute(Attribute), second = host.Kernel.OpenAttribute(Attribute);
        host.Write(first, "0");
        host.Write(second, "1");
        Assert.Equal("1", File.ReadAllText($"{_place}/host{Attribute}"));
    }

    [Fact]
    public void It_tells_its_drivers_as_they_are_spelled_in_the_order_asked_for() =>
        Assert.Equal(["mtty", "mdpy"], SimulatedHost.Create(["MTTY", "mdpy"], $"{_place}/host").Driver);

    [Fact]
    public void A_virtual_machine_holds_its_devices_until_it_ends()
    {
        SimulatedHost host = SimulatedHost.Create(["mtty"], $"{_place}/host");
        using var at = new SimulatedTestHost(host);
        MdevDevice device = at.Make("mtty-1")[0];
        int vm = host.StartVm("web01", device.Uuid);
        Assert.Equal(MdevError.InUse, at.RemoveFails(device));
        host.EndProcess(vm);
        at.Remove(device);
    }

    [Fact]
    public void A_marker_that_is_a_link_is_none()
    {
        SimulatedHost.Create(["mtty"], $"{_place}/host");
        Directory.CreateDirectory($"{_place}/other");
        File.CreateSymbolicLink($"{_place}/other/.mdevps-simulation", $"{_place}/host/.mdevps-simulation");
        Assert.Equal(MdevError.NotASimulation, Assert.Throws<MdevException>(() => SimulatedHost.Remove($"{_place}/other")).Error);
        Assert.True(Directory.Exists($"{_place}/other"));
    }

    [Fact]
    public void A_host_whose_making_was_interrupted_is_none()
    {
        SimulatedHost.Create(["mtty"], $"{_place}/host");
        File.Delete($"{_place}/host/.mdevps-simulation");
        Assert.False(HostOpener.Open($"{_place}/host").Kernel.IsSimulated);
    }

    [Fact]
    public async Task A_reader_never_sees_half_a_device_or_half_a_value()
    {
        using var host = new SimulatedTestHost("mtty");
        using var over = new CancellationTokenSource();
        Task writer = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                foreach (var device in host.Make("mtty-1", 3))
                    host.Remove(device);
            }
        });
        var reader = new SimulatedReader(host.Root);
        for (int round = 0; round < 50; round++)
            reader.ReadAll();
        await over.CancelAsync();
        await writer;
        Assert.Empty(reader.Odd);
        Assert.Empty(host.Reports);
    }

    /// <summary>Reads a host that changes, and keeps what a user would not understand.</summary>
    private sealed class SimulatedReader(string root)
    {
        public List<string> Odd { get; } = [];

        public void ReadAll()
        {
            HostRoot host = HostOpener.Open(root);
            foreach (var type in new Mdev.Inventory.TypeReader(host, e => Odd.Add(e.Message)).Read(new()))
            {
                if (type.AvailableInstances is null)
                    Odd.Add($"{type} has no number.");
            }

            // A device may go between two looks; then one error may say so, but what comes is whole, or on its way out.
            foreach (var device in new Mdev.Inventory.DeviceReader(host, _ => { }).Read(new()))
            {
                if (device.State != MdevDeviceState.Removing && (device.IommuGroup is null || device.DeviceApi is null))
                    Odd.Add($"{device.Uuid} is half made.");
            }
        }
    }

    // Mounted in a namespace of its own, which ends with the process: nothing but directories of the test's own is ever below the root.
    [MountTheory]
    [InlineData("tmpfs", "with")]
    [InlineData("tmpfs", "without")]
    [InlineData("bind", "with")]
    [InlineData("bind", "without")]
    public void A_host_in_which_something_is_mounted_is_left_alone(string what, string openat2)
    {
        using var host = new SimulatedTestHost("mtty");
        host.Make("mtty-1");
        string other = Directory.CreateDirectory($"{_place}/other").FullName, mount = Directory.CreateDirectory($"{host.Root}/sys/devices/mounted").FullName;
        string how = what == "bind" ? $"--bind '{other}'" : "-t tmpfs none";
        string[] before = Directory.GetFileSystemEntries(host.Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });
        string[] lines = Child.Output(Child.Start(["unshare", "--mount", "sh", "-ec", $"mount {how} '{mount}'; touch '{mount}/precious'; \"$@\"; ls '{mount}'", "sh"], "end", host.Root, openat2));
        Assert.Equal([$"FileFailed EXDEV {mount}", "precious"], lines);
        Assert.All(before, entry => Assert.True(Path.Exists(entry), entry));
        Assert.Single(host.Devices());
    }

    // Only ever tried with directories of the test's own: what this is about deletes.
    [Fact]
    public void What_is_deleted_is_the_directory_that_was_opened_and_not_one_that_has_taken_its_name()
    {
        string folder = Directory.CreateTempSubdirectory("mdevps-test-").FullName, root = $"{folder}/root", moved = $"{folder}/moved", outside = $"{folder}/outside";
        try
        {
            Directory.CreateDirectory($"{root}/sys/devices");
            Directory.CreateDirectory(outside);
            File.WriteAllText($"{outside}/kept", "");
            File.CreateSymbolicLink($"{root}/link", outside);
            HostFiles files = HostFiles.Open(root);
            Directory.Move(root, moved);
            Directory.CreateDirectory(root);
            File.WriteAllText($"{root}/kept", "");
            new FileChanges(files).DeleteContent();
            Assert.Empty(Directory.GetFileSystemEntries(moved));
            Assert.True(File.Exists($"{root}/kept"));
            Assert.True(File.Exists($"{outside}/kept"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>A test that mounts something where nobody else sees it.</summary>
internal sealed class MountTheoryAttribute : TheoryAttribute
{
    private static readonly string? s_whyNot = WhyNot();

    public MountTheoryAttribute() => Skip = s_whyNot;

    private static string? WhyNot()
    {
        try
        {
            using Process unshare = Process.Start(new ProcessStartInfo("unshare", ["--mount", "true"]) { RedirectStandardError = true })!;
            unshare.WaitForExit();
            return unshare.ExitCode == 0 ? null : "This user may not make a mount namespace.";
        }
        catch (Win32Exception)
        {
            return "There is no unshare on PATH.";
        }
    }
}
