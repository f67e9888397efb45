namespace MdevPS.Commands;

/// <summary>The nouns of our cmdlets.</summary>
internal static class Nouns
{
    public const string Parent = "MdevParent";
    public const string Type = "MdevType";
    public const string Device = "MdevDevice";
    public const string Attribute = "MdevAttribute";
    public const string Placement = "MdevPlacement";
    public const string Simulation = "MdevSimulation";
}
