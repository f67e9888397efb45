using System.Diagnostics;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;

namespace Mdev.Conformance;

/// <summary>Requests for more than there is, and for what others want too.</summary>
public sealed class PlacementTests : ConformanceTest
{
    private readonly List<MdevException> _reports = [];

    [Theory]
    [InlineData("mtty-1", 24)]
    [InlineData("mtty-2", 12)]
    [InlineData("mdpy-vga", 4)]
    public void More_than_there_are_makes_those_that_fit_and_says_how_many(string type, int most)
    {
        Assert.Equal(most, Make(type, most + 1).Length);
        MdevException e = Assert.Single(_reports);
        Assert.Equal(MdevError.NoCapacity, e.Error);
        Assert.Contains($"Only {most} of {most + 1}", e.Message);
        Assert.Equal(most, OnBus().Length);
    }

    [Theory]
    [InlineData("mtty-1", 24)]
    [InlineData("mtty-2", 12)]
    [InlineData("mdpy-vga", 4)]
    public void More_than_there_are_makes_none_with_all_or_nothing(string type, int most)
    {
        Assert.Empty(Make(type, most + 1, allOrNothing: true));
        Assert.Equal(MdevError.NoCapacity, Assert.Single(_reports).Error);
        Assert.Empty(OnBus());
        Assert.Equal(most, Available(type));
        Assert.Equal(most, Make(type, most, allOrNothing: true).Length);
    }

    [Fact]
    public void Mbochs_mixed_until_full()
    {
        Assert.Equal(2, Make("mbochs-large", 2).Length);
        Assert.Equal(7, Make("mbochs-medium", 7).Length);
        Assert.Equal(4, Make("mbochs-small", 4).Length);
        Assert.Empty(_reports);
        Assert.Empty(Make("mbochs-large", 1));
        Assert.Empty(Make("mbochs-medium", 1));
        Assert.Empty(Make("mbochs-small", 1));
        Assert.All(_reports, e => Assert.Equal(MdevError.NoCapacity, e.Error));
        Assert.Contains("2 x mbochs-large, 7 x mbochs-medium, 4 x mbochs-small", _reports[0].Message);
        Assert.Equal(13, OnBus().Length);
    }

    [Fact]
    public void Two_processes_race_for_24_ports_fifty_times()
    {
        const int Rounds = 50;
        using Process one = Racer.Start(Host), other = Racer.Start(Host);
        for (int round = 0; round < Rounds; round++)
        {
            // Twelve each is what there is; thirteen each is two more.
            int count = 12 + (round % 2);
            Task<Racer.Result> first = InBackground(() => Racer.Make(one, "mtty-1", count)), second = InBackground(() => Racer.Make(other, "mtty-1", count));
            Racer.Result[] ends = [Await(first), Await(second)];
            Assert.Equal(24, ends.Sum(end => end.Made.Count));
            Assert.Equal(24, ends.SelectMany(end => end.Made).Intersect(OnBus()).Count());
            Assert.All(ends, end => Assert.InRange(end.Made.Count, 11, count));
            // Whoever got less than it wanted was told that there is no room, and that is all that goes wrong.
            Assert.All(ends, end => Assert.Equal(end.Made.Count < count ? [nameof(MdevError.NoCapacity)] : [], end.Errors));
            foreach (string uuid in ends.SelectMany(end => end.Made))
                Assert.Equal(Worlds.Answer.Done, Remove(Guid.Parse(uuid)));
        }
    }

    [Fact]
    public void A_listing_beside_somebody_who_makes_and_removes_devices_finds_nothing_broken()
    {
        Process racer = Racer.Start(Host);
        try
        {
            for (int round = 0; round < 10; round++)
            {
                Task<Racer.Result> making = Task.Run(() => Racer.Make(racer, "mtty-1", 12));
                while (!making.IsCompleted)
                    Assert.All(new DeviceReader(Host, _reports.Add).Read(new DeviceQuery()), device => Assert.Equal("mtty-1", device.Type ?? "mtty-1"));
                Task removing = Task.Run(() => making.Result.Made.ForEach(uuid => Remove(Guid.Parse(uuid))));
                while (!removing.IsCompleted)
                    _ = new DeviceReader(Host, _reports.Add).Read(new DeviceQuery()).Count();
            }
        }
        finally
        {
            racer.StandardInput.Close();
            racer.WaitForExit();
        }

        Assert.Empty(_reports);
    }

    [Fact]
    public void Idle_devices_are_handed_out_again_and_used_ones_are_not()
    {
        MdevDevice[] devices = Make("mtty-2", 2);
        using IDisposable vm = World.HoldDevice(devices[0].Uuid);
        MdevDevice[] got = Make("mtty-2", 2, reuse: true);
        Assert.Equal([true, false], got.Select(d => d.Reused));
        Assert.Equal(devices[1].Uuid, got[0].Uuid);
        Assert.Equal(3, OnBus().Length);
    }

    private MdevDevice[] Make(string type, int count, bool allOrNothing = false, bool reuse = false)
    {
        var request = new CreateRequest { Placement = new PlacementRequest { Type = type }, Count = count, AllOrNothing = allOrNothing, Reuse = reuse };
        return new DeviceAllocator(Host, _reports.Add, (_, _) => Decision.Make).Make(request, default).ToArray();
    }
}
