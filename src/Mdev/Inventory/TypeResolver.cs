using Mdev.Kernel;

namespace Mdev.Inventory;

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
    public string Resolve(string idOrName, NameFilter parents, CancellationToken cancel = default)
    {
        new ParentReader(host, report).RequireSupport();
        MdevException? parentFault = null;
        List<ParentPlace> places = new ParentPlaces(host, e => parentFault = e).Named(parents).ToList();
        if (places.Count == 0 && parentFault is not null)
            throw parentFault;
        var types = new TypeReader(host, report);
        if (places.Exists(place => types.HasType(place, idOrName)))
            return idOrName;

        List<string> ids = places.SelectMany(new ParentPlaces(host, report).TypeNames).Distinct().ToList();
        if (ids.Find(id => string.Equals(id, idOrName, StringComparison.OrdinalIgnoreCase)) is { } found)
            return found;
        string[] named = types.Read(new TypeQuery { Parents = parents }, cancel)
            .Where(t => string.Equals(t.Name, idOrName, StringComparison.OrdinalIgnoreCase))
            .Select(t => t.Type).Distinct().Order(NaturalOrder.Instance).ToArray();
        return named switch
        {
            [var only] => only,
            [] => throw types.TypeNotFound(idOrName, places),
            _ => throw new MdevException(MdevError.TypeAmbiguous, $"The name '{Printable.Text(idOrName)}' stands for several type ids: {string.Join(", ", named.Select(n => Printable.Text(n)))}.") { Name = idOrName },
        };
    }
}
