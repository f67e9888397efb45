using System.Diagnostics;
using System.Xml.Linq;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>Devices as QEMU and libvirt want them.</summary>
public sealed class VmArgumentTests : SimulatedHostTest
{
    private readonly object _first;
    private readonly object _second;

    public VmArgumentTests()
        : base("mtty", "vfio_ap", "vfio_ccw")
    {
        IReadOnlyList<object?> serial = Have("New-MdevDevice mtty-1 -Count 2").All("Uuid");
        (_first, _second) = (serial[0]!, serial[1]!);
        Have("New-MdevDevice vfio_ap-passthrough -Count 2; New-MdevDevice vfio_ccw-io");
    }

    [Fact]
    public void Arguments_splat_onto_a_native_command()
    {
        Guid vm = Guid.NewGuid();
        Result result = Run($"$a = ConvertTo-MdevQemuArgument {_first}, {_second} -VmUuid {vm}; & printf '%s\\n' @a");
        Assert.Equal(["-uuid", $"{vm}", "-device", $"vfio-pci,sysfsdev=/sys/bus/mdev/devices/{_first}", "-device", $"vfio-pci,sysfsdev=/sys/bus/mdev/devices/{_second}"], result.Text);
    }

    [Fact]
    public void JSON_reaches_a_native_command_unharmed()
    {
        Result result = Run($"$a = ConvertTo-MdevQemuArgument {_first} -Id a -Display Auto -AsJson; & printf '%s' $a[1]");
        using var json = System.Text.Json.JsonDocument.Parse(result.Only.ToString());
        Assert.Equal(["vfio-pci", "a", "auto"], new[] { "driver", "id", "display" }.Select(name => json.RootElement.GetProperty(name).GetString()));
    }

    [Fact]
    public void A_UUID_an_object_and_what_another_computer_sent_are_taken_alike()
    {
        IReadOnlyList<string> expected = Have($"ConvertTo-MdevQemuArgument {_first}").Text;
        Result device = Run($"Get-MdevDevice {_first}");
        Assert.Equal(expected, Run("ConvertTo-MdevQemuArgument", device.Only).Text);
        Assert.Equal(expected, Run("ConvertTo-MdevQemuArgument", Deserialized(device.Only)).Text);
        Assert.Equal(expected, Run("ConvertTo-MdevQemuArgument", Bag(("Uuid", $"{_first}"), ("DeviceApi", "vfio-pci"), ("Root", "/not/there"))).Text);
    }

    [Fact]
    public void A_device_that_is_not_there_costs_one_error_and_the_next_goes_on()
    {
        Result result = Run($"ConvertTo-MdevQemuArgument {Guid.NewGuid()}, {_first}");
        Assert.Equal(["MdevDeviceNotFound"], result.ErrorIds);
        Assert.Equal(["-device", $"vfio-pci,sysfsdev=/sys/bus/mdev/devices/{_first}"], result.Text);
    }

    [Theory]
    [InlineData("one id for two devices", "Get-MdevDevice -Type mtty-1 | ConvertTo-MdevQemuArgument -Id x")]
    [InlineData("two matrices for one VM", "Get-MdevDevice -Type vfio_ap* | ConvertTo-MdevQemuArgument")]
    [InlineData("two matrices for one domain", "Get-MdevDevice -Type vfio_ap* | ConvertTo-MdevLibvirtXml")]
    [InlineData("a display of a matrix", "(Get-MdevDevice -Type vfio_ap*)[0] | ConvertTo-MdevQemuArgument -Display On")]
    [InlineData("a channel number of a PCI device", "(Get-MdevDevice -Type mtty-1)[0] | ConvertTo-MdevLibvirtXml -DeviceNumber fe.0.1")]
    [InlineData("an automatic display for libvirt", "(Get-MdevDevice -Type mtty-1)[0] | ConvertTo-MdevLibvirtXml -Display Auto")]
    [InlineData("vfio-platform", "ConvertTo-MdevQemuArgument (Get-MdevDevice -Type mtty-1)[0].Uuid -DeviceApi vfio-platform")]
    public void Refused_is(string what, string line)
    {
        _ = what;
        Assert.Equal("MdevInvalidArgument", Assert.Single(Run(line).ErrorIds));
    }

    [NeedsFact("virt-xml-validate")]
    public void Libvirt_takes_the_devices_in_a_domain()
    {
        Result devices = Have($"""
            ConvertTo-MdevLibvirtXml {_first} -RamFb
            ConvertTo-MdevLibvirtXml {_second} -Display Off
            Get-MdevDevice -Type vfio_ccw-io | ConvertTo-MdevLibvirtXml -DeviceNumber fe.0.0a12
            (Get-MdevDevice -Type vfio_ap*)[0] | ConvertTo-MdevLibvirtXml
            """);
        Assert.Equal(4, devices.Output.Count);
        Validate($"<domain type='qemu'><name>x</name><memory>1</memory><os><type>hvm</type></os><devices>{string.Concat(devices.Text)}</devices></domain>", "domain");
    }

    [NeedsFact("virt-xml-validate")]
    public void Libvirt_takes_each_as_a_node_device()
    {
        Result devices = Have($$"""
            $attributes = [ordered] @{ assign_adapter = '5'; assign_domain = '<"&' }, @{ assign_adapter = 6 }
            foreach ($device in (Get-MdevDevice {{_first}}), (Get-MdevDevice -Type vfio_ccw-io), (Get-MdevDevice -Type vfio_ap*)[0]) { $device | ConvertTo-MdevLibvirtXml -NodeDevice -Attribute $attributes }
            """);
        Assert.Equal(3, devices.Output.Count);
        Assert.All(devices.Text, xml =>
        {
            Validate(xml, "nodedev");
            Assert.Equal(["5", "<\"&", "6"], XElement.Parse(xml).Descendants("attr").Select(attribute => attribute.Attribute("value")!.Value));
        });
    }

    private static void Validate(string xml, string schema)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, xml);
            using Process process = Process.Start(new ProcessStartInfo("virt-xml-validate", [file, schema]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, output);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
