using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Model;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Attributes;

/// <summary>Vendor attributes are read and written, and nothing else is.</summary>
public sealed class VendorAttributesTests
{
    [Fact]
    public void The_attributes_of_a_device_are_the_vendors_alone()
    {
        using var host = new SimulatedTestHost("mtty", "vfio_ap");
        AttributeOwner device = AttributeOwner.Of(host.Make("mtty-1")[0]);
        MdevAttribute attribute = Assert.Single(Read(host, device));
        Assert.Equal(("vendor/sample_mdev_dev", $"This is MDEV {device.Uuid}", AttributeAccess.ReadOnly), (attribute.Name, attribute.Value, attribute.Access));
        Assert.Equal((device.Uuid, "mtty-1", "mtty", host.Root), (attribute.Uuid, attribute.Type, attribute.Parent, attribute.Root));

        MdevAttribute[] ap = Read(host, AttributeOwner.Of(host.Make("vfio_ap-passthrough")[0]));
        Assert.Equal(
            ["assign_adapter", "assign_control_domain", "assign_domain", "control_domains", "matrix", "unassign_adapter", "unassign_control_domain", "unassign_domain"],
            ap.Select(a => a.Name));
        Assert.All(ap.Where(a => a.Name.Contains("assign")), a => Assert.Equal((AttributeAccess.WriteOnly, null), (a.Access, a.Value)));
        // Empty is not the same as unreadable.
        Assert.Equal("", ap.Single(a => a.Name == "matrix").Value);
    }

    [Fact]
    public void Parents_and_types_of_the_vendors_have_none_that_are_not_the_kernels()
    {
        using var host = new SimulatedTestHost("nvidia-a2", "nvidia-t4", "i915", "vfio_ccw", "vfio_ap", "mtty");
        Assert.Empty(new AttributeOwners().On(host.Host, host.Reports.Add).SelectMany(owner => Read(host, owner)));
        Assert.Empty(host.Reports);
    }

    [Fact]
    public void A_vendors_attribute_of_a_parent_or_type_is_found_also_in_a_directory()
    {
        using var host = new SimulatedTestHost("nvidia-t4");
        MdevParent gpu = host.Parents()[0];
        host.AddFile($"{gpu.SysfsPath}/nvidia/gpu_params", "a=1\n");
        host.AddFile($"{gpu.SysfsPath}/drm/card0/uevent", "");
        host.AddFile($"{gpu.SysfsPath}/i2c-0/uevent", "");
        host.AddFile($"{gpu.SysfsPath}/i2c-0/name", "no attribute of the GPU");
        host.AddFile($"{gpu.SysfsPath}/mdev_supported_types/nvidia-230/priority", "7\n");
        var owners = new AttributeOwners().On(host.Host, host.Reports.Add).ToList();
        Assert.Equal([("nvidia/gpu_params", null, "a=1"), ("priority", "nvidia-230", "7")], owners.SelectMany(o => Read(host, o)).Select(a => (a.Name, a.Type, a.Value)));
    }

    [Theory]
    [InlineData("power/control")]
    [InlineData("uevent")]
    [InlineData("remove")]
    [InlineData("rescan")]
    [InlineData("reset")]
    [InlineData("enable")]
    [InlineData("driver_override")]
    [InlineData("config")]
    [InlineData("rom")]
    [InlineData("resource")]
    [InlineData("resource2_wc")]
    [InlineData("sriov_numvfs")]
    [InlineData("numa_node")]
    [InlineData("msi_bus")]
    [InlineData("vendor")]
    [InlineData("mdev_supported_types")]
    [InlineData("driver/unbind")]
    [InlineData("subsystem/rescan")]
    [InlineData("virtfn0/remove")]
    [InlineData("../0000:02:00.0/remove")]
    [InlineData("nvidia/../remove")]
    [InlineData("/etc/passwd")]
    [InlineData("nvidia/a/b")]
    [InlineData("nvidia/")]
    [InlineData("a\0b")]
    [InlineData("nothing")]
    public void What_is_no_vendors_attribute_is_neither_read_nor_written(string name)
    {
        using var host = new SimulatedTestHost("nvidia-t4");
        MdevParent gpu = host.Parents()[0];
        foreach (string file in new[] { "rom", "resource2_wc", "sriov_numvfs" })
            host.AddFile($"{gpu.SysfsPath}/{file}", "1\n");
        host.AddFile($"{gpu.SysfsPath}/nvidia/a/b", "1\n");
        host.AddLink($"{gpu.SysfsPath}/virtfn0", "../../pci0000:02/0000:02:00.0");
        var owner = new AttributeOwner(null, null, gpu.Parent, gpu.SysfsPath);
        string before = host.Snapshot();
        Assert.Equal(MdevError.AttributeNotFound, Assert.Throws<MdevException>(() => Attributes(host).Write(owner, name, "1")).Error);
        Assert.Empty(Attributes(host).Read(owner, NameFilter.Of(name), isStrict: true));
        Assert.Equal(MdevError.AttributeNotFound, Assert.Single(host.Reports).Error);
        Assert.Equal(before, host.Snapshot());
    }

