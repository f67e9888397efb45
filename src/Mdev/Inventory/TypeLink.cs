using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>The link from a mediated device to its type: what tells a device from a parent's other entries.</summary>
internal static class TypeLink
{
    /// <summary>The type id of the device <paramref name="name"/> in an open directory; null when it bears no type link.</summary>
    public static string? Read(DirectoryHandle directory, string name)
    {
        // The name mdev_supported_type, and a link that bears the type id itself, are those of the interface's drafts of 2016.
        return LinkName(directory, $"{name}/mdev_type") ?? LinkName(directory, $"{name}/mdev_supported_type")
            ?? (KernelUuid.TryParse(name, out _) ? NamedById(directory, name) : null);
    }

    private static string? NamedById(DirectoryHandle parent, string name)
    {
        using DirectoryHandle? device = parent.TryOpenChild(name);
        return device?.Entries()
            .Where(e => e.Kind == EntryKind.Link)
            .Select(e => e.Name)
            .FirstOrDefault(id => device.ReadLink(id) is { } target && target.EndsWith($"/mdev_supported_types/{id}", StringComparison.Ordinal));
    }

    private static string? LinkName(DirectoryHandle directory, string name)
    {
        try
        {
            return directory.ReadLinkName(name);
        }
        catch (MdevException e) when (e.Errno == Errno.EINVAL)
        {
            return null;
        }
    }
}
