using System.Globalization;
using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Interfaces;

/// <summary>Reads attributes and links so that a bad one costs its property and one report, never the object.</summary>
/// <param name="report">Told of what cannot be read or understood.</param>
internal sealed class AttributeReader(Action<MdevException> report)
{
    /// <summary>What a reading gives; null, and a report, when it fails.</summary>
    public T? Try<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (MdevException e)
        {
            report(e);
            return default;
        }
    }

    /// <summary>The value of an attribute, which may be empty; null when it is absent or cannot be read.</summary>
    public string? Value(DirectoryHandle directory, string name) => Try(() => directory.ReadAttribute(name));

    /// <summary>The text of an attribute; null when it is absent, empty or cannot be read.</summary>
    public string? Text(DirectoryHandle directory, string name) => Value(directory, name) is { Length: > 0 } value ? value : null;

    /// <summary>The number in an attribute; null when it is absent or is no number.</summary>
    public int? Number(DirectoryHandle directory, string name)
    {
        if (Value(directory, name) is not { } value)
            return null;
        if (int.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int number))
            return number;
        string path = $"{directory.Path}/{name}";
        report(new MdevException(MdevError.AttributeUnreadable, $"'{path}' should hold a number and holds '{Printable.Text(value, 60)}'.", path));
        return null;
    }

    /// <summary>The NUMA node in the directory of a parent; null when the platform names none, which is -1 there.</summary>
    public int? NumaNode(DirectoryHandle parent) => Number(parent, "numa_node") is >= 0 and var node ? node : null;

    /// <summary>The last part of the path that a link leads to; null when there is no link.</summary>
    public string? LinkName(DirectoryHandle directory, string name) => Try(() => directory.ReadLinkName(name));

    /// <summary>PCI vendor and device id such as <c>10de:25b6</c>; null when it is no PCI function.</summary>
    public string? PciId(DirectoryHandle parent) => Text(parent, "vendor") is { } vendor && Text(parent, "device") is { } device
        ? $"{WithoutPrefix(vendor)}:{WithoutPrefix(device)}"
        : null;

    /// <summary>What the kernel's dev_driver_string calls the driver of a device (drivers/base/core.c).</summary>
    public string? DriverString(DirectoryHandle device) => LinkName(device, "driver") ?? LinkName(device, "subsystem");

    private static string WithoutPrefix(string hex) => hex.StartsWith("0x", StringComparison.Ordinal) ? hex[2..] : hex;
}
