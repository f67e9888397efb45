using Mdev.Errors;
using Mdev.Model;
using Mdev.Simulation;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Simulation.Drivers;

/// <summary>The hosts of real vendors, as their documents describe them.</summary>
public sealed class VendorDriverTests
{
    [Fact]
    public void A_T4_makes_vgpus_on_its_physical_function_of_one_framebuffer_size_at_a_time()
    {
        using var host = new SimulatedTestHost(["nvidia-t4"], new SimulationSizes { GpuCount = 1 });
        MdevParent gpu = Assert.Single(host.Parents());
        Assert.Equal(("10de:1eb8", "nvidia", null, 15), (gpu.PciId, gpu.Driver, gpu.PhysicalFunction, gpu.Types.Length));
        Assert.All(host.Types(), type => Assert.Equal(type.MaxInstances, type.AvailableInstances));

        Assert.Equal("GRID T4-2Q", host.Types().Single(t => t.Type == "nvidia-231").Name);
        host.Make("nvidia-231");
        foreach (MdevType type in host.Types())
            Assert.Equal(type.FramebufferBytes == 2L << 30 ? 7 : 0, type.AvailableInstances);
        Assert.Equal(Errno.EINVAL, Refusal(host, gpu, "nvidia-230"));
    }

    [Fact]
    public void An_A2_makes_one_vgpu_on_each_virtual_function_and_is_no_parent_itself()
    {
        using var host = new SimulatedTestHost(["nvidia-a2"], new SimulationSizes { GpuCount = 2, NumaNodeCount = 2 });
        MdevParent[] functions = host.Parents();
        Assert.Equal(32, functions.Length);
        Assert.Equal(2, functions.Select(f => f.PhysicalFunction).Distinct().Count());
        Assert.DoesNotContain(functions, f => functions.Any(other => other.PhysicalFunction == f.Parent));
        Assert.All(functions.GroupBy(f => f.PhysicalFunction), gpu => Assert.Single(gpu.Select(f => f.NumaNode).Distinct()));
        Assert.All(host.Types(), type => Assert.Equal(1, type.AvailableInstances));

        MdevDevice made = host.Make("nvidia-746")[0];
        foreach (MdevType type in host.Types())
        {
            bool isSameGpu = functions.Single(f => f.Parent == type.Parent).PhysicalFunction == functions.Single(f => f.Parent == made.Parent).PhysicalFunction;
            Assert.Equal(type.Parent != made.Parent && (!isSameGpu || type.FramebufferBytes == 4L << 30) ? 1 : 0, type.AvailableInstances);
        }

        host.Remove(made);
        Assert.All(host.Types(), type => Assert.Equal(1, type.AvailableInstances));
    }

    [Fact]
    public void A_full_A2_still_says_1_until_somebody_has_tried()
    {
        using var host = new SimulatedTestHost(["nvidia-a2"], new SimulationSizes { GpuCount = 1 });
        host.Make("nvidia-747", 2);
        MdevParent free = host.Parents().First(p => p.DeviceCount == 0);
        Assert.Equal(1, Available(host, free, "nvidia-747"));
        Assert.Equal(Errno.EINVAL, Refusal(host, free, "nvidia-747"));
        Assert.Equal(0, Available(host, free, "nvidia-747"));
    }

    [Fact]
    public void Typed_figures_can_be_filtered_and_sorted_by()
    {
        using var host = new SimulatedTestHost(["nvidia-a2"], new SimulationSizes { GpuCount = 1 });
        MdevType type = host.Types(new TypeQuery { Names = NameFilter.Of("NVIDIA A2-4Q") })[0];
        Assert.Equal(("nvidia-746", 4L << 30, "7680x4320", 4, 60, 4), (type.Type, type.FramebufferBytes, type.MaxResolution, type.Heads, type.FrameRateLimit, type.MaxInstances));
    }

    [Fact]
    public void Gvtg_types_share_the_aperture_and_mix()
    {
        using var host = new SimulatedTestHost("i915");
        Assert.Equal([1, 3, 7], host.Types().Select(t => t.AvailableInstances!.Value));
        host.Make("i915-GVTg_V5_4");
        Assert.Equal([1, 2, 5], host.Types().Select(t => t.AvailableInstances!.Value));
        MdevType type = host.Types()[1];
        Assert.Equal(("GVTg_V5_4", 640L << 20, "1920x1200", null), (type.Name, type.FramebufferBytes, type.MaxResolution, type.Heads));
        Assert.Equal(Errno.ENOSPC, Refusal(host, host.Parents()[0], "i915-GVTg_V5_8", times: 6));
    }

    [Fact]
    public void Old_Gvtg_types_have_no_name()
    {
        using var host = new SimulatedTestHost("i915-old");
        Assert.Equal([("i915-GVTg_V4_4", null, 1), ("i915-GVTg_V4_8", null, 2)], host.Types().Select(t => (t.Type, t.Name, t.AvailableInstances!.Value)));
    }

