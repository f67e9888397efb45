namespace Mdev.Placement;

/// <summary>
/// Where a device will go, and why. Of a plan of several, the first stands on what the kernel reports; for the later ones the earlier
/// ones are counted in, which is an estimate.
/// </summary>
public sealed record MdevPlacement
{
    /// <summary>Its place in the plan, from 1.</summary>
    public required int Order { get; init; }

    /// <summary>The type id.</summary>
    public required string Type { get; init; }

    /// <summary>The parent that gets the device.</summary>
    public required string Parent { get; init; }

    /// <summary>The UUID of the idle device that is handed out again; null when one is made.</summary>
    public Guid? Reuses { get; init; }

    /// <summary>The physical device that the parent is, or is a virtual function of.</summary>
    public required string PhysicalDevice { get; init; }

    /// <summary>The NUMA node of the parent.</summary>
    public int? NumaNode { get; init; }

    /// <summary>How many devices of the type the physical device has room for before; null when the kernel would not say.</summary>
    public int? RoomBefore { get; init; }

    /// <summary>How many it has room for afterwards, an estimate.</summary>
    public int? RoomAfter { get; init; }

    /// <summary>Why this one.</summary>
    public required string Reason { get; init; }

    /// <summary>The root of the host.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Type} on {Parent}";
}
