using Mdev.Model;
using Mdev.Placement;
using Mdev.Simulation;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Placement;

/// <summary>available_instances runs driver code: it is read once for each parent, not once for each parent and device.</summary>
public sealed class ReadingCostTests
{
    private const int Parents = 256;

    [Fact]
    public void A_plan_of_256_devices_on_256_parents_reads_each_parent_once()
    {
        using SimulatedTestHost host = Fleet();
        using var opened = new OpenedFiles("available_instances", Types(host));
        var planner = new Planner(host.Host, new PlacementRequest { Type = "fleet-1" }, host.Reports.Add);
        Assert.Equal(Parents, planner.Plan(Parents, [], false, host.Reports.Add).Select(p => p.Parent).Distinct().Count());
        Assert.Equal(Parents, opened.Count());
    }

    [Fact]
    public void Making_256_devices_on_256_parents_reads_no_more_than_planning_them()
    {
        using SimulatedTestHost host = Fleet();
        using var opened = new OpenedFiles("available_instances", Types(host));
        Assert.Equal(Parents, host.Make("fleet-1", Parents).Select(d => d.Parent).Distinct().Count());
        // The simulated kernel itself looks at the file that it is about to replace, once for each device.
        Assert.Equal(Parents + Parents, opened.Count());
    }

    [Fact]
    public void One_parent_by_name_is_the_only_one_that_is_read()
    {
        using SimulatedTestHost host = Fleet();
        string parent = host.Parents()[7].Parent;
        using var opened = new OpenedFiles("available_instances", Types(host));
        _ = new Planner(host.Host, new PlacementRequest { Type = "fleet-1", Parents = NameFilter.Of(parent) }, host.Reports.Add).Next();
        Assert.Equal(1, opened.Count());
    }

    private static SimulatedTestHost Fleet() => new(["fleet"], new SimulationSizes { ParentCount = Parents, TypeCount = 1 });

    private static List<string> Types(SimulatedTestHost host) =>
        host.Parents().SelectMany(p => p.Types.Select(type => $"{host.Root}{p.SysfsPath}/mdev_supported_types/{type}")).ToList();
}
