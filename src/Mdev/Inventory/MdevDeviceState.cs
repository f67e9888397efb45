namespace Mdev.Inventory;

/// <summary>The state of a mediated device.</summary>
public enum MdevDeviceState
{
    /// <summary>Bound to its driver and ready for a VM.</summary>
    Active,

    /// <summary>Its driver was unbound; only removing it helps.</summary>
    Unbound,

    /// <summary>Gone from the bus while its directory is still there: a removal waits for whoever holds it open.</summary>
    Removing,
}
