using System.Diagnostics;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Lifecycle;

/// <summary>Two processes at work on one simulated host.</summary>
public sealed class RivalProcessTests : IDisposable
{
    private readonly SimulatedTestHost _host = new("mtty");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Two_that_want_all_24_ports_get_24_between_them_and_each_is_told_what_it_did_not_get()
    {
        string[][] outputs = AtOnce("make", _host.Root, "mtty-1", "24");
        string[] made = outputs.SelectMany(o => o).Where(line => line.StartsWith("made ", StringComparison.Ordinal)).Select(line => line[5..]).ToArray();
        Assert.Equal(24, made.Length);
        Assert.Equal(made.Order(), _host.Devices().Select(d => d.Uuid.ToString()).Order());
        Assert.All(outputs.Where(o => o.Length != 24), o => Assert.Equal("error NoCapacity", Assert.Single(o, line => line.StartsWith("error", StringComparison.Ordinal))));
        Assert.Equal([0, 0], _host.Types().Select(t => t.AvailableInstances!.Value));
    }

    [Fact]
    public void Two_that_want_12_each_get_12_each()
    {
        Assert.All(AtOnce("make", _host.Root, "mtty-1", "12"), output => Assert.Equal(12, output.Count(line => line.StartsWith("made ", StringComparison.Ordinal))));
        Assert.Equal(24, _host.Devices().Length);
    }

    [Fact]
    public void Of_two_that_remove_the_same_devices_exactly_one_removes_each()
    {
        string[] uuids = _host.Make("mtty-1", 24).Select(d => d.Uuid.ToString()).ToArray();
        string[] said = AtOnce("remove", _host.Root).SelectMany(o => o).ToArray();
        Assert.Equal(uuids.Order(), said.Where(line => line.StartsWith("removed ", StringComparison.Ordinal)).Select(line => line[8..]).Order());
        Assert.All(said.Where(line => line.StartsWith("error", StringComparison.Ordinal)), line => Assert.Matches("^error (DeviceNotFound|InUse) ", line));
        Assert.Empty(_host.Devices());
        Assert.Equal([24, 12], _host.Types().Select(t => t.AvailableInstances!.Value));
    }

    private static string[][] AtOnce(params string[] arguments)
    {
        Process[] processes = [Child.Start([], arguments), Child.Start([], arguments)];
        Array.ForEach(processes, process => process.StandardInput.Close());
        return Array.ConvertAll(processes, Child.Output);
    }
}
