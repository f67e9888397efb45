using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Model;

namespace Mdev.VirtualMachines;

/// <summary>libvirt's XML for a device: a mediated one, or a PCI function. Sources: libvirt's formatdomain ("Host device assignment") and formatnode ("Node devices").</summary>
public static class LibvirtXml
{
    /// <summary>The host device of a domain.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: libvirt cannot express it.</exception>
    public static string HostDevice(VmDevice device)
    {
        if (device.Display == MdevDisplay.Auto)
            throw new MdevException(MdevError.InvalidArgument, $"Device {device.Uuid}: libvirt has a display on or off, not auto.");
        if (device.PciAddress is { } address)
            return Text(PciHostDevice(device, address));
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
        if (InterfaceKinds.Of(device.Uuid, device.Interface).Given(device.Uuid).PciAddress is { } address)
        {
            throw new MdevException(
                MdevError.InvalidArgument, $"Device {device.Uuid} is the PCI function {address}, which libvirt cannot make: its node devices of this kind are mediated devices.");
        }

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

    // Managed, libvirt would take the function from its driver, and the vGPU with it.
    private static XElement PciHostDevice(VmDevice device, string address)
    {
        if (device.Display is not null || device.RamFb)
            throw new MdevException(MdevError.InvalidArgument, $"Device {device.Uuid}: libvirt has a display for mediated devices, and this is the PCI function {address}.");
        string[] parts = address.Split(':', '.');
        return new XElement(
            "hostdev",
            new XAttribute("mode", "subsystem"),
            new XAttribute("type", "pci"),
            new XAttribute("managed", "no"),
            new XElement(
                "source",
                new XElement(
                    "address",
                    new XAttribute("domain", $"0x{parts[0]}"),
                    new XAttribute("bus", $"0x{parts[1]}"),
                    new XAttribute("slot", $"0x{parts[2]}"),
                    new XAttribute("function", $"0x{parts[3]}"))));
    }

    private static string Text(XElement element) => element.ToString();
}

/// <summary>The names that libvirt gives to node devices: the subsystem and the name in sysfs, with an underscore for all but letters and digits.</summary>
internal static partial class NodeDeviceName
{
    /// <summary>The name of a mediated device. libvirt makes it itself; its schema wants one nevertheless.</summary>
    public static string Of(MdevDevice device) => Plain($"mdev_{device.Uuid}_{device.Parent}");

    /// <summary>The name of the parent of a device.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: its subsystem cannot be told.</exception>
    public static string OfParent(MdevDevice device)
    {
        // libvirt has this name built in: the subsystem of the matrix would make it matrix_matrix.
        if (device.Parent == "matrix")
            return "ap_matrix";
        string subsystem = PciAddress().IsMatch(device.Parent) ? "pci"
            : SubchannelNumber().IsMatch(device.Parent) ? "css"
            : Virtual().Match(device.SysfsPath) is { Success: true } match ? match.Groups[1].Value
            : throw new MdevException(MdevError.InvalidArgument, $"Device {device.Uuid} cannot be described: libvirt's name of its parent '{Printable.Text(device.Parent)}' cannot be told.");
        return Plain($"{subsystem}_{device.Parent}");
    }

    private static string Plain(string name) => NeitherLetterNorDigit().Replace(name, "_");

    [GeneratedRegex(@"\A[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]\z", RegexOptions.CultureInvariant)]
    private static partial Regex PciAddress();

    [GeneratedRegex(@"\A[0-9a-f]{1,2}\.[0-3]\.[0-9a-f]{4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SubchannelNumber();

    // Where a class of its own keeps its devices: /sys/devices/virtual/CLASS/NAME/UUID.
    [GeneratedRegex(@"\A/sys/devices/virtual/([^/]+)/[^/]+/[^/]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Virtual();

    [GeneratedRegex("[^A-Za-z0-9]", RegexOptions.CultureInvariant)]
    private static partial Regex NeitherLetterNorDigit();
}
