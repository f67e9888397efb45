namespace Mdev.Inventory;

/// <summary>Which devices are asked for.</summary>
public sealed record DeviceQuery
{
    /// <summary>Their UUIDs; empty for all.</summary>
    public IReadOnlyList<Guid> Uuids { get; init; } = [];

    /// <summary>Their type ids.</summary>
    public NameFilter Types { get; init; } = new();

    /// <summary>Their parents.</summary>
    public NameFilter Parents { get; init; } = new();
}
