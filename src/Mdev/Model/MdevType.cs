using System.Globalization;
using System.Text.RegularExpressions;
using Mdev.Kernel;

namespace Mdev.Model;

/// <summary>
/// A type: one configuration that a parent can make devices of, as it was when it was read. Source: Documentation/ABI/testing/sysfs-bus-vfio-mdev.
/// </summary>
public sealed class MdevType : Snapshot
{
    /// <summary>The type id, which means the same configuration on every host, such as <c>nvidia-63</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The vendor's human name; not unique, and null on drivers that give none.</summary>
    public string? Name { get; init; }

    /// <summary>The parent that offers it.</summary>
    public required string Parent { get; init; }

    /// <summary>The physical device behind that parent.</summary>
    public required string PhysicalDevice { get; init; }

    /// <summary>By which interface the parent offers it: one of <see cref="MdevInterface"/>.</summary>
    public required string Interface { get; init; }

    /// <summary>The vendor driver, the first part of the type id.</summary>
    public string? Driver { get; init; }

    /// <summary>Which VFIO device a VM gets: <c>vfio-pci</c>, <c>vfio-ccw</c>, <c>vfio-ap</c> or <c>vfio-platform</c>.</summary>
    public string? DeviceApi { get; init; }

    /// <summary>How many more devices of this type the parent can make; often shared with its other types.</summary>
    public int? AvailableInstances { get; init; }

    /// <summary>The vendor's description, as the kernel gives it.</summary>
    public string? Description { get; init; }

    /// <summary>Graphics memory in bytes, as far as the description, the vendor's package or the name tells.</summary>
    public long? FramebufferBytes { get; init; }

    /// <summary>The same, in bytes; tables show it as <c>4 GiB</c>.</summary>
    public long? Memory => FramebufferBytes;

    /// <summary>The largest resolution, such as <c>1920x1200</c>, as far as the description or the vendor's package tells.</summary>
    public string? MaxResolution { get; init; }

    /// <summary>How many displays it has, as far as the description or the vendor's package tells.</summary>
    public int? Heads { get; init; }

    /// <summary>Frames per second that it is held to, from the description.</summary>
    public int? FrameRateLimit { get; init; }

    /// <summary>How many devices of this type one physical device can have, as far as the description or the vendor's package tells.</summary>
    public int? MaxInstances { get; init; }

    /// <summary>Its directory as the host sees it, without the root.</summary>
    public required string SysfsPath { get; init; }

    /// <summary>The root of the host it is on.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Type;
}

/// <summary>
/// The figures in a type's description. Understood are NVIDIA's line (<c>num_heads=4, frl_config=60, framebuffer=1024M, …</c>), GVT-g's
/// lines (<c>low_gm_size: 128MB</c> …) and the sentences of mdpy and mbochs; a figure that is not there, or is not understood, is null.
/// </summary>
internal readonly partial record struct TypeDescription(long? FramebufferBytes, string? MaxResolution, int? Heads, int? FrameRateLimit, int? MaxInstances)
{
    /// <summary>Why it cannot be known beforehand how many fit, in words; null where what the parents say is what they have.</summary>
    public string? Uncertainty { get; init; }

    /// <summary>Reads a description.</summary>
    public static TypeDescription Parse(string? text)
    {
        if (text is null)
            return default;
        Dictionary<string, string> values = [];
        foreach (Match match in Pair().Matches(text))
            values.TryAdd(match.Groups["key"].Value, match.Groups["value"].Value);

        // A GVT-g guest's graphics memory is in two parts, below and above what the CPU can reach.
        long? memory = Bytes(values.GetValueOrDefault("framebuffer"))
            ?? (Bytes(values.GetValueOrDefault("low_gm_size")) is { } low && Bytes(values.GetValueOrDefault("high_gm_size")) is { } high ? low + high : (long?)null)
            ?? (VideoMemory().Match(text) is { Success: true } sentence ? Bytes(sentence.Groups[1].Value) : null);
        string? resolution = Resolution(values.GetValueOrDefault("max_resolution") ?? values.GetValueOrDefault("resolution"))
            ?? (Framebuffer().Match(text) is { Success: true } display ? display.Groups[1].Value : null);
        return new TypeDescription(memory, resolution, Number(values, "num_heads"), Number(values, "frl_config"), Number(values, "max_instance"));
    }

    private static int? Number(Dictionary<string, string> values, string key) =>
        int.TryParse(values.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static string? Resolution(string? text) => text is not null && Size().IsMatch(text) ? text : null;

    // The vendors' M and MB are both 2^20 bytes.
    private static long? Bytes(string? text)
    {
        if (text is null || Memory().Match(text) is not { Success: true } match
            || !long.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            return null;
        int shift = match.Groups[2].Value switch { "K" => 10, "M" => 20, "G" => 30, _ => 0 };
        return number <= long.MaxValue >> shift ? number << shift : null;
    }

    [GeneratedRegex(@"(?<key>[a-z_]+)\s*[=:]\s*(?<value>[^,\s]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();

    [GeneratedRegex(@"^(\d+)\s*([KMG]?)B?$", RegexOptions.CultureInvariant)]
    private static partial Regex Memory();

    [GeneratedRegex(@"^\d+x\d+$", RegexOptions.CultureInvariant)]
    private static partial Regex Size();

    [GeneratedRegex(@"(\d+ [KMG]B) video memory", RegexOptions.CultureInvariant)]
    private static partial Regex VideoMemory();

    [GeneratedRegex(@"(\d+x\d+) framebuffer", RegexOptions.CultureInvariant)]
    private static partial Regex Framebuffer();
}
