using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Interfaces.VendorVfio;

/// <summary>What is known of a vGPU type of a GPU.</summary>
/// <param name="Name">Its name, such as <c>NVIDIA L40S-4Q</c>; null where nothing tells it.</param>
/// <param name="Description">Its figures.</param>
internal sealed record VgpuProfile(string? Name, TypeDescription Description)
{
    private static readonly ConcurrentDictionary<string, VgpuProfile> s_byName = new();
    private const int MostNames = 4096;
    private const int LongestName = 128;

    /// <summary>A type of which only the name is known.</summary>
    public static VgpuProfile Named(string? name)
    {
        // Hundreds of functions offer the same types. What no driver writes is not kept.
        if (name?.Length > LongestName)
            return OfName(name);
        if (s_byName.Count > MostNames)
            s_byName.Clear();
        return s_byName.GetOrAdd(name ?? "", OfName);
    }

    private static VgpuProfile OfName(string name) => new(name.Length == 0 ? null : name, new TypeDescription(VgpuName.FramebufferBytes(name), null, null, null, null)
    {
        Uncertainty = VgpuName.IsOnInstance(name) ? "its GPU instances (MIG) decide how many fit, which only the driver's answer tells" : null,
    });
}

/// <summary>Type ids: the number that sysfs takes behind the name of the vendor's driver, as the mediated device core makes them of the same numbers.</summary>
internal static class VgpuId
{
    /// <summary>The vendor driver, the first part of the type ids.</summary>
    public const string Vendor = "nvidia";

    public static string Of(int number) => $"{Vendor}-{number}";

