using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Model;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Inventory;

public sealed class ParentReaderTests : IDisposable
{
    private readonly HandMadeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_pci_parent_has_all_its_facts()
    {
        const string function = "/sys/devices/pci0000:00/0000:06:00.4";
        _host.AddDirectory($"{function}/mdev_supported_types/nvidia-744");
        _host.AddLink("/sys/class/mdev_bus/0000:06:00.4", "../../devices/pci0000:00/0000:06:00.4");
        _host.AddLink($"{function}/driver", "../../../bus/pci/drivers/nvidia");
        _host.AddLink($"{function}/subsystem", "../../../bus/pci");
        _host.AddLink($"{function}/physfn", "../0000:06:00.0");
        _host.AddFile($"{function}/numa_node", "1\n");
        _host.AddFile($"{function}/vendor", "0x10de\n");
        _host.AddFile($"{function}/device", "0x25b6\n");

        MdevParent parent = Assert.Single(_host.Parents());
        Assert.Equal(
            ("0000:06:00.4", "nvidia", "pci", 1, "0000:06:00.0", "10de:25b6", function, _host.Root),
            (parent.Parent, parent.Driver, parent.Subsystem, parent.NumaNode, parent.PhysicalFunction, parent.PciId, parent.SysfsPath, parent.Root));
        Assert.Equal(["nvidia-744"], parent.Types);
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void Numa_node_minus_one_is_none()
    {
        _host.AddParent("p").AddFile($"{HandMadeHost.ParentPath("p")}/numa_node", "-1\n");
        Assert.Null(Assert.Single(_host.Parents()).NumaNode);
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void Only_entries_with_a_type_link_count_as_devices()
    {
        _host.AddParent("p").AddType("p", "made-1")
            .AddDevice("p", "11111111-1111-4111-8111-111111111111", "made-1")
            .AddDirectory($"{HandMadeHost.ParentPath("p")}/22222222-2222-4222-8222-222222222222");
        _host.AddDirectory($"{HandMadeHost.ParentPath("p")}/power");
        Assert.Equal(1, Assert.Single(_host.Parents()).DeviceCount);
    }

    [Fact]
    public void Parents_come_in_natural_order()
    {
        string[] order = ["p2", "p10", "p100", "q1"];
        foreach (string name in order.Reverse())
            _host.AddParent(name);
        Assert.Equal(order, _host.Parents().Select(p => p.Parent));
    }

    [Fact]
    public void Types_come_in_natural_order()
    {
        string[] order = ["nvidia-63", "nvidia-231", "nvidia-744"];
        _host.AddParent("p");
        foreach (string type in order.Reverse())
            _host.AddType("p", type);
        Assert.Equal(order, Assert.Single(_host.Parents()).Types);
        Assert.Equal(order, _host.Types().Select(t => t.Type));
    }

    [Fact]
    public void Without_the_class_parents_are_found_by_their_types()
    {
        using var host = new HandMadeHost(withClass: false);
        host.AddParent("virtual", inClass: false);
        host.AddDirectory("/sys/devices/pci0000:00/0000:00:02.0/mdev_supported_types");
        host.AddLink("/sys/bus/pci/devices/0000:00:02.0", "../../../devices/pci0000:00/0000:00:02.0");
        // vfio_ap's matrix; one of its own device in /sys/devices is a directory, not a link.
        host.AddDirectory("/sys/devices/matrix/mdev_supported_types");
        // Too deep to count, and no parent.
        host.AddDirectory("/sys/devices/virtual/a/b/c/mdev_supported_types");
        host.AddDirectory("/sys/devices/virtual/made/other");

        Assert.Equal(["0000:00:02.0", "matrix", "virtual"], host.Parents().Select(p => p.Parent));
        Assert.Equal("/sys/devices/pci0000:00/0000:00:02.0", host.Parents("0000:00:02.0").Single().SysfsPath);
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void A_parent_that_is_on_a_bus_and_among_the_devices_is_found_once()
    {
        using var host = new HandMadeHost(withClass: false);
        host.AddParent("p", inClass: false);
        host.AddLink("/sys/bus/made/devices/p", "../../../devices/virtual/made/p");
        Assert.Single(host.Parents());
    }

    [Fact]
    public void Without_the_class_a_broken_link_costs_itself_and_nothing_else()
    {
        using var host = new HandMadeHost(withClass: false);
        host.AddParent("p", inClass: false);
        host.AddLink("/sys/bus/made/devices/out", "../../../../../../../../../../../../etc");
        Assert.Equal("p", Assert.Single(host.Parents()).Parent);
        Assert.Equal(MdevError.BrokenEntry, Assert.Single(host.Reports).Error);
    }

    [Fact]
    public void With_the_class_nothing_else_is_looked_at()
    {
        _host.AddParent("in").AddParent("out", inClass: false);
        Assert.Equal(["in"], _host.Parents().Select(p => p.Parent));
        Assert.Empty(_host.Parents("out"));
    }

    [Fact]
    public void A_host_without_the_bus_is_empty_and_says_so_only_when_asked_to_change_it()
    {
        Directory.Delete($"{_host.Root}/sys", recursive: true);
        Directory.CreateDirectory($"{_host.Root}/sys");
        Assert.Empty(_host.Parents());
        Assert.Empty(_host.Types());
        Assert.Empty(_host.Devices());
        Assert.Empty(_host.Reports);
        Assert.NotNull(new ParentReader(_host.Host, _host.Reports.Add).WhyUnsupported);
        Assert.Equal(MdevError.NotSupported, Assert.Throws<MdevException>(() => new ParentFinder(_host.Host, _host.Reports.Add).RequireSupport()).Error);

        // Who asks for something by its name is told why it cannot be there.
        Assert.Empty(_host.Parents("p"));
        Assert.Empty(_host.Types(new TypeQuery { Types = NameFilter.Of("t") }));
        Assert.Empty(_host.Devices(new DeviceQuery { Uuids = [Guid.NewGuid()] }));
        Assert.Equal([MdevError.ParentNotFound, MdevError.TypeNotFound, MdevError.DeviceNotFound], _host.Reports.Select(e => e.Error));
        Assert.All(_host.Reports, e => Assert.Contains("no mediated device bus", e.Message));
    }

    [Fact]
    public void A_name_that_nobody_has_is_told_and_the_others_come()
    {
        _host.AddParent("p").AddParent("q");
        Assert.Equal(["q"], _host.Parents("nosuch", "q").Select(p => p.Parent));
        Assert.Equal(MdevError.ParentNotFound, Assert.Single(_host.Reports).Error);
        Assert.Contains("'nosuch'", _host.Reports[0].Message);
    }

    [Fact]
    public void A_name_in_another_letter_case_is_found()
    {
        _host.AddParent("Parent");
        Assert.Equal(["Parent"], _host.Parents("pARENT").Select(p => p.Parent));
        Assert.Empty(_host.Reports);
    }
}
