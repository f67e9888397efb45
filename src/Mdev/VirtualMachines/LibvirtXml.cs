using System.Xml;
using System.Xml.Linq;
using Mdev.Attributes;
using Mdev.Inventory;
using Mdev.Kernel;

namespace Mdev.VirtualMachines;

/// <summary>libvirt's XML for a mediated device. Sources: libvirt's formatdomain ("Host device assignment") and formatnode ("Node devices").</summary>
public static class LibvirtXml
{
    /// <summary>The host device of a domain.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: libvirt cannot express it.</exception>
    public static string HostDevice(VmDevice device)
    {
        if (device.Display == MdevDisplay.Auto)
            throw new MdevException(MdevError.InvalidArgument, $"Device {device.Uuid}: libvirt has a display on or off, not auto.");
        return Text(new XElement(
            "hostdev",
            new XAttribute("mode", "subsystem"),
            new XAttribute("type", "mdev"),
            new XAttribute("model", device.DeviceApi),
            device.Display is { } display ? new XAttribute("display", display == MdevDisplay.On ? "on" : "off") : null,
            device.RamFb ? new XAttribute("ramfb", "on") : null,
            new XElement("source", new XElement("address", new XAttribute("uuid", device.Uuid))),
            device.DeviceNumber is { } number
                ? new XElement(
                    "address",
                    new XAttribute("type", "ccw"),
                    new XAttribute("cssid", $"0x{number.Cssid:x2}"),
                    new XAttribute("ssid", $"0x{number.Ssid:x}"),
                    new XAttribute("devno", $"0x{number.Devno:x4}"))
                : null));
    }

    /// <summary>The node device from which <c>virsh nodedev-create</c> or <c>nodedev-define</c> makes the device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="attributes">The vendor attributes to set, in this order.</param>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: what is needed is not known, or XML cannot hold it.</exception>
    public static string NodeDevice(MdevDevice device, IEnumerable<AttributeValue> attributes)
    {
        if (string.IsNullOrEmpty(device.Type) || string.IsNullOrEmpty(device.Parent))
            throw new MdevException(MdevError.InvalidArgument, $"Device {device.Uuid} cannot be described: its type and its parent must be known.");
        try
        {
            return Text(new XElement(
                "device",
                new XElement("name", NodeDeviceName.Of(device)),
                new XElement("parent", NodeDeviceName.OfParent(device)),
                new XElement(
                    "capability",
                    new XAttribute("type", "mdev"),
                    new XElement("type", new XAttribute("id", device.Type)),
                    new XElement("uuid", device.Uuid),
                    attributes.Select(a => new XElement("attr", new XAttribute("name", a.Name), new XAttribute("value", a.Value))))));
        }
        catch (Exception e) when (e is ArgumentException or XmlException)
        {
            throw new MdevException(MdevError.InvalidArgument, $"Device {device.Uuid} cannot be described: XML cannot hold a control character.", inner: e);
        }
    }

    private static string Text(XElement element) => element.ToString();
}
