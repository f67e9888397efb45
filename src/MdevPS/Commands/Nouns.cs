using Mdev.Model;
using Mdev.Placement;
using Mdev.Vfio;
using Mdev.VirtualMachines;

namespace MdevPS.Commands;

/// <summary>The nouns of our cmdlets.</summary>
internal static class Nouns
{
    public const string Parent = "MdevParent";
    public const string Type = "MdevType";
    public const string Device = "MdevDevice";
    public const string Attribute = "MdevAttribute";
    public const string VfioInfo = "MdevVfioInfo";
    public const string QemuArgument = "MdevQemuArgument";
    public const string LibvirtXml = "MdevLibvirtXml";
    public const string Placement = "MdevPlacement";
    public const string Simulation = "MdevSimulation";
}
