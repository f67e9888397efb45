using Mdev.Definitions;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Simulation;

namespace Mdev.Comparison;

/// <summary>The hosts that are measured: simulated ones, of the sizes that the goals are stated for.</summary>
/// <param name="folder">Where they are made.</param>
public sealed class Trees(string folder)
{
    /// <summary>Each by its name, with what it has.</summary>
    public static IReadOnlyDictionary<string, string> Sizes { get; } = new Dictionary<string, string>
    {
        ["S"] = "1 parent × 3 types, 4 devices",
        ["P"] = "1 parent × 8 types, 64 devices",
        ["M"] = "16 parents × 8 types, 1,024 devices",
        ["L"] = "16 parents × 8 types, 8,192 devices",
        ["V"] = "256 virtual functions × 15 types, 256 devices",
        ["C"] = "512 CCW subchannels × 1 type, no devices",
        ["all"] = "every driver but the broken one, a device of every type that fits",
    };

    /// <summary>
    /// A host whose vGPUs are no mediated devices, which mdevctl cannot see: 8 GPUs with 32 functions each. Three have vGPUs, 36 in all, so that the lists
    /// of their other functions are short.
    /// </summary>
    public const string Functions = "N";

    /// <summary>How many virtual functions that host has.</summary>
    public const int FunctionCount = 256;

    /// <summary>A tree as M, where each device is defined too. It is no part of the others, because lists of devices tell what is defined.</summary>
    public const string Defined = "D";

    /// <summary>The root of a tree.</summary>
    public string RootOf(string tree) => Path.Combine(folder, tree);

    /// <summary>Makes them all.</summary>
    public void Make()
    {
        Fleet("S", parents: 1, types: 3, devices: 4);
        Fleet("P", parents: 1, types: 8, devices: 64);
        Fleet("M", parents: 16, types: 8, devices: 1024);
        Fleet("L", parents: 16, types: 8, devices: 8192);
        Fleet("V", parents: 256, types: 15, devices: 256, functions: 16);
        Fleet(Defined, parents: 16, types: 8, devices: 1024);
        DefineAll(HostOpener.Open(RootOf(Defined)));
        MakeFunctions();
        SimulatedHost.Create(["vfio_ccw"], RootOf("C"), new SimulationSizes { SubchannelCount = 512 });
        MakeOneOfEach(SimulatedHost.Create(SimulatedHost.Drivers.Except(["broken", "nvidia-l40s", "nvidia-mig", "nvidia-upstream"]), RootOf("all")).Root);
    }

    /// <summary>Makes a device of every type that still fits.</summary>
    public static void MakeOneOfEach(string root)
    {
        HostRoot host = HostOpener.Open(root);
        foreach (string type in new TypeReader(host, e => throw e).Read(new TypeQuery { Available = true }).Select(t => t.Type).Distinct().ToList())
        {
            // One type's devices take the room of another's: what does not fit is left out.
            var request = new CreateRequest { Placement = new PlacementRequest { Type = type } };
            _ = new DeviceAllocator(host, _ => { }, (_, _) => Decision.Make).Make(request, CancellationToken.None).Count();
        }
    }

    private void MakeFunctions()
    {
        HostRoot host = HostOpener.Open(SimulatedHost.Create(["nvidia-l40s"], RootOf(Functions), new SimulationSizes { GpuCount = 8, FunctionCount = FunctionCount / 8 }).Root);
        // The floor reads the driver's lists; the file has the types that they leave out.
        File.Delete($"{host.Root}/usr/share/nvidia/vgpu/vgpuConfig.xml");
        var request = new CreateRequest { Placement = new PlacementRequest { Type = "nvidia-1150", Policy = PlacementPolicy.Pack }, Count = 36 };
        if (new DeviceAllocator(host, e => throw e, (_, _) => Decision.Make).Make(request, CancellationToken.None).Count() != request.Count)
            throw new InvalidOperationException("Not all vGPUs of the tree were made.");
    }

    private static void DefineAll(HostRoot host)
    {
        var editor = new DefinitionEditor(host, callouts: null);
        foreach (MdevDevice device in new DeviceReader(host, e => throw e).Read(new DeviceQuery()))
            editor.Define(new NewDefinition { Uuid = device.Uuid, Type = device.Type!, Parent = device.Parent, Interface = device.Interface });
        // mdevctl wants them there.
        foreach (string kind in new[] { "callouts", "notifiers" })
            Directory.CreateDirectory($"{host.Root}/etc/mdevctl.d/scripts.d/{kind}");
    }

    private void Fleet(string tree, int parents, int types, int devices, int? functions = null) => SimulatedHost.Create(
        ["fleet"],
        RootOf(tree),
        new SimulationSizes { ParentCount = parents, TypeCount = types, DeviceCount = devices, FunctionCount = functions });
}
