using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Model;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Inventory;

/// <summary>Broken hosts that occur: what is broken costs one error with its path, and never the rest.</summary>
public sealed class BrokenHostTests : IDisposable
{
    private const string Good = "11111111-1111-4111-8111-111111111111";
    private const string Bad = "22222222-2222-4222-8222-222222222222";

    private readonly HandMadeHost _host = new HandMadeHost().AddParent("p").AddType("p", "made-1").AddDevice("p", Good, "made-1");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void The_host_is_healthy_before_it_is_broken()
    {
        Assert.Equal(["p"], _host.Parents().Select(p => p.Parent));
        Assert.Equal(["made-1"], _host.Types().Select(t => t.Type));
        Assert.Equal(["made-1"], _host.Devices().Select(d => d.Type));
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_type_without_device_api_has_none()
    {
        _host.AddType("p", "made-2", deviceApi: null);
        Assert.Equal(["vfio-pci", null], _host.Types().Select(t => t.DeviceApi));
        Assert.Empty(_host.Reports);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("many\n")]
    [InlineData("4 or 5\n")]
    [InlineData("99999999999\n")]
    [InlineData("0x4\n")]
    public void Available_instances_that_is_no_number_is_null_and_told(string value)
    {
        _host.AddType("p", "made-2", available: value);
        Assert.Equal([4, null], _host.Types().Select(t => t.AvailableInstances));
        AssertTold(MdevError.AttributeUnreadable, $"{HandMadeHost.TypePath("p", "made-2")}/available_instances");
    }

    [Fact]
    public void Available_instances_that_cannot_be_read_is_null_and_told()
    {
        _host.AddType("p", "made-2", available: null);
        // An ordinary file has no EIO to give; a directory answers EISDIR to the same read.
        _host.AddDirectory($"{HandMadeHost.TypePath("p", "made-2")}/available_instances");
        Assert.Equal([4, null], _host.Types().Select(t => t.AvailableInstances));
        AssertTold(MdevError.AttributeUnreadable, $"{HandMadeHost.TypePath("p", "made-2")}/available_instances");
    }

    [Fact]
    public void A_type_of_which_nothing_is_known_is_not_taken_for_available()
    {
        _host.AddType("p", "made-2", available: "?");
        Assert.Equal(["made-1"], _host.Types(new TypeQuery { Available = true }).Select(t => t.Type));
    }

    [Fact]
    public void A_dangling_link_among_the_parents_is_told()
    {
        _host.AddLink("/sys/class/mdev_bus/gone", "../../devices/virtual/made/gone");
        Assert.Equal(["p"], _host.Parents().Select(p => p.Parent));
        AssertTold(MdevError.BrokenEntry, "/sys/class/mdev_bus/gone");
        _host.Reports.Clear();
        Assert.Equal(["made-1"], _host.Types().Select(t => t.Type));
        AssertTold(MdevError.BrokenEntry, "/sys/class/mdev_bus/gone");
    }

    [Fact]
    public void A_file_among_the_parents_is_told()
    {
        _host.AddFile("/sys/class/mdev_bus/file", "");
        Assert.Equal(["p"], _host.Parents().Select(p => p.Parent));
        AssertTold(MdevError.BrokenEntry, "/sys/class/mdev_bus/file");
    }

    [Fact]
    public void A_link_out_of_the_root_among_the_parents_is_told_and_not_followed()
    {
        _host.AddLink("/sys/class/mdev_bus/out", "../../../../../../../../../../tmp");
        Assert.Equal(["p"], _host.Parents().Select(p => p.Parent));
        Assert.Equal(MdevError.BrokenEntry, Assert.Single(_host.Reports).Error);
    }

    [Fact]
    public void A_dangling_link_among_the_devices_is_told()
    {
        _host.AddLink($"/sys/bus/mdev/devices/{Bad}", $"../../../devices/virtual/made/p/{Bad}");
        Assert.Equal([Good], _host.Devices().Select(d => $"{d.Uuid}"));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.BrokenEntry, e.Error);
        Assert.Contains($"'{_host.Root}/sys/bus/mdev/devices/{Bad}'", e.Message);
        Assert.NotNull(e.Path);
    }

