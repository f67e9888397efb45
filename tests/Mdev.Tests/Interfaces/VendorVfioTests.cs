using System.Text.RegularExpressions;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Simulation;
using Mdev.Tests.Hosts;
using Mdev.VirtualMachines;

namespace Mdev.Tests.Interfaces;

/// <summary>NVIDIA's vendor-specific VFIO on hosts of several GPUs. What one function does is held against the real kernel (tests/Conformance).</summary>
public sealed class VendorVfioTests
{
    private const string ConfigPath = "/usr/share/nvidia/vgpu/vgpuConfig.xml";

    [Fact]
    public void Four_L40S_offer_every_type_on_every_function()
    {
        using var host = new SimulatedTestHost("nvidia-l40s");
        MdevParent[] parents = host.Parents();
        Assert.Equal(128, parents.Length);
        Assert.All(parents, parent => Assert.Equal(("nvidia", "10de:26b9", MdevInterface.VendorVfio, 23), (parent.Driver, parent.PciId, parent.Interface, parent.Types.Length)));
        Assert.Equal(4, parents.Select(parent => parent.PhysicalDevice).Distinct().Count());
        Assert.Equal(128 * 23, host.Types(new TypeQuery { Available = true }).Length);
        Assert.False(host.Host.Files.HasDirectory("/sys/bus/mdev"));
        Assert.Empty(host.Devices());
        Assert.Empty(host.Reports);
    }

    // What happens between the last look at the device and the write, which nobody else can be kept from.
    [Theory]
    [InlineData("0", MdevError.DeviceNotFound)]
    [InlineData("1149", MdevError.DeviceChanged)]
    [InlineData("no number", MdevError.AttributeUnreadable)]
    public void What_is_not_the_vGPU_any_more_at_the_last_moment_is_not_removed(string now, MdevError error)
    {
        using var host = new SimulatedTestHost("nvidia-l40s");
        MdevDevice device = host.Make("nvidia-1150")[0];
        HostParent parent = new ParentFinder(host.Host, host.Reports.Add).Find(device.Parent)!;
        using IAttributeWriter removal = parent.OpenRemoval(device);
        string type = $"{host.Root}{device.SysfsPath}/nvidia/current_vgpu_type";
        File.WriteAllText(type, now);
        Assert.Equal(error, Assert.Throws<MdevException>(() => parent.Remove(removal, device, CancellationToken.None)).Error);
        Assert.Equal(now, File.ReadAllText(type));
    }

    // No driver is known that offers both. The function's own 'remove' would take the function from the machine.
    [Fact]
    public void A_vGPU_on_a_function_that_the_mdev_bus_has_too_goes_by_its_own_way()
    {
        using var host = new SimulatedTestHost("nvidia-l40s");
        MdevDevice device = host.Make("nvidia-1150")[0];
        Directory.CreateDirectory($"{host.Root}{device.SysfsPath}/mdev_supported_types");
        host.AddLink($"/sys/class/mdev_bus/{device.Parent}", $"../..{device.SysfsPath["/sys".Length..]}");
        var traces = new List<string>();
        new DeviceRemover(HostOpener.Open(host.Root, traces.Add), host.Reports.Add).Remove(device);
        Assert.Empty(host.Devices());
        Assert.DoesNotContain(traces, trace => trace.Contains("/remove", StringComparison.Ordinal));
    }

