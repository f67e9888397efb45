using System.Globalization;
using Mdev.Kernel;

namespace Mdev.Simulation.Drivers;

/// <summary>Intel's GVT-g: virtual GPUs that share the graphics aperture of the integrated one (drivers/gpu/drm/i915/gvt/vgpu.c).</summary>
/// <param name="generation">The number in its type ids: 4 with an aperture of 256 MB, 5 with one of 1 GB.</param>
/// <param name="withNames">Whether its types have a name, which the mdev core asks for since Linux 6.1.</param>
internal sealed class I915Driver(int generation, bool withNames) : SimulatedMdevDriver
{
    // Low and high graphics memory in MB, resolution and weight, by the last number of the type id.
    private static readonly (int Share, int Low, int High, string Resolution, int Weight)[] s_types =
        [(8, 64, 384, "1024x768", 2), (4, 128, 512, "1920x1200", 4), (2, 256, 1024, "1920x1200", 8), (1, 512, 2048, "1920x1200", 16)];

    public override string DriverString => "i915";

    public override string MdevDriver => "intel_vgpu_mdev";

    public override int Available(SimulatedParent parent, string type) =>
        (Megabytes(Generation(type)) - parent.TypesInUse.Sum(LowMegabytes)) / LowMegabytes(type);

    public override void AddDeviceAttributes(SimulatedTree tree, string device, string uuid, SimulatedParent parent, string type)
    {
        tree.AddDirectory($"{device}/intel_vgpu");
        tree.AddReadOnly($"{device}/intel_vgpu/vgpu_id", $"{parent.TypesInUse.Count + 1}\n");
    }

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        host.AddDriver(MdevDriver);
        // The integrated GPU is always 00:02.0; two generations on one host have a PCI domain each.
        PciFunction gpu = Enumerable.Range(0, 2)
            .Select(domain => new PciFunction($"{domain:x4}:00:02.0", 0x8086, generation == 5 ? 0x5912 : 0x1616, 0x030000, NumaNode: -1))
            .First(function => !host.Tree.HasDirectory(function.SysfsPath));
        PciBus.AddTo(host.Tree, gpu, DriverString);
        // A type that does not fit even once is not offered.
        host.Register(gpu.SysfsPath, s_types.Where(t => t.Low <= Megabytes(generation)).Select(t =>
        {
            string id = $"i915-GVTg_V{generation}_{t.Share}";
            return new SimulatedType(
                id, withNames ? $"GVTg_V{generation}_{t.Share}" : null, $"low_gm_size: {t.Low}MB\nhigh_gm_size: {t.High}MB\nfence: 4\nresolution: {t.Resolution}\nweight: {t.Weight}");
        }));
    }

    // What the aperture leaves to guests once the host has its part.
    private static int Megabytes(int generation) => generation == 5 ? 448 : 128;

    private static int Generation(string type) => type.Contains("_V5_", StringComparison.Ordinal) ? 5 : 4;

    private static int LowMegabytes(string type) =>
        Array.Find(s_types, t => t.Share == int.Parse(type[(type.LastIndexOf('_') + 1)..], CultureInfo.InvariantCulture)).Low;
}
