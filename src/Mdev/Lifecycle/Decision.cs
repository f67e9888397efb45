namespace Mdev.Lifecycle;

/// <summary>What is to be done with a device that could be made now.</summary>
public enum Decision
{
    /// <summary>Make it.</summary>
    Make,

    /// <summary>Leave it out; its place is free for another.</summary>
    Leave,

    /// <summary>Act as if it had been made, so that the places of the others come out as they would.</summary>
    Pretend,
}
