using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Simulation;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Lifecycle;

/// <summary>Drivers that answer otherwise than their available_instances says, and a udev that takes its time.</summary>
public sealed class StubbornDriverTests : IDisposable
{
    private readonly SimulatedTestHost _host = new(["fleet"], new SimulationSizes { ParentCount = 3, TypeCount = 1 });

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_parent_that_says_it_has_room_and_refuses_is_asked_once_and_passed_over()
    {
        var asked = new List<string>();
        string stubborn = _host.Parents()[0].Parent;
        MdevDevice[] made = Make(3, (path, go) =>
        {
            asked.Add(path.Split('/')[^4]);
            if (asked[^1] == stubborn)
                throw Refused(Errno.EIO, path);
            go();
        });
        Assert.Equal(3, made.Length);
        Assert.DoesNotContain(stubborn, made.Select(d => d.Parent));
        Assert.Single(asked, stubborn);
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void Where_all_refuse_it_ends_and_says_who_was_asked()
    {
        Assert.Empty(Make(2, (path, _) => throw Refused(Errno.EIO, path)));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.NoCapacity, e.Error);
        Assert.All(_host.Parents(), parent => Assert.Contains($"{parent.Parent} (EIO)", e.Message));
    }

    // Somebody may have taken a UUID that was made up, but not one after the other.
    [Fact]
    public void A_kernel_that_says_EEXIST_to_whatever_UUID_is_not_asked_for_ever()
    {
        int asked = 0;
        Assert.Empty(Make(1, (path, _) => throw (++asked < 1000 ? Refused(Errno.EEXIST, path) : new InvalidOperationException("It is asked for ever."))));
        Assert.Equal(MdevError.NoCapacity, Assert.Single(_host.Reports).Error);
    }

    // vfio_ap before Linux 6.0, when all its devices are taken.
    [Fact]
    public void EPERM_in_answer_to_the_write_is_no_matter_of_permission()
    {
        Assert.Empty(Make(1, (path, _) => throw Refused(Errno.EPERM, path), _host.Parents()[0].Parent));
        Assert.Equal(MdevError.NoCapacity, Assert.Single(_host.Reports).Error);
    }

    [Fact]
    public void A_device_comes_out_when_its_node_is_there()
    {
        Thread? udev = null;
        MdevDevice device = Assert.Single(Make(1, (_, go) =>
        {
            go();
            string node = Assert.Single(Directory.GetFiles($"{_host.Root}/dev/vfio"), file => !file.EndsWith("/vfio", StringComparison.Ordinal));
            File.Move(node, $"{_host.Root}/dev/not-yet");
            udev = new Thread(() =>
            {
                Thread.Sleep(50);
                File.Move($"{_host.Root}/dev/not-yet", node);
            });
            udev.Start();
        }));
        Assert.True(File.Exists(_host.Root + device.VfioPath));
        udev!.Join();
    }

    [Fact]
    public void A_device_whose_node_never_comes_is_told_and_so_is_that()
    {
        MdevDevice device = Assert.Single(Make(1, (_, go) =>
        {
            go();
            File.Delete(Assert.Single(Directory.GetFiles($"{_host.Root}/dev/vfio"), file => !file.EndsWith("/vfio", StringComparison.Ordinal)));
        }));

        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal((MdevError.VfioUnavailable, device.Uuid), (e.Error, e.Uuid));
        Assert.Contains(_host.Root + device.VfioPath, e.Message);
        Assert.Equal([device], _host.Devices());
    }

    [Fact]
    public void A_parent_that_may_not_be_written_to_is_passed_over()
    {
        string closed = _host.Parents()[0].Parent;
        File.SetUnixFileMode($"{_host.Root}{_host.Types().Single(type => type.Parent == closed).SysfsPath}/create", UnixFileMode.UserRead);

        Assert.DoesNotContain(closed, Make(2, (_, go) => go()).Select(device => device.Parent));
        Assert.Empty(_host.Reports);

        Assert.Empty(Make(1, (_, go) => go(), closed));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal((MdevError.PermissionDenied, "EACCES", "open"), (e.Error, e.ErrnoName, e.Operation));
    }

    // Drivers may print any number; a simulated one leaves what is no number of its own alone.
    [Theory]
    [InlineData("2147483647")]
    [InlineData("-2147483648")]
    public void Numbers_that_no_device_has_make_no_trouble(string available)
    {
        foreach (MdevType type in _host.Types())
            File.WriteAllText($"{_host.Root}{type.SysfsPath}/available_instances", available);
        File.WriteAllText($"{_host.Root}{_host.Types()[0].SysfsPath}/description", "max_instance=2147483647");

        var planner = new Planner(_host.Host, new PlacementRequest { Type = "fleet-1" }, _host.Reports.Add);

        Assert.Equal(available[0] == '-' ? 0 : int.MaxValue, planner.Room);
        Assert.Equal(available[0] != '-', planner.Next() is not null);
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void What_the_kernel_said_goes_along_with_every_error_that_follows_from_it()
    {
        _ = Make(1, (path, _) => throw Refused(Errno.EIO, path), _host.Parents()[0].Parent);
        _ = Make(2, (path, _) => throw Refused(Errno.EIO, path));
        _ = Make(new CreateRequest { Placement = new PlacementRequest { Type = "fleet-1" }, AllOrNothing = true }, (path, _) => throw Refused(Errno.EIO, path));

        Assert.Equal(3, _host.Reports.Count);
        Assert.All(_host.Reports, e => Assert.Equal((Errno.EIO, "EIO", "write"), (e.Errno, e.ErrnoName, e.Operation)));
    }

    private static MdevException Refused(int errno, string path) => new(MdevError.WriteRefused, "The kernel refused", errno, "write", path);

    private MdevDevice[] Make(int count, Action<string, Action> create, params string[] parents) =>
        Make(new CreateRequest { Placement = new PlacementRequest { Type = "fleet-1", Parents = NameFilter.Of(parents) }, Count = count }, create);

    private MdevDevice[] Make(CreateRequest request, Action<string, Action> create)
    {
        HostRoot host = _host.Host.With(new StubbornKernel(_host.Host.Kernel, create));
        return new DeviceAllocator(host, _host.Reports.Add, (_, _) => Decision.Make).Make(request, CancellationToken.None).ToArray();
    }
}
