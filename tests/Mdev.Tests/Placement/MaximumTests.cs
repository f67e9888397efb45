using Mdev.Model;
using Mdev.Placement;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Placement;

/// <summary>A plan of as many as there is room for may have very many rows, and each costs the same however many physical devices there are.</summary>
public sealed class MaximumTests
{
    private const int Each = 1000;

    [Theory]
    [InlineData(PlacementPolicy.Spread)]
    [InlineData(PlacementPolicy.Pack)]
    public void A_row_costs_no_more_where_there_are_more_physical_devices(PlacementPolicy policy)
    {
        // What a row has in it, its reason above all, is a kilobyte or two. A look at each of the others would be many.
        Assert.InRange(BytesOfRow(policy, parents: 128), 0, 2 * BytesOfRow(policy, parents: 16));
    }

    // Memory is what can be counted of the work: whoever goes through all physical devices for a row sorts and lists them.
    private static long BytesOfRow(PlacementPolicy policy, int parents)
    {
        using var host = new HandMadeHost();
        for (int i = 0; i < parents; i++)
            host.AddParent($"p{i}").AddType($"p{i}", "t", available: $"{Each}");
        var planner = new Planner(host.Host, new PlacementRequest { Type = "t", Policy = policy }, host.Reports.Add);
        using var opened = new OpenedFiles("available_instances", Enumerable.Range(0, parents).Select(i => host.Root + HandMadeHost.TypePath($"p{i}", "t")));
        long before = GC.GetAllocatedBytesForCurrentThread();
        int rows = planner.Plan(int.MaxValue, [], false, _ => { }).Count();
        long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / rows;
        Assert.Equal(parents * Each, rows);
        Assert.Equal(0, opened.Count());
        return bytes;
    }
}
