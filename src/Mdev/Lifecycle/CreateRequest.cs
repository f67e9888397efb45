using Mdev.Attributes;
using Mdev.Placement;

namespace Mdev.Lifecycle;

/// <summary>Which devices to make.</summary>
public sealed record CreateRequest
{
    /// <summary>What they are and where they may go.</summary>
    public required PlacementRequest Placement { get; init; }

    /// <summary>How many.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Their UUIDs; empty for new ones.</summary>
    public IReadOnlyList<Guid> Uuids { get; init; } = [];

    /// <summary>The attributes that each new device is given, in this order.</summary>
    public IReadOnlyList<AttributeValue> Attributes { get; init; } = [];

    /// <summary>Whether idle devices of the type are handed out before new ones are made.</summary>
    public bool Reuse { get; init; }

    /// <summary>Whether none is made when not all can be.</summary>
    public bool AllOrNothing { get; init; }
}
