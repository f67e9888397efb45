using Mdev.Inventory;
using Mdev.Kernel;

namespace Mdev.Attributes;

/// <summary>Which things a request for attributes is about: devices where UUIDs are given, else types where type ids are, else parents.</summary>
public sealed record AttributeOwners
{
    /// <summary>UUIDs of devices.</summary>
    public IReadOnlyList<Guid> Uuids { get; init; } = [];

    /// <summary>Type ids: those themselves, or those that the devices must be of.</summary>
    public NameFilter Types { get; init; } = new();

    /// <summary>Parents: those themselves, or those of the types or devices.</summary>
    public NameFilter Parents { get; init; } = new();

    /// <summary>Finds them. Where nothing at all is named, it is about everything: parents, types and devices.</summary>
    public IEnumerable<AttributeOwner> On(HostRoot host, Action<MdevException> report)
    {
        bool isAll = Uuids.Count == 0 && Types.IsAll && Parents.IsAll;
        IEnumerable<AttributeOwner> owners = [];
        if (isAll || (Uuids.Count == 0 && Types.IsAll))
            owners = owners.Concat(ParentsOn(host, report));
        if (isAll || (Uuids.Count == 0 && !Types.IsAll))
            owners = owners.Concat(TypesOn(host, report));
        if (isAll || Uuids.Count > 0)
            owners = owners.Concat(new DeviceReader(host, report).Read(new DeviceQuery { Uuids = Uuids, Types = Types, Parents = Parents }).Select(AttributeOwner.Of));
        return owners;
    }

    private IEnumerable<AttributeOwner> ParentsOn(HostRoot host, Action<MdevException> report) =>
        new ParentPlaces(host, report).Named(Parents).Select(place => new AttributeOwner(null, null, place.Name, place.SysfsPath));

    private IEnumerable<AttributeOwner> TypesOn(HostRoot host, Action<MdevException> report) =>
        new TypeReader(host, report).Places(Parents, Types).Select(found => new AttributeOwner(null, found.Type, found.Place.Name, $"{found.Place.TypesPath}/{found.Type}"));
}
