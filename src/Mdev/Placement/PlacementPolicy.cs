namespace Mdev.Placement;

/// <summary>How a parent is chosen among several with room.</summary>
public enum PlacementPolicy
{
    /// <summary>The physical device with the largest free share first: load evenly.</summary>
    Spread,

    /// <summary>The physical device with the smallest free share that still has room first: keep others empty.</summary>
    Pack,
}
