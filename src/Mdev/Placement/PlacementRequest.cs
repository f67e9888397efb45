using System.Diagnostics.CodeAnalysis;
using Mdev.Model;

namespace Mdev.Placement;

/// <summary>What is to be placed, and by which rules.</summary>
public sealed record PlacementRequest
{
    /// <summary>The type id.</summary>
    public required string Type { get; init; }

    /// <summary>The parents to choose from.</summary>
    public NameFilter Parents { get; init; } = new();

    /// <summary>The physical devices behind those parents.</summary>
    public NameFilter PhysicalDevices { get; init; } = new();

    /// <summary>How a parent is chosen among several with room.</summary>
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

/// <summary>
/// Where a device will go, and why. Of a plan of several, the first stands on what the kernel reports; for the later ones the earlier
/// ones are counted in, which is an estimate.
/// </summary>
public sealed class MdevPlacement : Snapshot
{
    /// <summary>Makes one of which nothing is known yet.</summary>
    public MdevPlacement()
    {
    }

    /// <summary>Makes a copy, of which something else can then be said.</summary>
    [SetsRequiredMembers]
    public MdevPlacement(MdevPlacement other)
    {
        Order = other.Order;
        Type = other.Type;
        Parent = other.Parent;
        Reuses = other.Reuses;
        PhysicalDevice = other.PhysicalDevice;
        NumaNode = other.NumaNode;
        RoomBefore = other.RoomBefore;
        RoomAfter = other.RoomAfter;
        Reason = other.Reason;
        Root = other.Root;
    }

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

    /// <summary>How many devices of the type the physical device has room for before; null when that cannot be known.</summary>
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
