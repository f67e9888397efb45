using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>The link from a mediated device to its type: what tells a device from a parent's other entries.</summary>
internal static class TypeLink
{
    /// <summary>The type id of the device <paramref name="name"/> in an open directory; null when it bears no type link.</summary>
    public static string? Read(DirectoryHandle directory, string name)
    {
        // The name mdev_supported_type, and a link that bears the type id itself, are those of the interface's drafts of 2016.
        string? target = Target(directory, $"{name}/mdev_type") ?? Target(directory, $"{name}/mdev_supported_type");
        return target is not null ? AttributeReader.LastPart(target)
            : KernelUuid.TryParse(name, out _) ? NamedById(directory, name) : null;
    }

    private static string? NamedById(DirectoryHandle parent, string name)
    {
        using DirectoryHandle? device = DirectoryHandle.TryOpen($"{parent.Path}/{name}");
        return device?.Entries()
            .Where(e => e.Kind is EntryKind.Link or EntryKind.Unknown)
            .Select(e => e.Name)
            .FirstOrDefault(id => Target(device, id) is { } target && target.EndsWith($"/mdev_supported_types/{id}", StringComparison.Ordinal));
    }

    private static string? Target(DirectoryHandle directory, string name)
    {
        try
        {
            return directory.ReadLink(name);
        }
        catch (MdevException e) when (e.Errno == Errno.EINVAL)
        {
            return null;
        }
    }
}
