using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Placement;
using Mdev.Simulation;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Placement;

/// <summary>What becomes of a place when a device is left out, pretended, or undone.</summary>
public sealed class DecisionTests : IDisposable
{
    private readonly SimulatedTestHost _host = new(["nvidia-t4"], new SimulationSizes { GpuCount = 2 });

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_device_that_is_left_out_gives_its_place_to_the_next()
    {
        var places = new List<string>();
        Make(3, (placement, _) =>
        {
            places.Add(placement.Parent);
            return places.Count == 1 ? Decision.Leave : Decision.Make;
        });
        Assert.Equal(places[0], places[1]);
        Assert.NotEqual(places[1], places[2]);
        Assert.Equal(2, _host.Devices().Length);
    }

    [Fact]
    public void A_device_that_is_pretended_keeps_its_place_and_nothing_is_made()
    {
        var places = new List<string>();
        string before = _host.Snapshot();
        Make(4, (placement, _) =>
        {
            places.Add(placement.Parent);
            return Decision.Pretend;
        });
        Assert.Equal([2, 2], places.GroupBy(p => p).Select(g => g.Count()));
        Assert.Equal(before, _host.Snapshot());
    }

    [Fact]
    public void All_or_nothing_that_cannot_fit_asks_nobody_and_makes_nothing()
    {
        int asked = 0;
        Make(33, (_, _) => { asked++; return Decision.Make; }, allOrNothing: true);
        Assert.Equal(0, asked);
        Assert.Empty(_host.Devices());
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.NoCapacity, e.Error);
        Assert.Contains("only 32 of 33", e.Message);
    }

    [Fact]
    public void All_or_nothing_stops_at_the_first_that_fails_and_undoes_the_ones_before()
    {
        Guid taken = _host.Make("nvidia-230")[0].Uuid;
        int asked = 0;
        Make(3, (_, _) => { asked++; return Decision.Make; }, allOrNothing: true, Guid.NewGuid(), taken, Guid.NewGuid());
        Assert.Equal(1, asked);
        Assert.Equal(taken, Assert.Single(_host.Devices()).Uuid);
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.UuidExists, e.Error);
        Assert.Contains("removed again", e.Message);
    }

    [Fact]
    public void All_or_nothing_is_nothing_when_one_is_declined()
    {
        int asked = 0;
        Make(3, (_, _) => ++asked == 2 ? Decision.Leave : Decision.Make, allOrNothing: true);
        Assert.Equal(2, asked);
        Assert.Empty(_host.Devices());
        Assert.Equal(MdevError.Declined, Assert.Single(_host.Reports).Error);
    }

    [Fact]
    public void All_or_nothing_is_undone_also_when_its_caller_ends_everything()
    {
        bool isOver = false;
        HostRoot host = HostOpener.Open(_host.Root, _ => ThrowIf(isOver));
        var request = new CreateRequest { Placement = new PlacementRequest { Type = "nvidia-230" }, Count = 4, AllOrNothing = true };
        int asked = 0;
        var allocator = new DeviceAllocator(host, _ => ThrowIf(isOver), (_, _) =>
        {
            ThrowIf(isOver = ++asked == 3);
            return Decision.Make;
        });
        Assert.Throws<OperationCanceledException>(() => allocator.Make(request, CancellationToken.None).ToArray());
        Assert.Equal(3, asked);
        Assert.Empty(_host.Devices());
    }

    private static void ThrowIf(bool isOver)
    {
        if (isOver)
            throw new OperationCanceledException();
    }

    private void Make(int count, Func<MdevPlacement, Guid, Decision> decide, bool allOrNothing = false, params Guid[] uuids)
    {
        var request = new CreateRequest { Placement = new PlacementRequest { Type = "nvidia-230" }, Count = count, Uuids = uuids, AllOrNothing = allOrNothing };
        _ = new DeviceAllocator(_host.Host, _host.Reports.Add, decide).Make(request, CancellationToken.None).ToArray();
    }
}
