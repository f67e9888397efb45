using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>Reads the parents of a host.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
public sealed class ParentReader(HostRoot host, Action<MdevException> report)
{
    private readonly ParentPlaces _places = new(host, report);
    private readonly AttributeReader _attributes = new(report);

    /// <summary>Whether the host knows mediated devices at all.</summary>
    public bool IsSupported => _places.IsSupported;

    /// <summary>Makes sure that the host knows mediated devices.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.NotSupported"/>.</exception>
    public void RequireSupport()
    {
        if (!IsSupported)
            throw new MdevException(MdevError.NotSupported, WhyUnsupported($"Host '{host.Root}'"));
    }

    /// <summary>Why a host has nothing to list.</summary>
    /// <param name="host">How the sentence calls it.</param>
    public static string WhyUnsupported(string host) => $"{host} has no mediated device bus (/sys/bus/mdev): no driver that offers mediated devices is loaded.";

    /// <summary>Reads the parents of these names, each as soon as it is asked for.</summary>
    public IEnumerable<MdevParent> Read(NameFilter names)
    {
        foreach (ParentPlace place in _places.Named(names))
        {
            if (ReadOne(place) is { } parent)
                yield return parent;
        }
    }

    private MdevParent? ReadOne(ParentPlace place)
    {
        using DirectoryHandle? directory = _places.Open(place);
        if (directory is null)
            return null;
        string? vendor = _attributes.Text(directory, "vendor");
        string? device = _attributes.Text(directory, "device");
        return new MdevParent
        {
            Parent = place.Name,
            Driver = _attributes.LinkName(directory, "driver"),
            Subsystem = _attributes.LinkName(directory, "subsystem"),
            NumaNode = _attributes.NumaNode(directory),
            PhysicalFunction = _attributes.LinkName(directory, "physfn"),
            PciId = vendor is null || device is null ? null : $"{WithoutPrefix(vendor)}:{WithoutPrefix(device)}",
            Types = [.. _places.TypeNames(place)],
            DeviceCount = DeviceCount(directory),
            SysfsPath = place.SysfsPath,
            Root = host.Root,
        };
    }

    /// <summary>Its sub-directories that bear a type link, which is what makes one a mediated device.</summary>
    internal static IEnumerable<string> Children(DirectoryHandle parent) =>
        parent.Entries().Where(e => e.Kind is EntryKind.Directory or EntryKind.Unknown).Select(e => e.Name);

    private static int DeviceCount(DirectoryHandle parent) => Children(parent).Count(name => TypeLink.Read(parent, name) is not null);

    private static string WithoutPrefix(string hex) => hex.StartsWith("0x", StringComparison.Ordinal) ? hex[2..] : hex;
}
