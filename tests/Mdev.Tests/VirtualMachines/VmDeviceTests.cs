using System.Text.Json.Nodes;
using System.Xml.Linq;
using Mdev.Errors;
using Mdev.Model;
using Mdev.VirtualMachines;

namespace Mdev.Tests.VirtualMachines;

public sealed class VmDeviceTests
{
    private const string Uuid = "c0ffee00-0001-4000-8000-000000000001";
    private const string Path = $"/sys/bus/mdev/devices/{Uuid}";

    private static MdevDevice Device(string? api, string parent = "0000:06:00.0", string path = "/sys/devices/pci0000:00/0000:06:00.0") => new()
    {
        Uuid = Guid.Parse(Uuid),
        Type = "nvidia-63",
        Parent = parent,
        PhysicalDevice = parent,
        Interface = MdevInterface.Mdev,
        DeviceApi = api,
        State = MdevDeviceState.Active,
        SysfsPath = $"{path}/{Uuid}",
        Root = "/elsewhere",
    };

    private static void IsRefused(Action action) => Assert.Equal(MdevError.InvalidArgument, Assert.Throws<MdevException>(action).Error);

    [Fact]
    public void A_plain_device_is_its_driver_and_its_path_on_the_host() =>
        Assert.Equal($"vfio-pci,sysfsdev={Path}", QemuArgument.Text(VmDevice.Of(Device("vfio-pci"))));

    [Fact]
    public void A_boot_display_turns_the_display_on_and_cannot_be_unplugged() =>
        Assert.Equal($"vfio-pci-nohotplug,sysfsdev={Path},id=gpu-0,display=on,ramfb=on", QemuArgument.Text(VmDevice.Of(Device("vfio-pci"), "gpu-0", ramFb: true)));

    [Theory]
    [InlineData(MdevDisplay.On, "on")]
    [InlineData(MdevDisplay.Off, "off")]
    [InlineData(MdevDisplay.Auto, "auto")]
    public void A_display_is_on_off_or_auto(MdevDisplay display, string word) =>
        Assert.Equal($"vfio-pci,sysfsdev={Path},display={word}", QemuArgument.Text(VmDevice.Of(Device("vfio-pci"), display: display)));

    [Fact]
    public void A_channel_device_has_a_number() =>
        Assert.Equal($"vfio-ccw,sysfsdev={Path},devno=fe.0.0a12", QemuArgument.Text(VmDevice.Of(Device("vfio-ccw"), number: CcwDeviceNumber.Parse("FE.0.a12"))));

    [Fact]
    public void The_JSON_form_says_the_same_with_a_true_truth()
    {
        JsonNode expected = JsonNode.Parse($$"""{ "driver": "vfio-pci-nohotplug", "sysfsdev": "{{Path}}", "id": "x", "display": "auto", "ramfb": true }""")!;
        string json = QemuArgument.Json(VmDevice.Of(Device("vfio-pci"), "x", MdevDisplay.Auto, ramFb: true));
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(json)), json);
    }

    [Fact]
    public void What_the_device_api_cannot_have_is_refused()
    {
        IsRefused(() => VmDevice.Of(Device(null)));
        IsRefused(() => VmDevice.Of(Device("vfio-platform")));
        IsRefused(() => VmDevice.Of(Device("vfio-ap"), display: MdevDisplay.On));
        IsRefused(() => VmDevice.Of(Device("vfio-ccw"), ramFb: true));
        IsRefused(() => VmDevice.Of(Device("vfio-pci"), number: CcwDeviceNumber.Parse("fe.0.1")));
        IsRefused(() => VmDevice.Of(Device("vfio-ap"), number: CcwDeviceNumber.Parse("fe.0.1")));
        IsRefused(() => VmDevice.Of(Device("vfio-pci"), display: MdevDisplay.Off, ramFb: true));
    }

    [Theory]
    [InlineData("0x")]
    [InlineData("a,b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("")]
    public void An_id_that_QEMU_would_refuse_is_refused(string id) => IsRefused(() => VmDevice.Of(Device("vfio-pci"), id));

    [Theory]
    [InlineData("fe.0")]
    [InlineData("fe.4.0001")]
    [InlineData("fe.0.12345")]
    [InlineData("fe.0.0001\n")]
    [InlineData("xx.0.0001")]
    public void A_number_that_is_none_is_refused(string text) => IsRefused(() => CcwDeviceNumber.Parse(text));

    [Fact]
    public void A_host_device_has_what_was_asked_for()
    {
        var xml = XElement.Parse(LibvirtXml.HostDevice(VmDevice.Of(Device("vfio-ccw"), number: CcwDeviceNumber.Parse("fe.0.1"))));
        Assert.Equal(
            "hostdev mode=subsystem type=mdev model=vfio-ccw",
            string.Join(' ', xml.Attributes().Select(a => $"{a.Name}={a.Value}").Prepend(xml.Name.LocalName)));
        Assert.Equal(Uuid, xml.Element("source")!.Element("address")!.Attribute("uuid")!.Value);
        Assert.Equal("ccw 0xfe 0x0 0x0001", string.Join(' ', xml.Element("address")!.Attributes().Select(a => a.Value)));
    }

    [Fact]
    public void Libvirt_has_no_automatic_display() => IsRefused(() => LibvirtXml.HostDevice(VmDevice.Of(Device("vfio-pci"), display: MdevDisplay.Auto)));

    [Theory]
    [InlineData("0000:06:00.0", "/sys/devices/pci0000:00/0000:06:00.0", "pci_0000_06_00_0")]
    [InlineData("0.0.0052", "/sys/devices/css0/0.0.0052", "css_0_0_0052")]
    [InlineData("matrix", "/sys/devices/vfio_ap/matrix", "ap_matrix")]
    [InlineData("mtty", "/sys/devices/virtual/mtty/mtty", "mtty_mtty")]
    public void A_parent_has_libvirts_name(string parent, string path, string name) =>
        Assert.Equal(name, XElement.Parse(LibvirtXml.NodeDevice(Device("vfio-pci", parent, path), [])).Element("parent")!.Value);

    [Fact]
    public void A_parent_whose_name_cannot_be_told_is_refused() => IsRefused(() => LibvirtXml.NodeDevice(Device("vfio-pci", "odd", "/sys/devices/odd"), []));

    [Fact]
    public void Attributes_keep_their_order_their_repeats_and_their_characters()
    {
        AttributeValue[] attributes = [new("assign_adapter", "5"), new("a", "<&>\"'"), new("assign_adapter", "0x6")];
        XElement capability = XElement.Parse(LibvirtXml.NodeDevice(Device("vfio-ap"), attributes)).Element("capability")!;
        Assert.Equal(attributes, capability.Elements("attr").Select(a => new AttributeValue(a.Attribute("name")!.Value, a.Attribute("value")!.Value)));
        Assert.Equal(("nvidia-63", Uuid), (capability.Element("type")!.Attribute("id")!.Value, capability.Element("uuid")!.Value));
    }

    [Fact]
    public void A_character_that_XML_cannot_hold_is_refused() => IsRefused(() => LibvirtXml.NodeDevice(Device("vfio-ap"), [new AttributeValue("a", "\u0001")]));
}
