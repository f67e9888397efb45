using System.Globalization;
using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>Reads attributes so that a bad one costs its property and one report, never the object.</summary>
internal sealed class AttributeReader(Action<MdevException> report)
{
    /// <summary>The value of an attribute, which may be empty; null when it is absent or cannot be read.</summary>
    public string? Value(DirectoryHandle directory, string name)
    {
        try
        {
            return directory.ReadAttribute(name);
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

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
    public string? LinkName(DirectoryHandle directory, string name)
    {
        try
        {
            return directory.ReadLinkName(name);
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

    /// <summary>The last part of a path.</summary>
    public static string LastPart(string path) => path[(path.LastIndexOf('/') + 1)..];
}
