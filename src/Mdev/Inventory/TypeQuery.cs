namespace Mdev.Inventory;

/// <summary>Which types are asked for.</summary>
public sealed record TypeQuery
{
    /// <summary>The type ids.</summary>
    public NameFilter Types { get; init; } = new();

    /// <summary>The human names.</summary>
    public NameFilter Names { get; init; } = new();

    /// <summary>The parents that offer them.</summary>
    public NameFilter Parents { get; init; } = new();

    /// <summary>Only types of which the parent can make one more.</summary>
    public bool Available { get; init; }
}
