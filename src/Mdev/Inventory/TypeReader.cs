using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>Finds and reads the types that the parents of a host offer. A filter on type ids reads no file of another type.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
public sealed class TypeReader(HostRoot host, Action<MdevException> report)
{
    private readonly ParentReader _parents = new(host, report);
    private readonly AttributeReader _attributes = new(report);

    // Hundreds of parents say the same of the types that they share.
    private readonly Dictionary<string, TypeDescription> _descriptions = [];

    /// <summary>Reads the types, parent by parent, each as soon as it is asked for.</summary>
    public IEnumerable<MdevType> Read(TypeQuery query)
    {
        List<ParentPlace> places = _parents.Places(query.Parents).ToList();
        NameFilter types = Settle(query.Types, places);
        foreach (ParentPlace place in places)
        {
            foreach (MdevType type in OfParent(place, types, query))
                yield return type;
        }

        if (places.Count == 0 && !query.Parents.IsAll)
            yield break;
        foreach (string name in types.Unmatched)
            report(TypeNotFound(name, places));
        foreach (string name in query.Names.Unmatched)
            report(new MdevException(MdevError.TypeNotFound, $"No type on host '{host.Root}' has the name '{Printable.Text(name)}'."));
    }

    /// <summary>Where the types of these ids are, without a look at their files.</summary>
    internal IEnumerable<(ParentPlace Place, string Type)> Places(NameFilter parents, NameFilter ids)
    {
        List<ParentPlace> places = _parents.Places(parents).ToList();
        NameFilter types = Settle(ids, places);
        foreach (ParentPlace place in places)
        {
            foreach (string type in _parents.TypeNames(place).Where(types.Matches))
                yield return (place, type);
        }

        if (places.Count == 0 && !parents.IsAll)
            yield break;
        foreach (string name in types.Unmatched)
            report(TypeNotFound(name, places));
    }

    /// <summary>The error for a type that no parent offers, with the ids that look most like it.</summary>
    internal MdevException TypeNotFound(string name, IReadOnlyList<ParentPlace> places)
    {
        IEnumerable<string> known = places.SelectMany(_parents.TypeNames).Distinct();
        string[] nearest = Nearest.To(name, known, 3);
        string hint = nearest.Length > 0 ? $" The nearest are: {string.Join(", ", nearest.Select(n => Printable.Text(n)))}." : " It offers no types at all.";
        string where = places.Count == 1 ? $"parent '{Printable.Text(places[0].Name)}'" : $"host '{host.Root}'";
        return new MdevException(MdevError.TypeNotFound, $"No type '{Printable.Text(name)}' is offered by {where}.{hint}");
    }

    /// <summary>Whether a parent offers exactly this type id.</summary>
    internal bool HasType(ParentPlace place, string type) => NamePattern.IsName(type) && host.HasDirectory($"{place.TypesPath}/{type}");

    private NameFilter Settle(NameFilter types, List<ParentPlace> places) => types.Settle(name => places.Exists(place => HasType(place, name)));

    private IEnumerable<MdevType> OfParent(ParentPlace place, NameFilter types, TypeQuery query)
    {
        using DirectoryHandle? directory = Open(place);
        if (directory is null)
            yield break;
        string? driver = null;
        foreach (string name in ParentReader.TypeNames(directory))
        {
            if (!types.Matches(name))
                continue;
            driver ??= Driver(directory) ?? "";
            if (ReadOne(directory, place, name, driver, query) is { } type)
                yield return type;
        }
    }

    private DirectoryHandle? Open(ParentPlace place)
    {
        try
        {
            if (host.OpenDirectory(place.TypesPath) is { } directory)
                return directory;
            // Nothing there: an empty answer for a parent without types, a report for an entry that leads nowhere.
            _parents.Open(place)?.Dispose();
        }
        catch (MdevException e)
        {
            report(e);
        }

        return null;
    }

    // What the type ids begin with: the kernel's dev_driver_string of the parent (drivers/base/core.c).
    private string? Driver(DirectoryHandle types) => _attributes.LinkName(types, "../driver") ?? _attributes.LinkName(types, "../subsystem");

    private MdevType? ReadOne(DirectoryHandle types, ParentPlace place, string name, string driver, TypeQuery query)
    {
        // What can rule the type out is read first, so that nothing else of it is read then.
        int? available = query.Available ? _attributes.Number(types, $"{name}/available_instances") : null;
        if (query.Available && available is not > 0)
            return null;
        string? human = _attributes.Text(types, $"{name}/name");
        if (!query.Names.IsAll && (human is null || !query.Names.Matches(human)))
            return null;
        string? text = _attributes.Text(types, $"{name}/description");
        TypeDescription description = Describe(text);
        return new MdevType
        {
            Type = name,
            Name = human,
            Parent = place.Name,
            Driver = driver.Length == 0 ? null : driver,
            DeviceApi = _attributes.Text(types, $"{name}/device_api"),
            AvailableInstances = available ?? _attributes.Number(types, $"{name}/available_instances"),
            Description = text,
            FramebufferBytes = description.FramebufferBytes,
            MaxResolution = description.MaxResolution,
            Heads = description.Heads,
            FrameRateLimit = description.FrameRateLimit,
            MaxInstances = description.MaxInstances,
            SysfsPath = $"{place.TypesPath}/{name}",
            Root = host.Root,
        };
    }

    private TypeDescription Describe(string? text)
    {
        if (text is null)
            return default;
        if (!_descriptions.TryGetValue(text, out TypeDescription description))
            _descriptions.Add(text, description = TypeDescription.Parse(text));
        return description;
    }
}
