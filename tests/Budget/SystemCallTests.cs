using Mdev.Comparison;
using Mdev.Inventory;
using Mdev.Model;

namespace Mdev.Budget;

/// <summary>What the kernel is asked for, counted by strace: listing stays cheap however many devices, types and parents there are.</summary>
public sealed class SystemCallTests(Fleets fleets) : IClassFixture<Fleets>
{
    // A runtime looks after itself now and then (its memory limits, for one); a budget must not break for that.
    private const double Slack = 4;

    [StraceFact]
    public void A_device_costs_one_readlinkat_and_nothing_else()
    {
        Dictionary<string, double> of1024 = Calls(fleets.M, "devices"), of512 = Calls(fleets.HalfOfM, "devices");
        double links = of1024["readlinkat"] - of512["readlinkat"];
        Assert.InRange(links, 1, 512 + Slack);
        // What is left is the directories themselves, a few hundred entries a call.
        Assert.InRange(of1024.Values.Sum() - of512.Values.Sum() - links, -Slack, Slack + 2 + 16);
    }

    [StraceFact]
    public void Everything_that_is_not_a_device_is_paid_for_once_for_its_parent_or_type()
    {
        Dictionary<string, double> calls = Calls(fleets.M, "devices");
        const int Parents = 16, Types = 16 * 8;
        Assert.InRange(calls.Values.Sum() - 1024, 0, (14 * Parents) + (10 * Types) + 40 + Slack);
    }

    [StraceFact]
    public void An_attribute_costs_an_open_a_read_and_a_close()
    {
        Dictionary<string, double> calls = Calls(fleets.M, "types");
        const int Parents = 16, Attributes = 4 * 16 * 8;
        Assert.InRange(calls["read"], Attributes, Attributes + Slack);
        Assert.InRange(calls["openat2"], Attributes, Attributes + (3 * Parents) + 10 + Slack);
        Assert.InRange(calls.Values.Sum() - (3 * Attributes), 0, (12 * Parents) + 40 + Slack);
    }

    [StraceFact]
    public void A_type_id_reads_no_attribute_of_another_type()
    {
        const int Attributes = 4 * 16;
        Assert.InRange(Calls(fleets.M, "type fleet-3")["read"], Attributes, Attributes + Slack);
    }

    [StraceFact]
    public void The_devices_of_one_parent_cost_the_same_however_many_parents_there_are()
    {
        double among16 = Calls(fleets.M, $"children {ParentOf(fleets.M)}").Values.Sum();
        double alone = Calls(fleets.OneParent, $"children {ParentOf(fleets.OneParent)}").Values.Sum();
        Assert.InRange(among16 - alone, -Slack, Slack);
    }

    [StraceFact]
    public void One_uuid_costs_the_same_however_many_devices_there_are()
    {
        string uuid = new DeviceReader(HostOpener.Open(fleets.OneParent), e => throw e).Read(new DeviceQuery()).First().Uuid.ToString();
        double among1024 = Calls(fleets.M, $"device {uuid}").Values.Sum(), among64 = Calls(fleets.OneParent, $"device {uuid}").Values.Sum();
        Assert.InRange(among1024, 4, 44);
        Assert.InRange(among1024 - among64, -Slack, Slack);
    }

    [StraceFact]
    public void A_function_without_a_vgpu_costs_ten_calls_and_none_that_asks_its_driver()
    {
        const int Functions = 32;
        Dictionary<string, double> two = Calls(fleets.TwoGpus, "devices"), one = Calls(fleets.OneGpu, "devices");
        Assert.InRange(two["read"] - one["read"], Functions - Slack, Functions + Slack);
        // The GPU itself is looked at once, as every PCI function is that has no vGPU types.
        Assert.InRange(two.Values.Sum() - one.Values.Sum(), Functions, (10 * Functions) + 1 + Slack);
    }

    private static Dictionary<string, double> Calls(string root, string request) => SystemCalls.PerRun(Contenders.Library(root), request);

    private static string ParentOf(string root) => new ParentReader(HostOpener.Open(root), e => throw e).Read(new NameFilter()).First().Parent;
}