    [Fact]
    public void A_link_in_the_place_of_a_device_is_told_and_not_followed()
    {
        string outside = Directory.CreateTempSubdirectory("mdev-tests-").FullName;
        try
        {
            File.CreateSymbolicLink($"{outside}/mdev_type", "../mdev_supported_types/made-1");
            _host.AddLink($"{HandMadeHost.ParentPath("p")}/{Bad}", outside);
            _host.AddLink($"/sys/bus/mdev/devices/{Bad}", $"../../../devices/virtual/made/p/{Bad}");
            Assert.Equal([Guid.Parse(Good)], _host.Devices().Select(d => d.Uuid));
            AssertTold(MdevError.BrokenEntry, $"{HandMadeHost.ParentPath("p")}/{Bad}");
            Assert.Equal(MdevError.BrokenEntry, Assert.Throws<MdevException>(() => _host.Find(Guid.Parse(Bad))).Error);
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public void A_device_without_type_link_is_told()
    {
        _host.AddDevice("p", Bad, "made-1");
        File.Delete($"{_host.Root}{HandMadeHost.ParentPath("p")}/{Bad}/mdev_type");
        Assert.Equal([Good], _host.Devices().Select(d => $"{d.Uuid}"));
        AssertTold(MdevError.BrokenEntry, $"{HandMadeHost.ParentPath("p")}/{Bad}");
    }

    [Theory]
    [InlineData("no-uuid")]
    [InlineData("{22222222-2222-4222-8222-222222222222}")]
    [InlineData("0x222222-2222-4222-8222-222222222222")]
    [InlineData("ünïcode")]
    public void A_name_that_is_no_uuid_among_the_devices_is_told(string name)
    {
        _host.AddDevice("p", name, "made-1");
        Assert.Equal([Good], _host.Devices().Select(d => $"{d.Uuid}"));
        AssertTold(MdevError.BrokenEntry, $"{HandMadeHost.ParentPath("p")}/{name}");
        _host.Reports.Clear();
        Assert.Equal([Good], _host.Devices(new DeviceQuery { Parents = NameFilter.Of("p") }).Select(d => $"{d.Uuid}"));
        AssertTold(MdevError.BrokenEntry, $"{HandMadeHost.ParentPath("p")}/{name}");
    }

    [Fact]
    public void A_file_among_the_devices_is_told()
    {
        _host.AddFile($"/sys/bus/mdev/devices/{Bad}", "");
        Assert.Equal([Good], _host.Devices().Select(d => $"{d.Uuid}"));
        AssertTold(MdevError.BrokenEntry, $"/sys/bus/mdev/devices/{Bad}");
    }

    [Fact]
    public void An_empty_types_directory_is_no_error()
    {
        _host.AddParent("q");
        Assert.Equal([["made-1"], []], _host.Parents().Select(p => p.Types));
        Assert.Single(_host.Types());
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_parent_without_types_is_no_error()
    {
        _host.AddParent("q");
        Directory.Delete($"{_host.Root}{HandMadeHost.ParentPath("q")}/mdev_supported_types");
        Assert.Equal([["made-1"], []], _host.Parents().Select(p => p.Types));
        Assert.Single(_host.Types());
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void Values_with_any_line_end_or_none_are_the_same()
    {
        _host.AddType("p", "made-2", "5", "Name", "vfio-pci", "num_heads=2");
        _host.AddType("p", "made-3", "5\r\n", "Name\r\n", "vfio-pci\r\n", "num_heads=2\r\n");
        MdevType[] types = _host.Types()[1..];
        Assert.All(types, type => Assert.Equal((5, "Name", "vfio-pci", 2), (type.AvailableInstances, type.Name, type.DeviceApi, type.Heads)));
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void An_absent_or_empty_attribute_is_null_and_never_an_empty_text()
    {
        _host.AddType("p", "made-2", name: null, deviceApi: "\n", description: "");
        MdevType type = _host.Types()[1];
        Assert.Equal((null, null, null), (type.Name, type.DeviceApi, type.Description));
    }

    [Fact]
    public void A_parent_that_vanishes_while_it_is_read_is_left_out()
    {
        _host.AddParent("q").AddParent("r");
        using IEnumerator<MdevParent> parents = new ParentReader(_host.Host, _host.Reports.Add).Read(new NameFilter()).GetEnumerator();
        Assert.True(parents.MoveNext());
        File.Delete($"{_host.Root}/sys/class/mdev_bus/q");
        Directory.Delete(_host.Root + HandMadeHost.ParentPath("q"), recursive: true);
        Assert.True(parents.MoveNext());
        Assert.Equal("r", parents.Current.Parent);
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_device_that_vanishes_while_it_is_read_is_left_out()
    {
        _host.AddDevice("p", Bad, "made-1");
        using IEnumerator<MdevDevice> devices = new DeviceReader(_host.Host, _host.Reports.Add).Read(new DeviceQuery()).GetEnumerator();
        Assert.True(devices.MoveNext());
        string other = $"{devices.Current.Uuid}" == Good ? Bad : Good;
        File.Delete($"{_host.Root}/sys/bus/mdev/devices/{other}");
        Directory.Delete($"{_host.Root}{HandMadeHost.ParentPath("p")}/{other}", recursive: true);
        Assert.False(devices.MoveNext());
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_numa_node_that_is_no_number_costs_that_property()
    {
        _host.AddFile($"{HandMadeHost.ParentPath("p")}/numa_node", "one\n");
        Assert.Null(Assert.Single(_host.Parents()).NumaNode);
        AssertTold(MdevError.AttributeUnreadable, $"{HandMadeHost.ParentPath("p")}/numa_node");
    }

    // A list of thousands that is piped on asks for each so.
    [Theory]
    [InlineData("made-1", "p", true)]
    [InlineData("MADE-1", "P", true)]
    [InlineData("made-2", "p", false)]
    [InlineData("made-1", "q", false)]
    public void One_uuid_with_its_type_and_parent_is_held_against_the_device_and_no_other_parent_is_looked_at(string type, string parent, bool isIt)
    {
        _host.AddLink("/sys/class/mdev_bus/broken", "../../devices/virtual/made/nowhere");

        MdevDevice[] found = _host.Devices(new DeviceQuery { Uuids = [new Guid(Good)], Types = NameFilter.Of(type), Parents = NameFilter.Of(parent) });

        Assert.Equal(isIt ? [new Guid(Good)] : [], found.Select(device => device.Uuid));
        Assert.Equal(isIt ? [] : [MdevError.DeviceNotFound], _host.Reports.Select(e => e.Error));
    }

    [Fact]
    public void That_no_more_files_can_be_opened_is_no_fault_of_a_driver()
    {
        string[] said = Child.Output(Child.Start(["sh", "-c", "ulimit -n 200 && exec \"$@\"", "sh"], "list", _host.Root, "parents", "0"));

        Assert.Equal(new[] { "class/mdev_bus", "bus/pci/devices" }.Select(path => $"TooManyOpenFiles EMFILE {_host.Root}/sys/{path}"), said);
    }

    [Fact]
    public void A_types_directory_that_is_a_link_is_told_and_not_followed()
    {
        _host.AddParent("q");
        Directory.Delete($"{_host.Root}{HandMadeHost.ParentPath("q")}/mdev_supported_types");
        _host.AddLink($"{HandMadeHost.ParentPath("q")}/mdev_supported_types", $"../p/mdev_supported_types");
        Assert.Equal(["made-1"], _host.Types().Select(t => t.Type));
        AssertTold(MdevError.BrokenEntry, $"{HandMadeHost.ParentPath("q")}/mdev_supported_types");
    }

    private void AssertTold(MdevError error, string hostPath)
    {
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal((error, _host.Root + hostPath), (e.Error, e.Path));
        Assert.Contains($"'{e.Path}'", e.Message);
    }
}
