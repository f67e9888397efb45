using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>Finds the parents of a host: through their class or, where the kernel has not made it, among all its devices.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of every broken entry on the way; the search goes on.</param>
internal sealed class ParentPlaces(HostRoot host, Action<MdevException> report)
{
    private const string Class = "/sys/class/mdev_bus";
    private const string Bus = "/sys/bus/mdev";

    /// <summary>Whether the host knows mediated devices at all.</summary>
    public bool IsSupported => host.HasDirectory(Bus);

    /// <summary>What is to be added where something is not found: nothing, unless the host has no mediated devices at all.</summary>
    public string Note => IsSupported ? "" : $" {ParentReader.WhyUnsupported("It")}";

    /// <summary>
    /// Where the parents of these names are, in natural order. One exact name costs one look-up, however many parents there are.
    /// A name without wildcards that no parent has is reported.
    /// </summary>
    public IEnumerable<ParentPlace> Named(NameFilter names)
    {
        NameFilter settled = names.Settle(name => Find(name) is not null);
        if (settled.ExactNames is { } exact)
        {
            foreach (string name in exact)
            {
                if (Find(name) is { } place)
                    yield return place;
            }

            yield break;
        }

        foreach (ParentPlace place in All())
        {
            if (settled.Matches(place.Name))
                yield return place;
        }

        foreach (string name in settled.Unmatched)
            report(new MdevException(MdevError.ParentNotFound, $"No parent is named '{Printable.Text(name)}' on host '{host.Root}'.{Note}") { Name = name });
    }

    /// <summary>The parent of exactly this name; null when there is none.</summary>
    public ParentPlace? Find(string name)
    {
        if (!NamePattern.IsName(name))
            return null;
        try
        {
            if (host.ReadLink($"{Class}/{name}") is { } target)
                return new ParentPlace(name, host.Resolve(Class, target));
        }
        catch (MdevException)
        {
            // A broken entry is told where the parents are gone through.
            return null;
        }

        return host.HasDirectory(Class) || !IsSupported ? null : ScanDevices().Cast<ParentPlace?>().FirstOrDefault(p => p!.Value.Name == name);
    }

    private List<ParentPlace> All()
    {
        using DirectoryHandle? directory = OpenOrReport(Class);
        return (directory is not null ? InClass(directory) : IsSupported ? ScanDevices() : [])
            .OrderBy(p => p.Name, NaturalOrder.Instance)
            .ToList();
    }

    private List<ParentPlace> InClass(DirectoryHandle directory)
    {
        var places = new List<ParentPlace>();
        foreach (DirectoryEntry entry in directory.Entries())
        {
            try
            {
                if (directory.ReadLink(entry.Name) is { } target)
                    places.Add(new ParentPlace(entry.Name, host.Resolve(Class, target)));
            }
            catch (MdevException e)
            {
                string path = $"{directory.Path}/{entry.Name}";
                report(e.Error == MdevError.BrokenEntry ? e : new MdevException(MdevError.BrokenEntry, $"'{path}' is no link to a parent.", path, e));
            }
        }

        return places;
    }

    // Before Linux 6.1 the class is made by the first parent, and a kernel may lack it altogether while the bus is there.
    private IEnumerable<ParentPlace> ScanDevices()
    {
        IEnumerable<string> buses = Names("/sys/bus").Select(bus => $"/sys/bus/{bus}/devices");
        IEnumerable<string> virtuals = Names("/sys/devices/virtual").Select(name => $"/sys/devices/virtual/{name}");
        var seen = new HashSet<string>();
        foreach (string place in buses.Concat(["/sys/devices"]).Concat(virtuals))
        {
            foreach (string name in Names(place))
            {
                if (Device(place, name) is { } path && host.HasDirectory(path + "/mdev_supported_types") && seen.Add(path))
                    yield return new ParentPlace(name, path);
            }
        }
    }

    // Null when the entry is broken, which is told.
    private string? Device(string place, string name)
    {
        try
        {
            return host.ReadLink($"{place}/{name}") is { } target ? host.Resolve(place, target) : null;
        }
        catch (MdevException e) when (e.Errno == Errno.EINVAL)
        {
            return $"{place}/{name}";
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

    private List<string> Names(string hostPath)
    {
        using DirectoryHandle? directory = OpenOrReport(hostPath);
        return directory?.Entries().Select(e => e.Name).ToList() ?? [];
    }

    private DirectoryHandle? OpenOrReport(string hostPath)
    {
        try
        {
            return host.OpenDirectory(hostPath);
        }
        catch (MdevException e)
        {
            report(e);
            return null;
        }
    }

    /// <summary>Opens a parent's directory; null, and a report, when its entry leads nowhere.</summary>
    public DirectoryHandle? Open(ParentPlace place)
    {
        DirectoryHandle? directory = OpenOrReport(place.SysfsPath);
        if (directory is null && host.ReadLink($"{Class}/{place.Name}") is not null && !host.HasDirectory(place.SysfsPath))
        {
            string path = host.OnMachine($"{Class}/{place.Name}");
            report(new MdevException(MdevError.BrokenEntry, $"'{path}' leads to '{place.SysfsPath}', which is not there.", path));
        }

        return directory;
    }

    /// <summary>The names of the types that a parent offers, in natural order.</summary>
    public List<string> TypeNames(ParentPlace place)
    {
        using DirectoryHandle? directory = OpenOrReport(place.TypesPath);
        return directory is null ? [] : TypeNames(directory);
    }

    public static List<string> TypeNames(DirectoryHandle types) =>
        types.Entries()
            .Where(e => e.Kind is EntryKind.Directory or EntryKind.Unknown)
            .Select(e => e.Name)
            .Order(NaturalOrder.Instance)
            .ToList();
}
