using System.Collections.Concurrent;
using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>Finds and reads the types that the parents of a host offer. A filter on type ids reads no file of another type.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
public sealed class TypeReader(HostRoot host, Action<MdevException> report)
{
    private readonly ParentPlaces _parents = new(host, report);

    /// <summary>Reads the types, parent by parent, a little ahead of what is asked for.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancel">Ends the reading before the next type, since a vendor may take its time over each.</param>
    public IEnumerable<MdevType> Read(TypeQuery query, CancellationToken cancel = default)
    {
        List<ParentPlace> places = _parents.Named(query.Parents).ToList();
        NameFilter types = Settle(query.Types, places);
        foreach (MdevType type in OfParents(places, types, query, cancel))
            yield return type;
        if (cancel.IsCancellationRequested)
            yield break;
        if (places.Count == 0 && !query.Parents.IsAll)
            yield break;
        foreach (string name in types.Unmatched)
            report(TypeNotFound(name, places));
        foreach (string name in query.Names.Unmatched)
            report(new MdevException(MdevError.TypeNotFound, $"No type that was looked at on host '{host.Root}' has the name '{Printable.Text(name)}'.") { Name = name });
    }

    /// <summary>Where the types of these ids are, without a look at their files.</summary>
    internal IEnumerable<(ParentPlace Place, string Type)> Places(NameFilter parents, NameFilter ids)
    {
        List<ParentPlace> places = _parents.Named(parents).ToList();
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
        // What is broken among them was told when the places were looked for.
        List<ParentPlace> all = new ParentPlaces(host, _ => { }).Named(new NameFilter()).ToList();
        string[] offering = all.Where(place => HasType(place, name)).Select(place => Printable.Text(place.Name)).Take(3).ToArray();
        string hint = name.AsSpan().IndexOfAny('*', '?') >= 0 ? " One type has to be named here, without wildcards."
            : offering.Length > 0 ? $" It is offered by: {string.Join(", ", offering)}."
            : nearest.Length > 0 ? $" The nearest are: {string.Join(", ", nearest.Select(n => Printable.Text(n)))}."
            : _parents.IsSupported ? " It offers no types at all."
            : _parents.Note;
        string where = places.Count == 1 ? $"parent '{Printable.Text(places[0].Name)}'"
            : places.Count == all.Count ? $"host '{host.Root}'"
            : $"the {places.Count} parents that were asked for on host '{host.Root}'";
        return new MdevException(MdevError.TypeNotFound, $"No type '{Printable.Text(name)}' is offered by {where}.{hint}") { Name = name };
    }

    /// <summary>Whether a parent offers exactly this type id.</summary>
    internal bool HasType(ParentPlace place, string type) => NamePattern.IsName(type) && host.HasDirectory($"{place.TypesPath}/{type}");

    private NameFilter Settle(NameFilter types, List<ParentPlace> places) => types.Settle(name => places.Exists(place => HasType(place, name)));

    // Reading an attribute is a driver's work, and one parent's need not wait for another's. Faults are told on the caller's thread, in
    // the order of the parents.
    private IEnumerable<MdevType> OfParents(List<ParentPlace> places, NameFilter types, TypeQuery query, CancellationToken cancel)
    {
        var descriptions = new ConcurrentDictionary<string, TypeDescription>();
        if (places.Count == 1 || Environment.ProcessorCount == 1)
            return places.SelectMany(place => new ParentTypes(host, place, descriptions, report).Read(types, query, cancel));
        return ReadAhead.Of(places, place =>
        {
            var faults = new List<MdevException>();
            return (Types: new ParentTypes(host, place, descriptions, faults.Add).Read(types, query, cancel).ToList(), Faults: faults);
        }).SelectMany(found =>
        {
            found.Faults.ForEach(report);
            return found.Types;
        });
    }
}
