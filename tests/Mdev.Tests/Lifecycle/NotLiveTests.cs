using Mdev.Errors;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Lifecycle;

/// <summary>A tree that no kernel is behind can be looked at and not changed.</summary>
public sealed class NotLiveTests : IDisposable
{
    private readonly HandMadeHost _host = new HandMadeHost().AddParent("p").AddType("p", "made-1").AddDevice("p", "11111111-1111-4111-8111-111111111111", "made-1");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Nothing_is_made_in_it()
    {
        string before = _host.Snapshot();
        Assert.Empty(Make("made-1"));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal((MdevError.NotLive, $"{_host.Root}{HandMadeHost.TypePath("p", "made-1")}/create"), (e.Error, e.Path));
        Assert.Contains(e.Path!, e.Message);
        Assert.Equal(before, _host.Snapshot());
    }

    [Fact]
    public void Nothing_is_removed_from_it()
    {
        // With a node that could be opened, so that the group is not what saves it.
        _host.AddFile("/dev/vfio/7", "");
        string before = _host.Snapshot();
        MdevException e = Assert.Throws<MdevException>(() => new DeviceRemover(_host.Host, _host.Reports.Add).Remove(_host.Devices().Single()));
        Assert.Equal(MdevError.NotLive, e.Error);
        Assert.Equal(before, _host.Snapshot());
    }

    [Fact]
    public void A_marker_that_is_a_link_does_not_make_it_a_simulation()
    {
        _host.AddFile("/elsewhere", "");
        _host.AddLink("/.mdevps-simulation", "elsewhere");
        Assert.False(_host.Host.Kernel.IsSimulated);
        Assert.Empty(Make("made-1"));
        Assert.Equal(MdevError.NotLive, Assert.Single(_host.Reports).Error);
    }

    // What somebody packed may have any marker, also the very one of a simulated host that there is.
    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef\n")]
    [InlineData("../../etc/passwd")]
    [InlineData("version=1\nversion=1\nread-only=1\nread-only=1\n")]
    [InlineData("")]
    [InlineData(null)]
    public void A_marker_that_somebody_packed_makes_no_simulation(string? marker)
    {
        using var simulated = new SimulatedTestHost("mtty");
        _host.AddFile("/.mdevps-simulation", marker ?? File.ReadAllText($"{simulated.Root}/.mdevps-simulation"));
        _host.AddFile("/.mdevps-pending/alice", "made-1");
        string before = _host.Snapshot();

        Assert.False(_host.Host.Kernel.IsSimulated);
        Assert.Empty(Make("made-1"));
        Assert.Equal(MdevError.NotLive, Assert.Single(_host.Reports).Error);
        Assert.Equal(MdevError.NotASimulation, Assert.Throws<MdevException>(() => Mdev.Simulation.SimulatedHost.Remove(_host.Root)).Error);
        Assert.Equal(before, _host.Snapshot());
        Assert.True(File.Exists($"{_host.Root}/.mdevps-pending/alice"));
    }

    [Fact]
    public void A_simulated_host_is_one_only_for_whoever_made_it_and_only_in_its_place()
    {
        using var simulated = new SimulatedTestHost("mtty");
        Assert.True(simulated.Host.Kernel.IsSimulated);

        // Another directory under its name, as a copy is one.
        Directory.Move(simulated.Root, $"{simulated.Root}-away");
        try
        {
            Directory.CreateDirectory($"{simulated.Root}/sys");
            File.Copy($"{simulated.Root}-away/.mdevps-simulation", $"{simulated.Root}/.mdevps-simulation");
            Assert.False(simulated.Host.Kernel.IsSimulated);
        }
        finally
        {
            Directory.Delete(simulated.Root, recursive: true);
            Directory.Move($"{simulated.Root}-away", simulated.Root);
        }

        Assert.True(simulated.Host.Kernel.IsSimulated);
    }

    [Fact]
    public void A_host_without_the_bus_is_NotSupported()
    {
        Directory.Delete($"{_host.Root}/sys/bus/mdev", recursive: true);
        Assert.Equal(MdevError.NotSupported, Assert.Throws<MdevException>(() => Make("made-1")).Error);
    }

    private MdevDevice[] Make(string type) => new DeviceAllocator(_host.Host, _host.Reports.Add, (_, _) => Decision.Make)
        .Make(new CreateRequest { Placement = new PlacementRequest { Type = type } }, default).ToArray();
}
