using System.Text.RegularExpressions;
using Mdev.Inventory;
using Mdev.Kernel;

namespace Mdev.VirtualMachines;

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