    /// <summary>The number in a type id; null when it is none.</summary>
    public static int? Number(string type) =>
        type.StartsWith($"{Vendor}-", StringComparison.Ordinal)
        && int.TryParse(type.AsSpan(Vendor.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && Of(number) == type && number > 0
            ? number
            : null;
}

/// <summary>
/// The lines of <c>creatable_vgpu_types</c>: a number, a colon and a name. NVIDIA's driver writes a header above them, the upstream one writes none; a line
/// that is no row is passed over, and no rows at all is an answer as well: that nothing more can be made.
/// </summary>
internal static class CreatableTypes
{
    private static readonly ConcurrentDictionary<string, IReadOnlyDictionary<int, string>> s_understood = new();
    private const int MostUnderstood = 256;
    private const int LongestAttribute = 4096;

    // The functions of a GPU, and of GPUs of one kind, list the same. What no attribute of sysfs can hold is not kept.
    public static IReadOnlyDictionary<int, string> Parse(string text)
    {
        if (text.Length > LongestAttribute)
            return Understand(text);
        if (s_understood.Count > MostUnderstood)
            s_understood.Clear();
        return s_understood.GetOrAdd(text, Understand);
    }

    private static Dictionary<int, string> Understand(string text)
    {
        var rows = new Dictionary<int, string>();
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':');
            if (colon > 0 && int.TryParse(line.AsSpan(0, colon).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && line[(colon + 1)..].Trim() is { Length: > 0 } name)
                rows.TryAdd(number, name);
        }

        return rows;
    }
}

/// <summary>
/// What the end of a vGPU's name says (NVIDIA's Virtual GPU Software User Guide, "Virtual GPU Types"): <c>L40S-4Q</c> has 4 GB, <c>T4-0Q</c> half a GB, and
/// <c>DC-1-24Q</c> 24 GB on a GPU instance of one slice.
/// </summary>
internal static partial class VgpuName
{
    public static long? FramebufferBytes(string? name)
    {
        if (name is null || Profile().Match(name) is not { Success: true } match
            || !int.TryParse(match.Groups["size"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int gigabytes))
            return null;
        return gigabytes == 0 ? 512L << 20 : (long)gigabytes << 30;
    }

    /// <summary>Why a GPU that is divided has no room for a type without a GPU instance.</summary>
    public const string NeedsUndivided = "its GPU is divided into GPU instances (MIG), and the type is for an undivided GPU";

    /// <summary>Why there is no room for a type that is made on a GPU instance.</summary>
    public const string NeedsInstance = "the type needs a GPU instance (MIG) of its size, and none is left";

    /// <summary>What an empty list of a GPU without a vGPU may mean.</summary>
    public const string ListsNothing = "the driver lists nothing, though the GPU has no vGPU; with MIG on, GPU instances have to be made first";

    /// <summary>Whether vGPUs of it are made on GPU instances (MIG).</summary>
    public static bool IsOnInstance(string? name) => name is not null && Profile().Match(name).Groups["slices"].Success;

    [GeneratedRegex(@"-((?<slices>\d+)-)?(?<size>\d+)[ABCQ](\d|ME|NOME|MEALL|GFX)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Profile();
}

/// <summary>
/// What NVIDIA's package for hosts says of its types in <c>vgpuConfig.xml</c>: their figures, and which GPU has how many of which. It is read once for a
/// host. A file that is broken, too large or asks for entities is told once, and then counts as absent.
/// </summary>
internal sealed class VgpuConfig
{
    internal const string Path = "/usr/share/nvidia/vgpu/vgpuConfig.xml";

    // The real one has about a megabyte.
    private const long MostCharacters = 16 << 20;

    // It has four levels, some hundred GPUs, and some thousand types.
    private const int MostLevels = 32;
    private const int MostGpus = 4096;
    private const int MostTypes = 16384;
    private const int MostTypesOfGpu = 1024;

    private static readonly ConditionalWeakTable<HostRoot, VgpuConfig> s_ofHosts = new();

    private readonly Dictionary<int, VgpuProfile> _types = [];
    private readonly List<ConfiguredGpu> _gpus = [];
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<int, VgpuProfile>?> _byPhysicalPath = new();
    private MdevException? _fault;

    /// <summary>The types of the GPU in a directory, by their numbers; null when the file does not say.</summary>
    /// <param name="host">The host.</param>
    /// <param name="physicalPath">The directory of the physical function.</param>
    /// <param name="report">Told of a file that cannot be understood, once for a host; null where the caller tells nobody, so that another is told.</param>
    public static IReadOnlyDictionary<int, VgpuProfile>? TypesOf(HostRoot host, string physicalPath, Action<MdevException>? report)
    {
        VgpuConfig config = s_ofHosts.GetValue(host, Read);
        if (report is not null && Interlocked.Exchange(ref config._fault, null) is { } fault)
            report(fault);
        return config._gpus.Count == 0 ? null : config._byPhysicalPath.GetOrAdd(physicalPath, path => config.Find(host, path));
    }

    private static VgpuConfig Read(HostRoot host)
    {
        var config = new VgpuConfig();
        try
        {
            using Stream? file = host.Files.OpenStream(Path);
            if (file is not null)
                config.Read(file);
        }
        catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException or MdevException)
        {
            config = new VgpuConfig();
            config._fault = new MdevException(
                MdevError.BrokenEntry, $"'{host.OnMachine(Path)}' is passed over, so that less is known of types: {Printable.Text(e.Message.TrimEnd('.'), 200)}.", host.OnMachine(Path), e);
        }

        return config;
    }

    private void Read(Stream file)
    {
        // Nothing is fetched, and nothing is expanded.
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MostCharacters,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
        };
        using var reader = XmlReader.Create(file, settings);
        _ = reader.MoveToContent();
        if (reader.LocalName != "vgpuconfig")
            throw new XmlException($"its root is <{Printable.Text(reader.LocalName, 40)}> and not <vgpuconfig>");
        var parts = new ConfigReader(this);
        while (reader.Read())
        {
            if (reader.Depth > MostLevels)
                throw new XmlException($"it has more than {MostLevels} levels");
            if (reader.NodeType == XmlNodeType.Element)
                parts.Begin(reader.LocalName, reader.GetAttribute);
            else if (reader.NodeType == XmlNodeType.Text)
                parts.Text(reader.Value);
        }

        parts.End();
    }

    // An id that the file does not name, or names 0, is any. The entry that says most about the GPU is its own.
    private Dictionary<int, VgpuProfile>? Find(HostRoot host, string physicalPath)
    {
        using DirectoryHandle? directory = new AttributeReader(_ => { }).Try(() => host.Files.OpenDirectory(physicalPath));
        if (directory is null)
            return null;
        int?[] ids = Array.ConvertAll(["vendor", "device", "subsystem_vendor", "subsystem_device"], name => Number(new AttributeReader(_ => { }).Text(directory, name)));
        // A GPU that does not say which it is could be any of the file's.
        if (ids[0] is null || ids[1] is null)
            return null;
        ConfiguredGpu? gpu = _gpus.Where(gpu => gpu.Ids[1] != 0 && gpu.Ids.Zip(ids).All(pair => pair.First == 0 || pair.Second is null || pair.First == pair.Second)).MaxBy(gpu => gpu.Ids.Count(id => id != 0));
        return gpu?.MostByType.ToDictionary(entry => entry.Key, entry => WithMost(entry.Key, entry.Value));
    }

    private VgpuProfile WithMost(int number, int? most) =>
        _types.TryGetValue(number, out VgpuProfile? type) ? type with { Description = type.Description with { MaxInstances = most } } : VgpuProfile.Named(null);

    private static int? Number(string? text) => LongNumber(text) is >= 0 and <= int.MaxValue and var number ? (int)number : null;

    private static long? LongNumber(string? text)
    {
        if (text is null)
            return null;
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return long.TryParse(isHex ? text.AsSpan(2) : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= 0 ? number : null;
    }

    // A GPU by vendor, device and subsystem ids, and how many of each type it can have.
    private sealed record ConfiguredGpu(int[] Ids, Dictionary<int, int?> MostByType);

    // The elements as they come: a type or a GPU begins, and what follows is of it until the next begins.
    private sealed class ConfigReader(VgpuConfig config)
    {
        private static readonly string[] s_ids = ["vendorId", "deviceId", "subsystemVendorId", "subsystemId"];

        private int? _number;
        private VgpuProfile? _type;
        private ConfiguredGpu? _gpu;
        private int? _supported;
        private string _element = "";

        public void Begin(string element, Func<string, string?> attribute)
        {
            _element = element;
            switch (element)
            {
                case "vgpuType":
                    End();
                    (_number, _type) = (Number(attribute("id")), VgpuProfile.Named(attribute("name") is { Length: > 0 } name ? name : null));
                    break;
                case "pgpu":
                    End();
                    Require(config._gpus.Count, MostGpus, "GPUs");
                    config._gpus.Add(_gpu = new ConfiguredGpu(new int[4], []));
                    break;
                case "devId" when _gpu is not null:
                    for (int i = 0; i < 4; i++)
                        _gpu.Ids[i] = Number(attribute(s_ids[i])) ?? 0;
                    break;
                case "supportedVgpu" when _gpu is not null:
                    _supported = Number(attribute("vgpuId"));
                    Require(_gpu.MostByType.Count, MostTypesOfGpu, "types of one GPU");
                    if (_supported is > 0 and var number)
                        _gpu.MostByType.TryAdd(number, null);
                    break;
                case "display" when _type is { Description.MaxResolution: null } && Number(attribute("width")) is { } width && Number(attribute("height")) is { } height:
                    _type = _type with { Description = _type.Description with { MaxResolution = $"{width}x{height}" } };
                    break;
            }
        }

        public void Text(string value)
        {
            switch (_element)
            {
                case "profileSize" when _type is not null && LongNumber(value.Trim()) is { } bytes:
                    _type = _type with { Description = _type.Description with { FramebufferBytes = bytes } };
                    break;
                case "numHeads" when _type is not null && Number(value.Trim()) is { } heads:
                    _type = _type with { Description = _type.Description with { Heads = heads } };
                    break;
                case "maxVgpus" when _supported is > 0 and var number && Number(value.Trim()) is > 0 and var most:
                    _gpu!.MostByType[number] = most;
                    break;
            }
        }

        public void End()
        {
            if (_type is not null && _number is > 0 and var number)
            {
                Require(config._types.Count, MostTypes, "types");
                config._types.TryAdd(number, _type);
            }

            (_number, _type, _gpu, _supported) = (null, null, null, null);
        }

        private static void Require(int count, int most, string what)
        {
            if (count >= most)
                throw new XmlException($"it has more than {most} {what}");
        }
    }
}
