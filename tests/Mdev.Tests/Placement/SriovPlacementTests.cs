using Mdev.Errors;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Simulation;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Placement;

/// <summary>Four A2s with 16 virtual functions each: the unit is the GPU, and NVIDIA's rules are the kernel's to enforce.</summary>
public sealed class SriovPlacementTests : IClassFixture<SriovPlacementTests.FourGpus>, IDisposable
{
    private const string OneGigabyte = "nvidia-744", FourGigabytes = "nvidia-746", EightGigabytes = "nvidia-747";

    private readonly SimulatedTestHost _host;

    public SriovPlacementTests(FourGpus gpus)
    {
        _host = gpus.Host;
        _host.Reports.Clear();
        _host.Told.Clear();
    }

    public void Dispose() => Array.ForEach(_host.Devices(), _host.Remove);

    [Fact]
    public void Eight_spread_over_four_gpus_are_two_on_each()
    {
        _host.Make(OneGigabyte, 8);
        Assert.Equal([2, 2, 2, 2], PerGpu().Values);
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void Pack_fills_one_gpu_first()
    {
        Make(OneGigabyte, 18, request => request with { Policy = PlacementPolicy.Pack });
        Assert.Equal([16, 2], PerGpu().Values);
    }

    [Fact]
    public void A_gpu_with_another_framebuffer_size_is_passed_over_and_the_plan_says_why()
    {
        MdevDevice four = Assert.Single(_host.Make(FourGigabytes));
        string gpu = Gpu(four);
        MdevPlacement placement = Plan(EightGigabytes).Next()!.Placement;
        Assert.NotEqual(gpu, placement.PhysicalDevice);
        Assert.Contains($"{gpu} has none available beside 1 x {FourGigabytes}", placement.Reason);
        Assert.NotEqual(gpu, Gpu(Assert.Single(_host.Make(EightGigabytes))));
    }

    [Fact]
    public void Types_of_one_memory_size_share_their_places()
    {
        // 4Q, 4A and 4C, of which a GPU holds four in all.
        Make(FourGigabytes, 2, request => request with { Parents = Functions("0000:01:00.0") });
        var request = new PlacementRequest { Type = "nvidia-754", Parents = Functions("0000:01:00.0") };
        Assert.Equal(2, new Planner(_host.Host, request, _host.Reports.Add).Room);
        Assert.Equal(2, _host.Make(new CreateRequest { Placement = request, Count = 2 }).Length);
        Assert.Empty(_host.Reports);
        Assert.Equal(0, new Planner(_host.Host, request with { Type = "nvidia-751" }, _host.Reports.Add).Room);
    }

    [Fact]
    public void MaxInstances_holds_although_functions_are_free()
    {
        Assert.Equal(4, Make(FourGigabytes, 5, request => request with { Parents = Functions("0000:01:00.0") }).Length);
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.NoCapacity, e.Error);
        Assert.Contains($"0000:01:00.0 is full with 4 x {FourGigabytes}", e.Message);
        // What stopped it is the description's figure: the free functions still say 1.
        Assert.Equal(12, _host.Types(new TypeQuery { Types = NameFilter.Of(FourGigabytes), Parents = Functions("0000:01:00.0") }).Sum(t => t.AvailableInstances));
    }

    [Fact]
    public void Where_the_kernel_refuses_what_it_said_it_had_the_next_gpu_is_tried()
    {
        FillFirstGpuAtTheLastMoment();
        MdevDevice made = Assert.Single(Make("nvidia-754", 1, request => request with { Parents = Functions("0000:01:00.0", "0000:02:00.0"), Policy = PlacementPolicy.Pack }));
        Assert.Equal("0000:02:00.0", Gpu(made));
        Assert.Contains(_host.Told, line => line.Contains("'0000:01:0") && line.Contains("refused") && line.Contains("EINVAL"));
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void Where_all_refuse_the_error_says_what_was_tried_and_how_it_ended()
    {
        FillFirstGpuAtTheLastMoment();
        Assert.Empty(Make("nvidia-754", 2, request => request with { Parents = Functions("0000:01:00.0") }));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.NoCapacity, e.Error);
        Assert.Matches(@"Tried and refused: 0000:01:0[0-2]\.[0-7] \(EINVAL\)", e.Message);
    }

    [Theory]
    [InlineData(PlacementPolicy.Spread)]
    [InlineData(PlacementPolicy.Pack)]
    public void A_named_numa_node_comes_before_the_policy(PlacementPolicy policy)
    {
        // Node 0 has the emptiest and the fullest GPU that there are.
        Make(OneGigabyte, 1, request => request with { Parents = Functions("0000:01:00.0") });
        Make(OneGigabyte, 3, request => request with { Parents = Functions("0000:02:00.0") });
        Assert.Equal(1, Assert.Single(Make(OneGigabyte, 1, request => request with { Policy = policy, NumaNode = 1 })).NumaNode);
    }

    [Fact]
    public void StrictNuma_makes_none_elsewhere_and_says_so()
    {
        Assert.Equal(4, Make(EightGigabytes, 5, request => request with { NumaNode = 1, StrictNuma = true }).Length);
        Assert.Contains("0000:01:00.0 is on NUMA node 0", Assert.Single(_host.Reports).Message);
        Assert.All(_host.Devices(), device => Assert.Equal(1, device.NumaNode));
    }

    [Fact]
    public void Devices_on_functions_that_were_not_asked_for_count_too()
    {
        Make(EightGigabytes, 2, request => request with { Parents = NameFilter.Of("0000:01:00.4", "0000:01:00.5") });
        Assert.Empty(Make(EightGigabytes, 1, request => request with { Parents = NameFilter.Of("0000:01:01.0") }));
        Assert.Contains($"is full with 2 x {EightGigabytes}", Assert.Single(_host.Reports).Message);
    }

    // Somebody else is quicker: between the plan and the write four of another type of the same size fill the GPU.
    private void FillFirstGpuAtTheLastMoment() => _host.Confirm = (_, _) =>
    {
        _host.Confirm = (_, _) => true;
        Assert.Equal(4, Make(FourGigabytes, 4, request => request with { Parents = Functions("0000:01:00.0") }).Length);
        return true;
    };

    private MdevDevice[] Make(string type, int count, Func<PlacementRequest, PlacementRequest> change) =>
        _host.Make(new CreateRequest { Placement = change(new PlacementRequest { Type = type }), Count = count });

    private Planner Plan(string type) => new(_host.Host, new PlacementRequest { Type = type }, _host.Reports.Add);

    private string Gpu(MdevDevice device) => Assert.Single(_host.Parents(device.Parent)).PhysicalFunction!;

    private Dictionary<string, int> PerGpu() => _host.Devices().GroupBy(Gpu).OrderByDescending(g => g.Count()).ToDictionary(g => g.Key, g => g.Count());

    private NameFilter Functions(params string[] gpus) =>
        NameFilter.Of(_host.Parents().Where(p => gpus.Contains(p.PhysicalFunction)).Select(p => p.Parent).ToArray());

    /// <summary>The host of all the tests, because it takes thousands of files.</summary>
    public sealed class FourGpus : IDisposable
    {
        internal SimulatedTestHost Host { get; } = new(["nvidia-a2"], new SimulationSizes { GpuCount = 4, NumaNodeCount = 2 });

        public void Dispose() => Host.Dispose();
    }
}