    [Fact]
    public void A_list_that_no_driver_writes_is_no_list_and_ends_nothing()
    {
        using var host = new SimulatedTestHost("nvidia-l40s");
        using (FileStream list = File.OpenWrite(Directory.GetFiles($"{host.Root}/sys/devices", "creatable_vgpu_types", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Order().First()))
            list.SetLength(17 << 20);
        Assert.Equal(127 * 23, host.Types(new TypeQuery { Available = true }).Length);
        Assert.All(host.Reports, e => Assert.Equal("EFBIG", e.ErrnoName));
        Assert.NotEmpty(host.Reports);
    }

    [Fact]
    public void Eight_of_a_type_spread_two_to_a_GPU_and_change_what_their_siblings_offer()
    {
        using var host = new SimulatedTestHost("nvidia-l40s");
        MdevDevice[] made = host.Make("nvidia-1150", 8);
        Assert.Equal([2, 2, 2, 2], made.GroupBy(device => device.PhysicalDevice).Select(gpu => gpu.Count()));
        Assert.All(made, device => Assert.Equal(FunctionUuid.Of(device.Parent), device.Uuid));
        // 30 functions are left on each, for the two types of 4 GB.
        Assert.Equal(4 * 30 * 2, host.Types(new TypeQuery { Available = true }).Length);
        Assert.Equal(made.Select(device => device.Uuid).Order(), host.Devices().Select(device => device.Uuid).Order());
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void A_type_of_another_size_goes_where_no_other_is_and_the_reason_names_those_passed_over()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 2 });
        MdevDevice four = host.Make("nvidia-1150")[0];
        MdevPlacement place = new Planner(host.Host, new PlacementRequest { Type = "nvidia-1152" }, host.Reports.Add).Plan(1, [], false, host.Reports.Add).Single();
        Assert.NotEqual(four.PhysicalDevice, place.PhysicalDevice);
        Assert.Contains($"{four.PhysicalDevice}", place.Reason);
        Assert.Contains("1 x nvidia-1150", place.Reason);
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void A_full_host_says_of_each_GPU_what_it_has()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 2, FunctionCount = 4 });
        Assert.Equal(4, host.Make("nvidia-1155", 5).Length);
        MdevException e = Assert.Single(host.Reports);
        Assert.Equal(MdevError.NoCapacity, e.Error);
        Assert.All(host.Devices().Select(device => device.PhysicalDevice).Distinct(), gpu => Assert.Contains(gpu, e.Message));
        Assert.Contains("2 x nvidia-1155", e.Message);
        foreach (MdevDevice device in host.Devices())
            host.Remove(device);
        Assert.Empty(host.Devices());
        Assert.Equal(8 * 23, host.Types(new TypeQuery { Available = true }).Length);
    }

    [Fact]
    public void Types_that_cannot_be_made_now_are_still_there_with_their_figures()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 2 });
        MdevDevice made = host.Make("nvidia-1156")[0];
        MdevType[] types = host.Types();
        Assert.Equal(2 * 23, types.Length);
        Assert.All(types, type => Assert.Equal(0, type.AvailableInstances));
        MdevType eight = types.First(type => type.Type == "nvidia-1152");
        Assert.Equal(("NVIDIA L40S-8Q", 8L << 30, 4, "7680x4320", 6), (eight.Name, eight.FramebufferBytes!.Value, eight.Heads, eight.MaxResolution, eight.MaxInstances!.Value));
        Assert.Equal("nvidia-1156", made.Type);
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void Without_the_file_the_name_tells_the_framebuffer_and_the_list_what_there_is()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 2 });
        File.Delete(host.Root + ConfigPath);
        MdevType eight = host.Types().First(type => type.Type == "nvidia-1152");
        Assert.Equal(("NVIDIA L40S-8Q", 8L << 30, null, null), (eight.Name, eight.FramebufferBytes!.Value, eight.Heads, eight.MaxInstances));
        host.Make("nvidia-1156");
        // The full GPU lists nothing, and what it is full with is offered all the same.
        Assert.Empty(host.Make("nvidia-1156"));
        Assert.Equal(MdevError.NoCapacity, Assert.Single(host.Reports).Error);
    }

    [Theory]
    [InlineData("nvidia-1152")]
    [InlineData("NVIDIA L40S-8Q")]
    public void Without_the_file_a_type_that_does_not_fit_is_not_found_and_the_message_says_what_there_is(string idOrName)
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 2, FunctionCount = 3 });
        File.Delete(host.Root + ConfigPath);
        MdevDevice[] made = host.Make("nvidia-1150", 3);
        string message = NotFound();
        Assert.Contains("that can be made now", message, StringComparison.Ordinal);
        foreach (IGrouping<string, MdevDevice> gpu in made.GroupBy(device => device.PhysicalDevice))
            Assert.Contains($"{gpu.Key} has {gpu.Count()} x nvidia-1150", message, StringComparison.Ordinal);
        // The id and the human name of a type are one of the nearest, not two.
        string[] nearest = [.. Regex.Matches(message[message.IndexOf("nearest", StringComparison.Ordinal)..], "nvidia-[0-9]+").Select(match => match.Value)];
        Assert.Equal(["nvidia-1150", "nvidia-1160"], nearest.Order());

        // Where the file says what there is, nothing is to be guessed.
        using var told = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        MdevException e = Assert.Throws<MdevException>(() => new TypeResolver(told.Host, told.Reports.Add).Resolve("nvidia-9", true, new NameFilter(), new NameFilter()));
        Assert.DoesNotContain("can be made now", e.Message, StringComparison.Ordinal);

        string NotFound()
        {
            MdevException e = Assert.Throws<MdevException>(() => new TypeResolver(host.Host, host.Reports.Add).Resolve(idOrName, true, new NameFilter(), new NameFilter()));
            Assert.Equal(MdevError.TypeNotFound, e.Error);
            return e.Message;
        }
    }

    [Fact]
    public void Without_the_file_a_type_that_another_GPU_of_the_model_has_is_short_of_room_and_not_unknown()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s", "nvidia-upstream"], new SimulationSizes { GpuCount = 2, FunctionCount = 2 });
        File.Delete(host.Root + ConfigPath);
        MdevParent[] parents = host.Parents();
        string[] gpus = [.. parents.Where(parent => parent.PciId == "10de:26b9").Select(parent => parent.PhysicalDevice).Distinct()];
        string[] others = [.. parents.Select(parent => parent.PhysicalDevice).Distinct().Except(gpus)];
        foreach ((string type, string gpu) in others.Append(gpus[0]).Select(gpu => ("nvidia-1156", gpu)).Append(("nvidia-1152", gpus[1])))
            _ = host.Make(new CreateRequest { Placement = new PlacementRequest { Type = type, PhysicalDevices = NameFilter.Of(gpu) } });
        MdevException full = Refused(gpus[0]);
        Assert.Equal((MdevError.NoCapacity, true), (full.Error, full.Message.Contains($"{gpus[0]} has 1 x nvidia-1156", StringComparison.Ordinal)));
        // Of another model it is not known to have the type.
        Assert.Equal(MdevError.TypeNotFound, Refused(others[0]).Error);
        Assert.Empty(host.Reports);

        MdevException Refused(string gpu) =>
            Assert.Throws<MdevException>(() => new TypeResolver(host.Host, host.Reports.Add).Resolve("nvidia-1152", true, new NameFilter(), NameFilter.Of(gpu)));
    }

    [Theory]
    [InlineData("<vgpuconfig><vgpuType id='1150'></vgpuconfig>")]
    [InlineData("")]
    [InlineData("<html/>")]
    [InlineData("<!DOCTYPE vgpuconfig [<!ENTITY a 'b'>]><vgpuconfig>&a;</vgpuconfig>")]
    [InlineData("<!DOCTYPE vgpuconfig SYSTEM 'file:///etc/passwd'><vgpuconfig/>")]
    public void A_file_that_is_broken_or_hostile_costs_one_error_and_no_listing(string xml)
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 2 });
        File.WriteAllText(host.Root + ConfigPath, xml);
        Assert.Equal(2 * 23, host.Types().Length);
        Assert.Equal((MdevError.BrokenEntry, host.Root + ConfigPath), (host.Reports.Single().Error, host.Reports.Single().Path));
    }

    [Theory]
    [InlineData("levels", "<a>", 40)]
    [InlineData("GPUs", "<pgpu/>", 5000)]
    [InlineData("types", "<vgpuType id='1'/>", 0)]
    public void A_file_with_more_than_any_GPU_could_have_costs_one_short_error(string what, string element, int count)
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        string content = count > 0 ? string.Concat(Enumerable.Repeat(element, count)) : string.Concat(Enumerable.Range(1, 17000).Select(i => $"<vgpuType id='{i}'/>"));
        File.WriteAllText(host.Root + ConfigPath, $"<vgpuconfig>{content}</vgpuconfig>");
        Assert.Equal(23, host.Types().Length);
        Assert.Contains(what, Assert.Single(host.Reports).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_name_in_a_broken_file_does_not_make_a_long_error()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        File.WriteAllText(host.Root + ConfigPath, $"<vgpuconfig><{new string('a', 100_000)}></b></vgpuconfig>");
        Assert.Equal(23, host.Types().Length);
        Assert.InRange(Assert.Single(host.Reports).Message.Length, 1, 600);
    }

    [Fact]
    public void A_link_that_loops_in_the_place_of_the_file_costs_one_error()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        File.Delete(host.Root + ConfigPath);
        host.AddLink(ConfigPath, ConfigPath);
        Assert.Equal(23, host.Types().Length);
        Assert.Equal(Errno.ELOOP, Assert.Single(host.Reports).InnerException is MdevException inner ? inner.Errno : 0);
    }

    [Fact]
    public void A_fault_of_the_file_is_told_by_the_first_who_listens()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        File.WriteAllText(host.Root + ConfigPath, "<html/>");
        HostRoot one = host.Host;
        var function = new ParentFinder(one, _ => { }).Find(host.Parents().Single().Parent)!;
        host.Reports.Clear();
        Assert.True(function.Offers("nvidia-1150"));
        _ = function.TypeIds(host.Reports.Add);
        _ = function.TypeIds(host.Reports.Add);
        Assert.Equal(MdevError.BrokenEntry, Assert.Single(host.Reports).Error);
    }

    [Fact]
    public void A_number_of_zero_in_the_file_is_no_number()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 2 });
        string file = host.Root + ConfigPath, text = File.ReadAllText(file);
        File.WriteAllText(file, Regex.Replace(text, "<maxVgpus>[0-9]+</maxVgpus>", "<maxVgpus>0</maxVgpus>"));
        Assert.NotEqual(text, File.ReadAllText(file));
        Assert.All(host.Types(), type => Assert.Null(type.MaxInstances));
        Assert.Single(host.Make("nvidia-1150"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("..")]
    public void A_link_to_no_function_names_no_physical_one(string target)
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        MdevParent parent = host.Parents().Single();
        File.Delete($"{host.Root}{parent.SysfsPath}/physfn");
        host.AddLink($"{parent.SysfsPath}/physfn", target);
        Assert.Equal((parent.Parent, null), (host.Parents().Single().PhysicalDevice, host.Parents().Single().PhysicalFunction));
    }

    // A link to itself, and two functions that name each other.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public void Functions_that_name_each_other_as_the_physical_one_are_functions_all_the_same(int first, int second)
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 2 });
        MdevParent[] parents = host.Parents();
        foreach ((MdevParent parent, int physical) in new[] { (parents[0], first), (parents[1], second) })
        {
            File.Delete($"{host.Root}{parent.SysfsPath}/physfn");
            host.AddLink($"{parent.SysfsPath}/physfn", $"../{parents[physical].Parent}");
        }

        Assert.Equal([parents[first].Parent, parents[second].Parent], host.Parents().Select(parent => parent.PhysicalDevice));
        host.AddFile($"{parents[1].SysfsPath}/nvidia/current_vgpu_type", "1150\n");
        Assert.Equal(parents[1].Parent, host.Devices().Single().Parent);
        // A function counts among its own devices whatever the links say.
        foreach (HostParent function in parents.Select(parent => new ParentFinder(host.Host, host.Reports.Add).Find(parent.Parent)!))
            Assert.Contains(function, function.Siblings(host.Reports.Add));
        MdevPlacement place = new Planner(host.Host, new PlacementRequest { Type = "nvidia-1150", Parents = NameFilter.Of(parents[0].Parent) }, host.Reports.Add).Plan(1, [], false, host.Reports.Add).Single();
        Assert.Equal(parents[0].Parent, place.Parent);
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void An_entry_that_leads_to_another_function_is_broken_and_names_none()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 2 });
        MdevParent[] parents = host.Parents();
        const string Wrong = "0000:77:00.4";
        string entry = $"/sys/bus/pci/devices/{Wrong}";
        host.AddLink(entry, $"../../..{parents[0].SysfsPath[4..]}");
        Assert.Equal(parents.Select(parent => parent.Parent), host.Parents().Select(parent => parent.Parent));
        Assert.Equal((MdevError.BrokenEntry, host.Root + entry), (host.Reports.Single().Error, host.Reports.Single().Path));
        Assert.Equal(MdevError.BrokenEntry, Assert.Throws<MdevException>(() => host.Find(FunctionUuid.Of(Wrong)!.Value)).Error);
    }

    // Whoever writes to create may take any UUID, also the one that stands for a function.
    [Fact]
    public void A_mediated_device_with_the_UUID_of_a_function_is_not_taken_for_the_function()
    {
        using var host = new SimulatedTestHost(["mtty", "nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        MdevDevice vgpu = host.Make("nvidia-1150")[0];
        host.Create("/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1", vgpu.Uuid);
        MdevDevice[] both = host.Devices(new DeviceQuery { Uuids = [vgpu.Uuid] });
        Assert.Equal(2, both.Length);
        MdevDevice mediated = both.Single(device => device.Interface == MdevInterface.Mdev);
        Assert.Equal(($"/sys/bus/mdev/devices/{vgpu.Uuid}", $"/sys/bus/pci/devices/{vgpu.Parent}"), (VmDevice.Of(mediated).SysfsPath, VmDevice.Of(vgpu).SysfsPath));
        Assert.Contains("<uuid>", LibvirtXml.NodeDevice(mediated, []), StringComparison.Ordinal);
        Assert.Equal(MdevError.InvalidArgument, Assert.Throws<MdevException>(() => host.Find(vgpu.Uuid)).Error);
        var reader = new DeviceReader(host.Host, host.Reports.Add);
        Assert.Equal((mediated, vgpu), (reader.Find(vgpu.Uuid, "mtty"), reader.Find(vgpu.Uuid, vgpu.Parent)));
        host.Remove(vgpu);
        Assert.Equal(mediated, host.Find(vgpu.Uuid));
    }

    [Fact]
    public void A_file_that_is_too_large_costs_one_error_and_no_listing()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        using (FileStream file = File.OpenWrite(host.Root + ConfigPath))
        {
            file.Write("<vgpuconfig><!--"u8);
            var blanks = new byte[1 << 20];
            Array.Fill(blanks, (byte)' ');
            for (int i = 0; i < 17; i++)
                file.Write(blanks);
        }

        Assert.Equal(23, host.Types().Length);
        Assert.Equal(MdevError.BrokenEntry, host.Reports.Single().Error);
    }

    [Fact]
    public void Something_else_in_the_place_of_the_file_costs_one_error_and_no_listing()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        File.Delete(host.Root + ConfigPath);
        host.AddPipe(ConfigPath);
        Assert.Equal(23, host.Types().Length);
        Assert.Equal(MdevError.BrokenEntry, host.Reports.Single().Error);
    }

    [Fact]
    public void A_list_of_parents_or_devices_never_asks_the_driver()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 4 });
        host.Make("nvidia-1150");
        foreach (string list in Directory.EnumerateFiles($"{host.Root}/sys/devices", "creatable_vgpu_types", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).ToList())
        {
            // A directory in its place reads EISDIR.
            File.Delete(list);
            Directory.CreateDirectory(list);
        }

        Assert.Equal(4, host.Parents().Length);
        Assert.Single(host.Devices());
        Assert.Single(host.Devices(new DeviceQuery { Types = NameFilter.Of("nvidia-1150") }));
        Assert.NotNull(host.Find(host.Devices()[0].Uuid));
        Assert.Empty(host.Reports);
        // And a list that cannot be read costs its number, not the type.
        Assert.All(host.Types(), type => Assert.Null(type.AvailableInstances));
        Assert.NotEmpty(host.Reports);
    }

    [Fact]
    public void Another_UUID_than_the_functions_is_refused_with_the_right_one()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 2 });
        Assert.Empty(host.Make("nvidia-1150", 1, Guid.NewGuid()));
        MdevException e = host.Reports.Single();
        Assert.Equal(MdevError.UuidFixed, e.Error);
        string first = host.Parents()[0].Parent, second = host.Parents()[1].Parent;
        Assert.Contains($"{FunctionUuid.Of(first)}", e.Message);
        Assert.Equal(second, host.Make("nvidia-1150", 1, FunctionUuid.Of(second)!.Value).Single().Parent);
    }

    // A directory in its place reads EISDIR.
    [Theory]
    [InlineData("what the driver says\n")]
    [InlineData(null)]
    public void A_function_whose_type_cannot_be_read_is_an_error_and_gets_no_device(string? value)
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 3 });
        MdevParent[] parents = host.Parents();
        string unread = host.Root + parents[0].SysfsPath + "/nvidia/current_vgpu_type";
        File.Delete(unread);
        if (value is null)
            Directory.CreateDirectory(unread);
        else
            File.WriteAllText(unread, value);

        Guid uuid = FunctionUuid.Of(parents[0].Parent)!.Value;
        Assert.Equal((MdevError.AttributeUnreadable, unread), (Assert.Throws<MdevException>(() => host.Find(uuid)) is var e ? e.Error : default, e.Path));
        Assert.Empty(host.Devices(new DeviceQuery { Uuids = [uuid] }));
        Assert.Equal(unread, Assert.Single(host.Reports).Path);
        host.Reports.Clear();
        Assert.Empty(host.Devices());
        Assert.Equal(unread, Assert.Single(host.Reports).Path);
        host.Reports.Clear();

        Assert.Equal(2, host.Types(new TypeQuery { Available = true, Types = NameFilter.Of("nvidia-1150") }).Length);
        Assert.Equal(2, new CapacityReader(host.Host, _ => { }).Read(new TypeQuery { Types = NameFilter.Of("nvidia-1150") }).Single().Room);
        MdevDevice[] made = host.Make("nvidia-1150", 3);
        Assert.Equal([parents[1].Parent, parents[2].Parent], made.Select(device => device.Parent));
        MdevException full = Assert.Single(host.Reports, report => report.Error == MdevError.NoCapacity);
        Assert.Contains($"{parents[0].Parent} cannot be used", full.Message, StringComparison.Ordinal);
        host.Reports.Clear();
        Assert.Empty(host.Make("nvidia-1150", 1, uuid));
        Assert.Contains($"{parents[0].Parent} cannot be used", host.Reports[^1].Message, StringComparison.Ordinal);
        // What the others have is no reason where this one was asked for.
        Assert.Empty(host.Make(new CreateRequest { Placement = new PlacementRequest { Type = "nvidia-1150", Parents = NameFilter.Of(parents[0].Parent) } }));
        Assert.Contains($"'. {parents[0].Parent} cannot be used", host.Reports[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_GPU_of_which_not_all_can_be_read_is_not_said_to_be_empty()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 2 });
        MdevDevice device = host.Make("nvidia-1156")[0];
        host.AddFile($"{device.SysfsPath}/nvidia/current_vgpu_type", "what the driver says\n");
        Assert.Empty(host.Make("nvidia-1150"));
        MdevException full = Assert.Single(host.Reports, report => report.Error == MdevError.NoCapacity);
        Assert.Contains($"{device.Parent} cannot be used", full.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("no vGPU", full.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_whose_type_cannot_be_read_any_more_is_neither_made_again_nor_called_gone()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        MdevDevice device = host.Make("nvidia-1150")[0];
        HostParent function = new ParentFinder(host.Host, host.Reports.Add).Find(device.Parent)!;
        host.AddFile($"{device.SysfsPath}/nvidia/current_vgpu_type", "what the driver says\n");
        Assert.False(function.IsGone(device));
        Assert.Equal(MdevError.AttributeUnreadable, host.RemoveFails(device));
        // As when it could be read until just before the write.
        var kernel = new WaitingKernel(host.Host.Kernel, () => throw new MdevException(MdevError.WriteRefused, "The kernel refused", Errno.EPERM, "write", device.SysfsPath));
        function = new ParentFinder(host.Host.With(kernel), host.Reports.Add).Find(device.Parent)!;
        Assert.Equal(MdevError.AttributeUnreadable, Assert.Throws<MdevException>(() => function.Make("nvidia-1150", device.Uuid)).Error);
        host.AddFile($"/etc/mdevps.d/{device.Parent}/{device.Uuid}", """{"mdev_type":"nvidia-1150","start":"manual","attrs":[]}""");
        MdevDefinition definition = new DefinitionReader(host.Host, host.Reports.Add).Read(new DefinitionQuery()).Single();
        Assert.Equal((MdevDefinitionState.Inactive, true), (definition.State, definition.Reason!.Contains("cannot be read", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_word_for_an_interface_is_in_the_table_and_tells_what_a_VM_is_given()
    {
        Assert.Equal(typeof(MdevInterface).GetFields().Select(field => (string)field.GetRawConstantValue()!).Order(), InterfaceKinds.All.Select(kind => kind.Name).Order());
        Guid function = FunctionUuid.Of("0000:41:00.4")!.Value, any = Guid.NewGuid();
        Assert.Equal("/sys/bus/pci/devices/0000:41:00.4", Given(function, null));
        Assert.Equal("/sys/bus/pci/devices/0000:41:00.4", Given(function, MdevInterface.VendorVfio));
        Assert.Equal($"/sys/bus/mdev/devices/{function}", Given(function, MdevInterface.Mdev));
        Assert.Equal($"/sys/bus/mdev/devices/{any}", Given(any, ""));
        foreach ((Guid uuid, string word) in new[] { (any, MdevInterface.VendorVfio), (function, "vendorvfio"), (any, "Fwctl") })
            Assert.Equal(MdevError.InvalidArgument, Assert.Throws<MdevException>(() => Given(uuid, word)).Error);

        static string Given(Guid uuid, string? word) => InterfaceKinds.Of(uuid, word).Given(uuid).SysfsPath;
    }

    [Fact]
    public void A_UUID_of_a_function_is_no_mediated_device()
    {
        using var host = new SimulatedTestHost("mtty");
        Guid uuid = FunctionUuid.Of("0000:41:00.4")!.Value;
        Assert.Empty(host.Make("mtty-1", 1, uuid));
        Assert.Equal(MdevError.UuidFixed, host.Reports.Single().Error);
        Assert.Contains("0000:41:00.4", host.Reports.Single().Message);
    }

    [Theory]
    [InlineData("0000:41:00.4", "6d646576-7073-8766-8000-000000004104")]
    [InlineData("0000:00:1f.7", "6d646576-7073-8766-8000-0000000000ff")]
    [InlineData("10000:e1:02.3", "6d646576-7073-8766-8000-00010000e113")]
    [InlineData("ffffffff:ff:1f.7", "6d646576-7073-8766-8000-ffffffffffff")]
    public void A_UUID_tells_its_function_and_the_other_way_round(string address, string uuid)
    {
        Assert.Equal(uuid, $"{FunctionUuid.Of(address)}");
        Assert.Equal(address, FunctionUuid.AddressOf(Guid.Parse(uuid)));
        Assert.Equal(8, Guid.Parse(uuid).ToByteArray(bigEndian: true)[6] >> 4);
        Assert.Equal(2, Guid.Parse(uuid).ToByteArray(bigEndian: true)[8] >> 6);
    }

    [Theory]
    [InlineData("mtty")]
    [InlineData("0000:41:20.0")]
    [InlineData("0000:41:00.8")]
    [InlineData("00000:41:00.4")]
    [InlineData("0000:41:00.4\n")]
    [InlineData("0000:4G:00.4")]
    public void What_is_no_address_has_no_UUID(string text) => Assert.Null(FunctionUuid.Of(text));

    [Theory]
    [InlineData("0000:06:00.0", "ID    : vGPU Name\n557  : NVIDIA A16-2Q\n21640 : NVIDIA X-3B\n", 2)]
    [InlineData("no header", "557 : NVIDIA A16-2Q\n", 1)]
    [InlineData("words between", "NVRM: busy\n\n557 : NVIDIA A16-2Q\n: nameless\n558 :\n559 NVIDIA\r\n560:NVIDIA A16-8Q\r\n", 2)]
    [InlineData("nothing", "", 0)]
    public void Lines_that_are_no_row_are_passed_over(string what, string list, int types)
    {
        _ = what;
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        File.Delete(host.Root + ConfigPath);
        string attribute = Directory.GetFiles($"{host.Root}/sys/devices", "creatable_vgpu_types", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Single();
        File.WriteAllText(attribute, list);
        Assert.Equal(types, host.Types().Length);
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void On_a_divided_GPU_the_driver_decides_and_the_plan_says_so()
    {
        using var host = new SimulatedTestHost(["nvidia-mig"], new SimulationSizes { FunctionCount = 8 });
        MdevPlacement[] plan = new Planner(host.Host, new PlacementRequest { Type = "nvidia-1802" }, host.Reports.Add).Plan(1, [], false, host.Reports.Add).ToArray();
        Assert.Contains("MIG", Assert.Single(plan).Reason);
        Assert.Null(plan[0].RoomBefore);
        int? Room() => new CapacityReader(host.Host, host.Reports.Add).Read(new TypeQuery { Types = NameFilter.Of("nvidia-1802") }).Single().Room;
        Assert.Null(Room());
        Assert.Equal(2, host.Make("nvidia-1802", 3).Length);
        Assert.Equal(0, Room());
        Assert.Equal((MdevError.NoCapacity, true), (host.Reports.Single().Error, host.Reports.Single().Message.Contains("2 of 3", StringComparison.Ordinal)));
        host.Reports.Clear();
        // Types for the undivided GPU are there, and cannot be made; those for another GPU instance neither.
        Assert.Empty(host.Make("nvidia-1561"));
        Assert.Equal((MdevError.NoCapacity, true), (host.Reports.Single().Error, host.Reports.Single().Message.Contains("divided into GPU instances (MIG)", StringComparison.Ordinal)));
        host.Reports.Clear();
        Assert.Empty(host.Make("nvidia-1805"));
        Assert.Contains("needs a GPU instance (MIG) of its size", host.Reports.Single().Message, StringComparison.Ordinal);
        foreach (MdevDevice device in host.Devices())
            host.Remove(device);
        host.Reports.Clear();
        Assert.Empty(host.Make("nvidia-1561"));
        Assert.Contains("MIG", host.Reports.Single().Message, StringComparison.Ordinal);
        Assert.Equal(24L << 30, host.Types().First(type => type.Type == "nvidia-1802").FramebufferBytes);
    }

    // MIG is on, and no GPU instance was made.
    [Fact]
    public void A_GPU_that_lists_nothing_without_a_vGPU_is_said_to_lack_GPU_instances()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        host.AddFile($"{host.Parents().Single().SysfsPath}/nvidia/creatable_vgpu_types", "ID    : vGPU Name\n");
        Assert.Empty(host.Make("nvidia-1150"));
        Assert.Contains("with MIG on, GPU instances have to be made first", host.Reports.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_upstream_driver_is_understood_with_its_own_errno_and_lists()
    {
        using var host = new SimulatedTestHost(["nvidia-upstream"], new SimulationSizes { FunctionCount = 4 });
        MdevDevice made = host.Make("nvidia-1155")[0];
        Assert.Equal("nvidia_vgpu_vfio_pci", made.Driver);
        Assert.Single(host.Make("nvidia-1155"));
        Assert.Empty(host.Make("nvidia-1155"));
        Assert.Equal(MdevError.NoCapacity, host.Reports.Single().Error);
        host.Hold(made);
        Assert.Equal(MdevError.InUse, host.RemoveFails(made));
        Assert.False(File.Exists(host.Root + ConfigPath));
    }

    [Fact]
    public void One_host_can_have_both_interfaces()
    {
        using var host = new SimulatedTestHost(["nvidia-a2", "nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 4 });
        MdevDevice old = host.Make("nvidia-746")[0], recent = host.Make("nvidia-1150")[0];
        Assert.Equal((MdevInterface.Mdev, MdevInterface.VendorVfio), (old.Interface, recent.Interface));
        Assert.Equal(2, host.Devices().Length);
        host.Remove(old);
        host.Remove(recent);
        Assert.Empty(host.Devices());
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void After_a_VM_has_ended_the_removal_waits_and_says_so()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        MdevDevice device = host.Make("nvidia-1150")[0];
        int vm = SimulatedHost.StartVm(host.Root, "guest", device.Uuid);
        Assert.Equal(MdevError.InUse, host.RemoveFails(device));
        SimulatedHost.EndProcess(host.Root, vm);
        host.Remove(device);
        Assert.Empty(host.Devices());
        Assert.Contains(host.Told, told => told.Contains("5 seconds", StringComparison.Ordinal));
    }

    // As when the driver lets go of the function between the opening of the attribute and the write.
    [Fact]
    public void A_function_that_goes_away_is_not_said_to_lack_the_type()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        MdevParent parent = host.Parents().Single();
        var kernel = new WaitingKernel(host.Host.Kernel, () =>
        {
            Directory.Delete($"{host.Root}{parent.SysfsPath}/nvidia", recursive: true);
            throw new MdevException(MdevError.WriteRefused, "The kernel refused", Errno.ENODEV, "write", parent.SysfsPath);
        });
        HostParent function = new ParentFinder(host.Host.With(kernel), host.Reports.Add).Find(parent.Parent)!;
        MdevException e = Assert.Throws<MdevException>(() => function.Make("nvidia-1150", function.FixedUuid!.Value));
        Assert.Equal((MdevError.WriteRefused, true), (e.Error, e.Message.Contains("going away", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_removal_whose_answer_is_waited_for_can_be_stopped()
    {
        using var host = new SimulatedTestHost(["nvidia-l40s"], new SimulationSizes { GpuCount = 1, FunctionCount = 1 });
        MdevDevice device = host.Make("nvidia-1150")[0];
        using var stop = new CancellationTokenSource();
        using var release = new ManualResetEventSlim();
        var kernel = new WaitingKernel(host.Host.Kernel, () =>
        {
            stop.Cancel();
            release.Wait();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => new DeviceRemover(host.Host.With(kernel), host.Reports.Add, stop.Token).Remove(device));
        release.Set();
    }

    // A kernel whose writes wait for somebody.
    private sealed class WaitingKernel(IKernel kernel, Action wait) : IKernel
    {
        public bool IsSimulated => true;

        public IKernel Patient => this;

        public IAttributeWriter OpenAttribute(string hostPath) => new Writer(kernel.OpenAttribute(hostPath), wait);

        public IDisposable OpenGroup(string node) => kernel.OpenGroup(node);

        public IVfioDevice OpenVfioDevice(string container, string group, string name) => kernel.OpenVfioDevice(container, group, name);

        private sealed class Writer(IAttributeWriter writer, Action wait) : IAttributeWriter
        {
            public string Path => writer.Path;

            public void Write(ReadOnlySpan<byte> value) => wait();

            public void WriteDetached(string value) => wait();

            public void Dispose() => writer.Dispose();
        }
    }
}
