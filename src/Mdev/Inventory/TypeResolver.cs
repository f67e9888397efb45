using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

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
