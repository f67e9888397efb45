using BenchmarkDotNet.Attributes;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Benchmarks;

/// <summary>The library's reading, with what it allocates. MDEVPS_TREES is the folder with the trees that Mdev.Comparison made.</summary>
[MemoryDiagnoser]
public class Inventory
{
    private HostRoot _host = null!;
    private Guid _uuid;
    private string _parent = null!;

    /// <summary>The tree.</summary>
    [Params("M", "L", "V")]
    public string Tree { get; set; } = "";

    /// <summary>Opens the tree.</summary>
    [GlobalSetup]
    public void Open()
    {
        string trees = Environment.GetEnvironmentVariable("MDEVPS_TREES") ?? throw new InvalidOperationException("MDEVPS_TREES is not set.");
        _host = HostOpener.Open(Path.Combine(trees, Tree));
        MdevDevice first = Devices(new DeviceQuery()).First();
        (_uuid, _parent) = (first.Uuid, first.Parent);
    }

    /// <summary>Every device.</summary>
    [Benchmark]
    public int AllDevices() => Devices(new DeviceQuery()).Count();

    /// <summary>The devices of one parent.</summary>
    [Benchmark]
    public int DevicesOfOneParent() => Devices(new DeviceQuery { Parents = NameFilter.Of(_parent) }).Count();

    /// <summary>One device by its UUID.</summary>
    [Benchmark]
    public int OneUuid() => Devices(new DeviceQuery { Uuids = [_uuid] }).Count();

    /// <summary>Every type.</summary>
    [Benchmark]
    public int AllTypes() => new TypeReader(_host, e => throw e).Read(new TypeQuery()).Count();

    /// <summary>Every parent.</summary>
    [Benchmark]
    public int AllParents() => new ParentReader(_host, e => throw e).Read(new NameFilter()).Count();

    private IEnumerable<MdevDevice> Devices(DeviceQuery query) => new DeviceReader(_host, e => throw e).Read(query);
}
