namespace Mdev.Inventory;

/// <summary>The place of a parent: its name and its directory as the host sees it.</summary>
internal readonly record struct ParentPlace(string Name, string SysfsPath)
{
    public string TypesPath => SysfsPath + "/mdev_supported_types";

    public static ParentPlace Of(string path) => new(AttributeReader.LastPart(path), path);
}
