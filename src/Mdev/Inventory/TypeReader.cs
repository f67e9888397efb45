using System.Globalization;
using Mdev.Errors;
using Mdev.Interfaces;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Inventory;

/// <summary>Finds and reads the types that the parents of a host offer. A filter on type ids reads no file of another type.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
public sealed class TypeReader(HostRoot host, Action<MdevException> report)
{
    private readonly ParentFinder _parents = new(host, report);

    /// <summary>Reads the types in natural order, parent by parent, a little ahead of what is asked for.</summary>
    /// <param name="query">Which. A type or name without wildcards that no parent of the host offers is reported.</param>
    /// <param name="cancel">Ends the reading before the next type, since a vendor may take its time over each.</param>
    public IEnumerable<MdevType> Read(TypeQuery query, CancellationToken cancel = default)
    {
        List<HostParent> parents = _parents.Named(query.Parents, query.PhysicalDevices).ToList();
        query = query with { Types = Settle(query.Types, parents, cancel) };
        foreach (MdevType type in ReadAhead.Of(parents, (parent, tell) => parent.Types(query, tell, cancel), report))
            yield return type;
        if (cancel.IsCancellationRequested || (parents.Count == 0 && !(query.Parents.IsAll && query.PhysicalDevices.IsAll)))
            yield break;
        foreach (MdevException missing in NotOffered(query.Types, parents))
            report(missing);
        foreach (string name in query.Names.Unmatched)
            report(new MdevException(MdevError.TypeNotFound, $"No type that was looked at on host '{host.Root}' has the name '{Printable.Text(name)}'.") { Name = name });
    }

    /// <summary>Where the types of these ids are, without a look at what they say of themselves.</summary>
    internal IEnumerable<(HostParent Parent, string Type)> Places(NameFilter parentNames, NameFilter physicalDevices, NameFilter ids)
    {
        List<HostParent> parents = _parents.Named(parentNames, physicalDevices).ToList();
        NameFilter types = Settle(ids, parents);
        foreach (HostParent parent in parents)
        {
            foreach (string type in parent.TypeIds(report).Where(types.Matches))
                yield return (parent, type);
        }

        foreach (MdevException missing in parents.Count == 0 && !(parentNames.IsAll && physicalDevices.IsAll) ? [] : NotOffered(types, parents))
            report(missing);
    }

    /// <summary>
    /// The errors for types asked for by name that nothing on the host offers. That some of the parents do not offer what another does is no error:
    /// a filter that fits nothing there is an empty answer.
    /// </summary>
    internal IEnumerable<MdevException> NotOffered(NameFilter types, IReadOnlyList<HostParent> looked)
    {
        List<string> unmatched = types.Unmatched.ToList();
        if (unmatched.Count == 0)
            return [];
        var finder = new ParentFinder(host, _ => { });
        List<HostParent> all = finder.Named(new NameFilter()).ToList();
        // Where this user may not look for parents, that was told, and a type is not called missing.
        return finder.Hidden is not null ? [] : unmatched.Where(name => !all.Exists(parent => Offers(parent, name))).Select(name => NotFound(name, looked, all));
    }

    /// <summary>The error for a type that none of these parents offers, with those that do or the ids that look most like it, and what they have where they list only what fits beside that.</summary>
    internal MdevException NotFound(string name, IReadOnlyList<HostParent> looked) =>
        NotFound(name, looked, new ParentFinder(host, _ => { }).Named(new NameFilter()).ToList());

