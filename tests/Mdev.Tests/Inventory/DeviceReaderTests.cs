using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Inventory;

public sealed class DeviceReaderTests : IDisposable
{
    private const string One = "11111111-1111-4111-8111-111111111111";
    private const string Two = "22222222-2222-4222-8222-222222222222";

    private readonly HandMadeHost _host = new HandMadeHost().AddParent("p").AddType("p", "made-1").AddType("p", "made-2");

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("mdev_type")]
    [InlineData("mdev_supported_type")]
    [InlineData("made-1")]
    public void The_type_link_may_have_any_of_the_names_it_had(string link)
    {
        _host.AddDevice("p", One, "made-1", typeLink: link);
        MdevDevice device = Assert.Single(_host.Devices());
        Assert.Equal((Guid.Parse(One), "made-1", "p", "vfio-pci"), (device.Uuid, device.Type, device.Parent, device.DeviceApi));
        Assert.Equal(device, Assert.Single(_host.Devices(new DeviceQuery { Parents = NameFilter.Of("p") })));
        Assert.Equal(device, _host.Find(Guid.Parse(One)));
        Assert.Equal(1, Assert.Single(_host.Parents()).DeviceCount);
        Assert.Empty(_host.Reports);
    }

    // More parents than are read in one go.
    [Fact]
    public void Devices_and_their_faults_come_parent_by_parent_in_the_order_of_names()
    {
        string[] parents = [.. Enumerable.Range(1, 40).Select(number => $"parent-{number}")];
        foreach (string parent in parents.Reverse())
        {
            _host.AddParent(parent).AddType(parent, "made-1").AddDevice(parent, $"{Guid.NewGuid()}", "made-1");
            File.Delete($"{_host.Root}{HandMadeHost.ParentPath(parent)}/mdev_supported_types/made-1/device_api");
            Directory.CreateDirectory($"{_host.Root}{HandMadeHost.ParentPath(parent)}/mdev_supported_types/made-1/device_api");
        }

        Assert.Equal(parents, _host.Devices().Select(device => device.Parent));
        Assert.Equal(parents.Select(HandMadeHost.ParentPath), _host.Reports.Select(e => e.Path![_host.Root.Length..e.Path!.IndexOf("/mdev_supported_types", StringComparison.Ordinal)]));
    }

    [Fact]
    public void A_device_has_all_its_facts()
    {
        _host.AddDevice("p", One, "made-2").AddFile($"{HandMadeHost.ParentPath("p")}/numa_node", "1\n");
        MdevDevice device = Assert.Single(_host.Devices());
        Assert.Equal(
            ("made-2", "p", "vfio-pci", "made", 7, "/dev/vfio/7", 1, MdevDeviceState.Active, $"{HandMadeHost.ParentPath("p")}/{One}", _host.Root),
            (device.Type, device.Parent, device.DeviceApi, device.Driver, device.IommuGroup, device.VfioPath, device.NumaNode, device.State, device.SysfsPath, device.Root));
        Assert.Null(device.Users);
        Assert.False(device.Reused);
    }

    [Theory]
    [InlineData("mtty", "mdpy", "mbochs")]
    [InlineData("nvidia-t4", "i915")]
    [InlineData("vfio_ap", "vfio_ccw")]
    [InlineData("broken")]
    public void Both_ways_to_learn_the_types_of_devices_tell_the_same(params string[] drivers)
    {
        using var host = new SimulatedTestHost(drivers);
        foreach (string type in host.Types(new TypeQuery { Available = true }).Select(type => type.Type).Distinct().ToArray())
            host.Make(type, 3);
        host.Reports.Clear();
        MdevDevice[] devices = host.Devices();
        string[] faults = [.. host.Reports.Select(report => report.Message)];
        Assert.NotEmpty(devices);
        host.AddTypesWithoutDevices();
        host.Reports.Clear();
        Assert.Equal(devices, host.Devices());
        Assert.Equal(faults, host.Reports.Select(report => report.Message));
    }

    [Fact]
    public void A_device_without_driver_is_Unbound()
    {
        _host.AddDevice("p", One, "made-1");
        File.Delete($"{_host.Root}{HandMadeHost.ParentPath("p")}/{One}/driver");
        File.Delete($"{_host.Root}{HandMadeHost.ParentPath("p")}/{One}/iommu_group");
        MdevDevice device = Assert.Single(_host.Devices());
        Assert.Equal((MdevDeviceState.Unbound, null, null, null), (device.State, device.Driver, device.IommuGroup, device.VfioPath));
    }

    [Fact]
    public void A_device_that_is_off_the_bus_is_Removing_and_found_by_uuid_or_below_its_parent()
    {
        _host.AddDevice("p", One, "made-1", onBus: false);
        // The kernel takes the type link away before the device leaves the bus.
        File.Delete($"{_host.Root}{HandMadeHost.ParentPath("p")}/{One}/mdev_type");
        Assert.Equal(MdevDeviceState.Removing, Assert.Single(_host.Devices()).State);
        Assert.Equal(MdevDeviceState.Removing, _host.Find(Guid.Parse(One))!.State);
        Assert.Equal(MdevDeviceState.Removing, Assert.Single(_host.Devices(new DeviceQuery { Parents = NameFilter.Of("p") })).State);
    }

    [Fact]
    public void Devices_are_found_by_type_parent_and_uuid()
    {
        _host.AddParent("q").AddType("q", "made-1").AddDevice("p", One, "made-2").AddDevice("q", Two, "made-1");
        Assert.Equal([One], Uuids(new DeviceQuery { Types = NameFilter.Of("made-2") }));
        Assert.Equal([Two], Uuids(new DeviceQuery { Parents = NameFilter.Of("q") }));
        Assert.Equal([Two, One], Uuids(new DeviceQuery { Uuids = [Guid.Parse(Two), Guid.Parse(One)] }));
        Assert.Equal([], Uuids(new DeviceQuery { Types = NameFilter.Of("made-1"), Parents = NameFilter.Of("p") }));
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_device_whose_driver_is_still_being_asked_is_waited_for()
    {
        _host.AddDevice("p", One, "made-1", typeLink: "not-yet");
        // A thread of its own: the pool may have none to spare for a while.
        var answer = new Thread(() =>
        {
            Thread.Sleep(30);
            _host.AddLink($"{HandMadeHost.ParentPath("p")}/{One}/mdev_type", "../mdev_supported_types/made-1");
        });
        answer.Start();
        MdevDevice[] found = _host.Devices();
        answer.Join();
        Assert.Equal("made-1", Assert.Single(found).Type);
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_device_whose_removal_has_just_begun_is_Removing()
    {
        // The kernel takes the type away first, then the entry on the bus, and waits for whoever has the device open.
        _host.AddDevice("p", One, "made-1", typeLink: "no-more");
        var removal = new Thread(() =>
        {
            Thread.Sleep(30);
            File.Delete($"{_host.Root}/sys/bus/mdev/devices/{One}");
        });
        removal.Start();
        MdevDevice[] found = _host.Devices();
        removal.Join();
        Assert.Equal(MdevDeviceState.Removing, Assert.Single(found).State);
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_device_that_goes_between_two_looks_at_it_is_not_called_Unbound()
    {
        // What is told of its group comes between its type and its driver.
        _host.AddDevice("p", One, "made-1");
        string device = $"{_host.Root}{HandMadeHost.ParentPath("p")}/{One}";
        File.Delete($"{device}/iommu_group");
        File.WriteAllText($"{device}/iommu_group", "");
        void Report(MdevException e)
        {
            if (e.Path == $"{device}/iommu_group" && Directory.Exists(device))
            {
                Directory.Delete(device, recursive: true);
                File.Delete($"{_host.Root}/sys/bus/mdev/devices/{One}");
            }
        }

        Assert.Empty(new DeviceReader(_host.Host, Report).Read(new DeviceQuery()));
        Assert.False(Directory.Exists(device));
    }

    [Fact]
    public void A_uuid_that_is_not_there_is_told_and_the_others_come()
    {
        _host.AddDevice("p", One, "made-1");
        Assert.Equal([One], Uuids(new DeviceQuery { Uuids = [Guid.Parse(Two), Guid.Parse(One)] }));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.DeviceNotFound, e.Error);
        Assert.Contains(Two, e.Message);
    }

    [Fact]
    public void A_uuid_on_another_parent_or_of_another_type_is_told_with_what_it_is()
    {
        _host.AddParent("q").AddDevice("p", One, "made-1");
        Assert.Empty(_host.Devices(new DeviceQuery { Uuids = [Guid.Parse(One)], Parents = NameFilter.Of("q") }));
        Assert.Empty(_host.Devices(new DeviceQuery { Uuids = [Guid.Parse(One)], Types = NameFilter.Of("made-2") }));
        Assert.Equal([MdevError.DeviceNotFound, MdevError.DeviceNotFound], _host.Reports.Select(e => e.Error));
        Assert.All(_host.Reports, e => Assert.Contains("'made-1' on parent 'p'", e.Message));
    }

    [Fact]
    public void No_device_of_a_type_is_no_error_but_a_type_that_nobody_offers_is()
    {
        _host.AddDevice("p", One, "made-1");
        Assert.Empty(_host.Devices(new DeviceQuery { Types = NameFilter.Of("made-2") }));
        Assert.Empty(_host.Reports);
        Assert.Empty(_host.Devices(new DeviceQuery { Types = NameFilter.Of("made-3") }));
        Assert.Equal(MdevError.TypeNotFound, Assert.Single(_host.Reports).Error);
    }

    [Fact]
    public void A_link_that_leads_out_of_the_root_is_told_and_not_followed()
    {
        _host.AddDevice("p", One, "made-1");
        _host.AddLink($"/sys/bus/mdev/devices/{Two}", "../../../../../../../../../../etc");
        Assert.Equal([One], Uuids(new DeviceQuery()));
        Assert.Equal(MdevError.BrokenEntry, Assert.Single(_host.Reports).Error);
    }

    [Fact]
    public void A_bus_that_is_a_link_out_of_the_root_shows_nothing_of_what_is_there()
    {
        using var other = new HandMadeHost();
        other.AddParent("p").AddType("p", "made-1").AddDevice("p", One, "made-1");
        Directory.Delete($"{_host.Root}/sys/bus", recursive: true);
        _host.AddLink("/sys/bus", $"{other.Root}/sys/bus");
        Assert.Empty(_host.Devices());
        Assert.Null(_host.Find(Guid.Parse(One)));
    }

    private string[] Uuids(DeviceQuery query) => _host.Devices(query).Select(d => d.Uuid.ToString()).ToArray();

    // The kernel may leave an entry out of a list while others are removed: whatever was not told and is on the bus is told then, and nothing twice.
    // The first device is read behind both looks; between them what is broken among the types is told. A list that was interrupted by a removal, and so has left
    // out what is there, looks like a device that is made once the list is read.
    public static TheoryData<string, int, string> Gaps()
    {
        var data = new TheoryData<string, int, string>();
        foreach (string asked in new[] { "all", "type", "parent" })
        {
            foreach (int devices in new[] { 2, 9 })
                data.Add(asked, devices, "behind the looks");
            data.Add(asked, 9, "between the looks");
            data.Add(asked, 9, "between the looks, and none goes");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Gaps))]
    public void A_device_that_comes_or_goes_while_a_list_is_read_is_not_lost_or_doubled(string asked, int devices, string gap)
    {
        using var host = new HandMadeHost();
        host.AddParent("p").AddType("p", "made-1").AddType("p", "made-2");
        void Add(int number, string type)
        {
            host.AddDevice("p", Number(number), type);
            host.AddLink($"{HandMadeHost.TypePath("p", type)}/devices/{Number(number)}", $"../../../{Number(number)}");
        }

        void Remove(int number, string type)
        {
            File.Delete($"{host.Root}{HandMadeHost.TypePath("p", type)}/devices/{Number(number)}");
            File.Delete($"{host.Root}/sys/bus/mdev/devices/{Number(number)}");
            Directory.Delete($"{host.Root}{HandMadeHost.ParentPath("p")}/{Number(number)}", recursive: true);
        }

        for (int number = 0; number < devices; number++)
            Add(number, "made-1");
        int gone = -1;
        bool hasChanged = false;
        void Change(Guid told)
        {
            hasChanged = true;
            int last = Enumerable.Range(0, devices).Last(number => new Guid(Number(number)) != told);
            if (!gap.EndsWith("none goes", StringComparison.Ordinal))
            {
                gone = last;
                Remove(last, "made-1");
            }

            // One of each type comes.
            Add(100, "made-1");
            Add(101, "made-2");
        }

        if (gap != "behind the looks")
            host.AddLink($"{HandMadeHost.TypePath("p", "made-0")}/devices", "nowhere");
        var reports = new List<MdevException>();
        var found = new List<MdevDevice>();
        var query = asked switch
        {
            "type" => new DeviceQuery { Types = gap == "behind the looks" ? NameFilter.Of("made-1") : NameFilter.Of("made-0", "made-1") },
            "parent" => new DeviceQuery { Parents = NameFilter.Of("p") },
            _ => new DeviceQuery(),
        };
        foreach (MdevDevice device in new DeviceReader(host.Host, Report).Read(query))
        {
            found.Add(device);
            if (!hasChanged)
                Change(device.Uuid);
        }

        List<int> expected = [.. Enumerable.Range(0, devices).Where(number => number != gone), 100];
        if (asked != "type")
            expected.Add(101);
        // What comes where it was looked already, and nothing else tells of it, has come later.
        string[] types = [.. Directory.EnumerateDirectories(host.Root + HandMadeHost.ParentPath("p") + "/mdev_supported_types").Select(path => Path.GetFileName(path))];
        if (gone < 0)
            expected.RemoveAll(number => number >= 100 && Array.IndexOf(types, $"made-{number - 99}") < Array.IndexOf(types, "made-0"));
        Assert.Equal(expected.Select(number => new Guid(Number(number))), found.Select(device => device.Uuid).Order());
        Assert.All(found, device => Assert.Equal(device.Uuid == new Guid(Number(101)) ? "made-2" : "made-1", device.Type));
        Assert.Empty(reports);

        static string Number(int number) => $"11111111-1111-4111-8111-{number:x12}";

        void Report(MdevException e)
        {
            if (e.Path?.EndsWith("made-0/devices", StringComparison.Ordinal) != true)
                reports.Add(e);
            else if (!hasChanged)
                Change(default);
        }
    }

    [Fact]
    public void What_a_list_left_out_comes_to_light_on_the_bus_and_what_was_told_does_not()
    {
        using var host = new SimulatedTestHost("mtty");
        MdevDevice[] devices = host.Make("mtty-1", 3);
        HostRoot opened = host.Host;
        var finder = new ParentFinder(opened, host.Reports.Add);
        IDeviceInterface bus = finder.Interfaces[0];
        HostParent[] parents = [finder.Find("mtty")!];
        Guid[] told = [devices[0].Uuid, devices[2].Uuid];
        var seen = new NameSum();
        foreach (Guid uuid in told)
            seen.Add($"{uuid}");
        Assert.Equal(devices[1], Assert.Single(bus.Strays(seen, told, parents, host.Reports.Add)));
        Assert.Empty(bus.Strays(seen, devices.Select(device => device.Uuid).ToArray(), parents, host.Reports.Add));
        Assert.Empty(host.Reports);
    }
}
