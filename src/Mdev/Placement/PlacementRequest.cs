using Mdev.Model;

namespace Mdev.Placement;

/// <summary>What is to be placed, and by which rules.</summary>
public sealed record PlacementRequest
{
    /// <summary>The type id.</summary>
    public required string Type { get; init; }

    /// <summary>The parents to choose from.</summary>
    public NameFilter Parents { get; init; } = new();

    /// <summary>The policy.</summary>
    public PlacementPolicy Policy { get; init; } = PlacementPolicy.Spread;

    /// <summary>The NUMA node to prefer; null for none.</summary>
    public int? NumaNode { get; init; }

    /// <summary>Whether another NUMA node than the preferred one will not do.</summary>
    public bool StrictNuma { get; init; }

    /// <summary>Whether a physical device is on a NUMA node that will do.</summary>
    internal bool Allows(Candidate device) => !StrictNuma || NumaNode is null || device.NumaNode == NumaNode;
}

/// <summary>How a parent is chosen among several with room.</summary>
public enum PlacementPolicy
{
    /// <summary>The physical device with the largest free share first: load evenly.</summary>
    Spread,

    /// <summary>The physical device with the smallest free share that still has room first: keep others empty.</summary>
    Pack,
}