    private static bool Offers(HostParent parent, string name) =>
        parent.Offers(name) || parent.TypeIds(_ => { }).Any(id => string.Equals(id, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The filter held against what parents offer. Names are only read where some pattern may be one and fits no id.
    /// </summary>
    internal static NameFilter Settle(NameFilter types, IReadOnlyCollection<HostParent> parents, CancellationToken cancel = default)
    {
        NameFilter settled = types.Settle(name => parents.Any(parent => parent.Offers(name)));
        if (!types.MayBeHumanNames || settled.IsAll || settled.ExactNames is not null)
            return settled;
        HashSet<string> ids = parents.SelectMany(parent => parent.TypeIds(_ => { })).ToHashSet();
        return settled.WithHumanNames(ids, new Lazy<IReadOnlyList<(string, string)>>(() => HumanNames(parents, cancel)));
    }

    /// <summary>The types of parents that have a human name, each once. What is broken beside them is told when it is listed.</summary>
    internal static IReadOnlyList<(string Type, string Name)> HumanNames(IEnumerable<HostParent> parents, CancellationToken cancel) =>
        parents.SelectMany(parent => parent.TypeNames(_ => { }, cancel)).Distinct().ToList();

    private MdevException NotFound(string name, IReadOnlyList<HostParent> looked, List<HostParent> all)
    {
        List<(string Type, string Name)> names = HumanNames(looked, CancellationToken.None).Where(type => type.Name != type.Type).ToList();
        string[] nearest = NearestTo(name, looked, names);
        List<HostParent> offering = all.FindAll(parent => Offers(parent, name));
        List<HostParent> mayOffer = looked.Where(parent => parent.MayOfferMore).DistinctBy(parent => parent.PhysicalPath).ToList();
        string where = looked.Count == 1 ? $"parent '{Printable.Text(looked[0].Name)}'"
            : looked.Count == all.Count ? $"host '{host.Root}'"
            : $"the {looked.Count} parents that were asked for on host '{host.Root}'";
        string offered = offering.Count == 0 ? "" : $" It is offered by: {string.Join(", ", offering.Select(parent => Printable.Text(parent.Name)).Take(3))}.";
        // What another physical device of the same model offers is a type of this one too.
        HashSet<string?> models = mayOffer.Count == 0 ? [] : offering.DistinctBy(parent => parent.PhysicalPath).Select(Model).ToHashSet();
        if (mayOffer.Exists(parent => Model(parent) is { } model && models.Contains(model)))
            return new MdevException(MdevError.NoCapacity, $"There is no room for a device of type '{Printable.Text(name)}' on {where}, where only types are listed that can be made now: {Having(mayOffer)}.{offered}") { Name = name };
        string[] ofThatName = names.Where(type => string.Equals(type.Name, name, StringComparison.OrdinalIgnoreCase))
            .Select(type => type.Type).Distinct().Order(NaturalOrder.Instance).ToArray();
        bool isPattern = name.AsSpan().IndexOfAny('*', '?') >= 0;
        string hint = isPattern ? " One type has to be named here, without wildcards."
            : offering.Count > 0 ? offered
            : ofThatName.Length > 0 ? $" That is a name, and here, as in every row and object, the type is told by its id: {string.Join(" or ", ofThatName.Select(n => Printable.Text(n)))}."
            : nearest.Length > 0 ? $" The nearest are: {string.Join(", ", nearest.Select(n => Printable.Text(n)))}."
            : mayOffer.Count > 0 ? ""
            : _parents.IsSupported ? " It offers no types at all."
            : _parents.Note;
        string unlisted = mayOffer.Count == 0 || isPattern ? "" : $" Only types are listed there that can be made now, and it may be one that does not fit now: {Having(mayOffer)}.";
        return new MdevException(MdevError.TypeNotFound, $"No type '{Printable.Text(name)}' is offered by {where}.{unlisted}{hint}") { Name = name };
    }

    private static string? Model(HostParent parent) => parent.Read(_ => { })?.PciId;

    // What physical devices have now, which decides what fits beside it.
    private static string Having(List<HostParent> ofEach)
    {
        const int Shown = 8;
        IEnumerable<string> devices = ofEach.OrderBy(parent => parent.PhysicalDevice, NaturalOrder.Instance).Take(Shown).Select(parent =>
        {
            IEnumerable<string> types = parent.Siblings(_ => { }).SelectMany(sibling => sibling.TypesInUse(_ => { })).GroupBy(type => type).OrderBy(type => type.Key, NaturalOrder.Instance)
                .Select(type => string.Create(CultureInfo.InvariantCulture, $"{type.Count()} x {Printable.Text(type.Key)}"));
            return $"{Printable.Text(parent.PhysicalDevice)} has {string.Join(", ", types.DefaultIfEmpty("no device"))}";
        });
        return string.Join("; ", devices) + (ofEach.Count > Shown ? $"; and {ofEach.Count - Shown} more" : "");
    }

    // The ids that look most like it, or whose human names do, each once.
    private static string[] NearestTo(string name, IReadOnlyList<HostParent> looked, IEnumerable<(string Type, string Name)> names)
    {
        Dictionary<string, string> idsByName = names.GroupBy(type => type.Name).ToDictionary(types => types.Key, types => types.First().Type);
        string[] known = looked.SelectMany(parent => parent.TypeIds(_ => { })).Concat(idsByName.Keys).Distinct().ToArray();
        return Nearest.To(name, known, known.Length)
            .Select(found => idsByName.TryGetValue(found, out string? id) ? (Id: id, Text: $"{id} ({found})") : (Id: found, Text: found))
            .DistinctBy(found => found.Id)
            .Take(3)
            .Select(found => found.Text)
            .ToArray();
    }
}

/// <summary>Finds the one type id that a request means: an id, or a human name as long as it stands for a single id.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken on the way.</param>
public sealed class TypeResolver(HostRoot host, Action<MdevException> report)
{
    /// <summary>The type id that is meant.</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.NotSupported"/>; <see cref="MdevError.TypeNotFound"/>, with the ids most like it; <see cref="MdevError.TypeAmbiguous"/>,
    /// with the ids that bear the name; <see cref="MdevError.ParentNotFound"/>.
    /// </exception>
    /// <param name="idOrName">The id or, where <paramref name="mayBeHumanName"/> says so, the name.</param>
    /// <param name="mayBeHumanName">Whether it may be a human name.</param>
    /// <param name="parentNames">The parents that come into question.</param>
    /// <param name="physicalDevices">The physical devices that come into question.</param>
    /// <param name="cancel">Stops the reading of names.</param>
    public string Resolve(string idOrName, bool mayBeHumanName, NameFilter parentNames, NameFilter physicalDevices, CancellationToken cancel = default)
    {
        List<MdevException> faults = [];
        var finder = new ParentFinder(host, faults.Add);
        finder.RequireSupport();
        List<HostParent> parents = finder.Named(parentNames, physicalDevices).ToList();
        if (parents.Count == 0 && faults.Count > 0)
        {
            faults.SkipLast(1).ToList().ForEach(report);
            throw faults[^1];
        }

        faults.ForEach(report);
        if (parents.Exists(parent => parent.Offers(idOrName)))
            return idOrName;
        if (parents.SelectMany(parent => parent.TypeIds(report)).FirstOrDefault(id => string.Equals(id, idOrName, StringComparison.OrdinalIgnoreCase)) is { } found)
            return found;

        // Only names are read of the types, and only where no id fits.
        string[] named = (mayBeHumanName ? TypeReader.HumanNames(parents, cancel) : [])
            .Where(type => string.Equals(type.Name, idOrName, StringComparison.OrdinalIgnoreCase))
            .Select(type => type.Type).Distinct().Order(NaturalOrder.Instance).ToArray();
        return named switch
        {
            [var only] => only,
            [] => throw new TypeReader(host, report).NotFound(idOrName, parents),
            _ => throw new MdevException(MdevError.TypeAmbiguous, $"The name '{Printable.Text(idOrName)}' stands for several type ids: {string.Join(", ", named.Select(n => Printable.Text(n)))}.") { Name = idOrName },
        };
    }
}