    [Fact]
    public void Subchannels_are_hundreds_of_parents_for_one_device_each()
    {
        using var host = new SimulatedTestHost(["vfio_ccw"], new SimulationSizes { SubchannelCount = 300 });
        Assert.Equal(300, host.Parents().Length);
        MdevDevice made = Assert.Single(host.Make("vfio_ccw-io"));
        Assert.Equal(("vfio-ccw", "0.0.0000"), (made.DeviceApi, made.Parent));
        Assert.Equal(299, host.Types(new TypeQuery { Available = true }).Length);
        Assert.Equal(Errno.EUSERS, Refusal(host, host.Parents("0.0.0000")[0], "vfio_ccw-io"));
    }

    [Fact]
    public void Drivers_can_be_combined_and_two_generations_of_one_stand_side_by_side()
    {
        using var host = new SimulatedTestHost("nvidia-t4", "nvidia-a2", "i915", "i915-old", "vfio_ap", "mtty");
        Assert.Equal(2 + 64 + 1 + 1 + 1 + 1, host.Parents().Length);
        foreach (string type in new[] { "nvidia-230", "nvidia-744", "i915-GVTg_V5_8", "i915-GVTg_V4_8", "vfio_ap-passthrough", "mtty-1" })
            Assert.Single(host.Make(type));
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void A_fleet_has_the_devices_that_were_asked_for_and_makes_more()
    {
        using var host = new SimulatedTestHost(["fleet"], new SimulationSizes { ParentCount = 4, TypeCount = 3, DeviceCount = 30 });
        MdevDevice[] devices = host.Devices();
        Assert.Equal(30, devices.Length);
        Assert.All(devices, device => Assert.Equal(MdevDeviceState.Active, device.State));
        Assert.Equal(30, devices.Select(d => d.IommuGroup).Distinct().Count());
        Assert.Equal([8, 8, 7, 7], host.Parents().Select(p => p.DeviceCount));
        Assert.All(host.Types(new TypeQuery { Parents = NameFilter.Of(devices[0].Parent) }), t => Assert.Equal(1024 - devices.Count(d => d.Parent == devices[0].Parent), t.AvailableInstances));
        Assert.Single(host.Make("fleet-3"));
        host.Remove(devices[0]);
        Assert.Equal(30, host.Devices().Length);
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void A_fleet_of_virtual_functions_holds_one_device_on_each()
    {
        using var host = new SimulatedTestHost(["fleet"], new SimulationSizes { ParentCount = 20, FunctionCount = 8, TypeCount = 2, DeviceCount = 20 });
        Assert.Equal([8, 8, 4], host.Parents().GroupBy(p => p.PhysicalFunction).Select(g => g.Count()));
        Assert.All(host.Types(), type => Assert.Equal(0, type.AvailableInstances));
    }

    [Fact]
    public void Sizes_that_fit_nothing_are_refused_before_anything_is_made()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mdev-tests-{Guid.NewGuid():N}");
        MdevException e = Assert.Throws<MdevException>(() => SimulatedHost.Create(["mtty"], path, new SimulationSizes { GpuCount = 2 }));
        Assert.Equal(MdevError.InvalidArgument, e.Error);
        Assert.Contains("nvidia-t4", e.Message);
        e = Assert.Throws<MdevException>(() => SimulatedHost.Create(["fleet"], path, new SimulationSizes { ParentCount = 1, DeviceCount = 1025 }));
        Assert.Contains("1024", e.Message);
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void The_broken_host_costs_errors_and_never_the_rest()
    {
        using var host = new SimulatedTestHost("broken");
        Assert.Equal(["broken", "no-types-directory", "no-types-yet"], host.Parents().Select(p => p.Parent));
        Assert.Contains("0000:99:00.0", Assert.Single(host.Reports).Message);
        host.Reports.Clear();

        Dictionary<string, int?> types = host.Types().ToDictionary(t => t.Type, t => t.AvailableInstances);
        Assert.Equal(8, types.Count);
        Assert.Equal([null, null, null], new[] { "eio", "empty", "words" }.Select(fault => types[$"broken-{fault}"]));
        Assert.Equal(3, types["broken-crlf"]);
        Assert.Equal(4, host.Reports.Count);
        Assert.Contains(host.Reports, e => e.ErrnoName == "EISDIR");
        host.Reports.Clear();

        Assert.Equal("b0000000-0000-4000-8000-000000000001", Assert.Single(host.Devices()).Uuid.ToString());
        Assert.Equal(4, host.Reports.Count);
        host.Reports.Clear();
        Assert.Equal("broken", Assert.Single(host.Make("broken-good")).Parent);
    }

    private static int Available(SimulatedTestHost host, MdevParent parent, string type) =>
        host.Types(new TypeQuery { Parents = NameFilter.Of(parent.Parent), Types = NameFilter.Of(type) })[0].AvailableInstances!.Value;

    private static int Refusal(SimulatedTestHost host, MdevParent parent, string type, int times = 1)
    {
        for (int i = 1; i < times; i++)
            host.Create($"{parent.SysfsPath}/mdev_supported_types/{type}", Guid.NewGuid());
        return Assert.Throws<MdevException>(() => host.Create($"{parent.SysfsPath}/mdev_supported_types/{type}", Guid.NewGuid())).Errno;
    }
}
