using Mdev.Errors;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Simulation;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Placement;

/// <summary>The order of the parents that get devices; physical devices are filled by policy, whatever functions they have.</summary>
public sealed class PlannerTests
{
    [Fact]
    public void Spread_goes_round_the_physical_devices_and_Pack_fills_one_after_the_other()
    {
        using SimulatedTestHost host = Functions(devices: 2, functions: 2);
        string[] spread = Plan(host, new PlacementRequest { Type = "fleet-1" }, 4).Select(p => p.PhysicalDevice).ToArray();
        Assert.NotEqual(spread[0], spread[1]);
        Assert.Equal(spread[..2].Order(), spread[2..].Order());
        string[] pack = Plan(host, new PlacementRequest { Type = "fleet-1", Policy = PlacementPolicy.Pack }, 4).Select(p => p.PhysicalDevice).ToArray();
        Assert.Equal(pack[0], pack[1]);
        Assert.Equal(pack[2], pack[3]);
        Assert.NotEqual(pack[0], pack[2]);
    }

    [Fact]
    public void Every_function_gets_one_and_then_there_is_no_room()
    {
        using SimulatedTestHost host = Functions(devices: 2, functions: 2);
        var planner = new Planner(host.Host, new PlacementRequest { Type = "fleet-1" }, host.Reports.Add);
        MdevPlacement[] plan = Enumerable.Range(0, 4).Select(_ => planner.Next()!.Placement).ToArray();
        Assert.Equal(4, plan.Select(p => p.Parent).Distinct().Count());
        Assert.Equal([1, 2, 3, 4], plan.Select(p => p.Order));
        Assert.Null(planner.Next());
        MdevException e = planner.NoRoom(5, isPlan: true);
        Assert.Equal(MdevError.NoCapacity, e.Error);
        Assert.Contains("4 of 5", e.Message);
    }

    [Fact]
    public void Devices_that_are_only_planned_are_told_from_those_that_are_there()
    {
        using var host = new SimulatedTestHost("mtty");
        host.Make("mtty-1", 11);
        var reports = new List<MdevException>();
        MdevPlacement[] plan = new Planner(host.Host, new PlacementRequest { Type = "mtty-1" }, host.Reports.Add).Plan(100, [], allOrNothing: false, reports.Add).ToArray();
        Assert.Equal(13, plan.Length);
        string message = Assert.Single(reports).Message;
        Assert.Contains("room for only 13 of 100", message);
        Assert.Contains("24 x mtty-1, 13 of them planned", message);

        _ = new DeviceAllocator(host.Host, reports.Add, (_, _) => Decision.Pretend)
            .Make(new CreateRequest { Placement = new PlacementRequest { Type = "mtty-1" }, Count = 100 }, CancellationToken.None).ToArray();
        Assert.Equal(message, reports[1].Message);

        Assert.Equal(13, host.Make("mtty-1", 100).Length);
        string made = Assert.Single(host.Reports).Message;
        Assert.Contains("13 of 100 devices of type 'mtty-1' could be had", made);
        Assert.DoesNotContain("planned", made);
    }

    [Fact]
    public void A_node_that_nothing_is_on_is_not_called_full()
    {
        using SimulatedTestHost host = Functions(devices: 2, functions: 1, nodes: 2);
        Assert.Contains("nothing is on NUMA node 7", Assert.Single(Plan(host, new PlacementRequest { Type = "fleet-1", NumaNode = 7 }, 1)).Reason);
    }

    [Fact]
    public void The_same_host_gives_the_same_plan()
    {
        using SimulatedTestHost host = Functions(devices: 4, functions: 3);
        Assert.Equal(Parents(), Parents());

        string[] Parents() => Plan(host, new PlacementRequest { Type = "fleet-1" }, 12).Select(p => p.Parent).ToArray();
    }

    [Fact]
    public void A_numa_node_is_preferred_and_with_StrictNuma_insisted_on()
    {
        using SimulatedTestHost host = Functions(devices: 2, functions: 1, nodes: 2);
        Assert.Equal([1, 0], Plan(host, new PlacementRequest { Type = "fleet-1", NumaNode = 1 }, 2).Select(p => p.NumaNode!.Value));
        var planner = new Planner(host.Host, new PlacementRequest { Type = "fleet-1", NumaNode = 1, StrictNuma = true }, host.Reports.Add);
        Assert.Equal(1, planner.Next()!.Placement.NumaNode);
        Assert.Null(planner.Next());
        Assert.Contains("NUMA node 0", planner.NoRoom(2, isPlan: true).Message);
    }

    [Fact]
    public void Only_the_parents_that_are_allowed_are_considered()
    {
        using SimulatedTestHost host = Functions(devices: 2, functions: 2);
        string parent = host.Parents()[3].Parent;
        var planner = new Planner(host.Host, new PlacementRequest { Type = "fleet-1", Parents = NameFilter.Of(parent) }, host.Reports.Add);
        Assert.Equal(parent, planner.Next()!.Placement.Parent);
        Assert.Null(planner.Next());
    }

    [Fact]
    public void Capacity_that_cannot_be_read_is_tried_last()
    {
        using HandMadeHost host = new HandMadeHost().AddParent("a").AddType("a", "t", available: "?").AddParent("b").AddType("b", "t", available: "1");
        var planner = new Planner(host.Host, new PlacementRequest { Type = "t" }, host.Reports.Add);
        Assert.Equal(("b", 1, 0), Placed(planner.Next()!.Placement));
        Assert.Equal(("a", null, null), Placed(planner.Next()!.Placement));
        Assert.Null(planner.Next());

        static (string, int?, int?) Placed(MdevPlacement p) => (p.Parent, p.RoomBefore, p.RoomAfter);
    }

    [Fact]
    public void No_more_are_placed_than_the_description_allows()
    {
        using HandMadeHost host = new HandMadeHost().AddParent("p").AddType("p", "t", available: "8", description: "max_instance=2");
        Assert.Equal(2, Plan(host, new PlacementRequest { Type = "t" }, 8).Length);
    }

    private static SimulatedTestHost Functions(int devices, int functions, int nodes = 1) =>
        new(["fleet"], new SimulationSizes { ParentCount = devices * functions, FunctionCount = functions, TypeCount = 2, NumaNodeCount = nodes });

    private static MdevPlacement[] Plan(TestHost host, PlacementRequest request, int count)
    {
        var planner = new Planner(host.Host, request, host.Reports.Add);
        return Enumerable.Range(0, count).Select(_ => planner.Next()?.Placement).OfType<MdevPlacement>().ToArray();
    }
}