    [Theory]
    [InlineData("mdev_type/name")]
    [InlineData("vfio-dev/vfio0")]
    [InlineData("iommu_group/type")]
    [InlineData("remove")]
    public void Nor_is_what_the_core_gives_a_device(string name)
    {
        using var host = new SimulatedTestHost("mtty");
        AttributeOwner device = AttributeOwner.Of(host.Make("mtty-1")[0]);
        Assert.Equal(MdevError.AttributeNotFound, Assert.Throws<MdevException>(() => Attributes(host).Write(device, name, "1")).Error);
        Assert.Equal(MdevError.AttributeNotFound, Assert.Throws<MdevException>(() => VendorAttributes.RequireVendorName(name)).Error);
        Assert.NotNull(host.Find(device.Uuid!.Value));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("available_instances")]
    [InlineData("name")]
    public void Nor_is_what_the_core_gives_a_type(string name)
    {
        using var host = new SimulatedTestHost("mtty");
        AttributeOwner type = new AttributeOwners { Types = NameFilter.Of("mtty-1") }.On(host.Host, host.Reports.Add).Single();
        Assert.Equal(MdevError.AttributeNotFound, Assert.Throws<MdevException>(() => Attributes(host).Write(type, name, "1")).Error);
    }

    [Fact]
    public void A_value_is_written_and_read_back()
    {
        using var host = new SimulatedTestHost("nvidia-t4");
        AttributeOwner device = AttributeOwner.Of(host.Make("nvidia-230")[0]);
        Attributes(host).Write(device, "nvidia/vgpu_params", "frame_rate_limiter=0");
        Assert.Equal("frame_rate_limiter=0", Assert.Single(Read(host, device)).Value);
        // One write: told once.
        Assert.Single(host.Told, line => line.Contains("frame_rate_limiter"));
    }

    [Fact]
    public void What_can_only_be_read_says_so_and_an_empty_value_is_no_value()
    {
        using var host = new SimulatedTestHost("mtty", "nvidia-t4");
        AttributeOwner device = AttributeOwner.Of(host.Make("mtty-1")[0]);
        Assert.Equal(MdevError.AttributeReadOnly, Assert.Throws<MdevException>(() => Attributes(host).Write(device, "vendor/sample_mdev_dev", "x")).Error);
        device = AttributeOwner.Of(host.Make("nvidia-230")[0]);
        Assert.Equal(MdevError.InvalidArgument, Assert.Throws<MdevException>(() => Attributes(host).Write(device, "nvidia/vgpu_params", "")).Error);
    }

    [Fact]
    public void A_captured_tree_is_read_and_never_written()
    {
        using HandMadeHost host = new HandMadeHost().AddParent("a").AddType("a", "t").AddDevice("a", "aaaaaaaa-0000-4000-8000-000000000000", "t");
        MdevDevice device = host.Devices()[0];
        host.AddFile($"{device.SysfsPath}/vendor/x", "1\n");
        var attributes = new VendorAttributes(host.Host, host.Reports.Add);
        Assert.Equal("1", Assert.Single(attributes.Read(AttributeOwner.Of(device), new NameFilter())).Value);
        Assert.Equal(MdevError.NotLive, Assert.Throws<MdevException>(() => attributes.Write(AttributeOwner.Of(device), "vendor/x", "2")).Error);
    }

    private static VendorAttributes Attributes(SimulatedTestHost host) => new(host.Host, host.Reports.Add);

    private static MdevAttribute[] Read(SimulatedTestHost host, AttributeOwner owner) => Attributes(host).Read(owner, new NameFilter()).ToArray();
}
