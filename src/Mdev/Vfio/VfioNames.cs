namespace Mdev.Vfio;

/// <summary>What the bits and indexes of VFIO stand for. Source: linux/vfio.h (VFIO_DEVICE_FLAGS_*, VFIO_PCI_*_INDEX, VFIO_CCW_*, VFIO_AP_*).</summary>
internal static class VfioNames
{
    public const uint ResetFlag = 1 << 0;

    private static readonly string[] s_apiByBit = ["", "vfio-pci", "vfio-platform", "vfio-amba", "vfio-ccw", "vfio-ap", "vfio-fsl-mc"];
    private static readonly string[] s_pciRegions = ["BAR0", "BAR1", "BAR2", "BAR3", "BAR4", "BAR5", "ROM", "Config", "VGA"];
    private static readonly string[] s_pciInterrupts = ["INTx", "MSI", "MSI-X", "Error", "Request"];
    private static readonly string[] s_ccwRegions = ["Config"];
    private static readonly string[] s_ccwInterrupts = ["IO", "CRW", "Request"];
    private static readonly string[] s_apInterrupts = ["Request", "Config"];

    /// <summary>The device API that flags stand for; null when it is none of those known.</summary>
    public static string? Api(uint flags) => s_apiByBit.Where((_, bit) => bit > 0 && (flags & (1u << bit)) != 0).FirstOrDefault();

    /// <summary>The flag of a device API; 0 when it is none of those known.</summary>
    public static uint Flag(string? api) => Array.IndexOf(s_apiByBit, api) is > 0 and var bit ? 1u << bit : 0;

    public static string? Region(string? api, int index) => (api switch { "vfio-pci" => s_pciRegions, "vfio-ccw" => s_ccwRegions, _ => [] }).ElementAtOrDefault(index);

    public static string? Interrupt(string? api, int index) =>
        (api switch { "vfio-pci" => s_pciInterrupts, "vfio-ccw" => s_ccwInterrupts, "vfio-ap" => s_apInterrupts, _ => [] }).ElementAtOrDefault(index);
}
