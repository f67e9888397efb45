using System.Globalization;
using System.Text.RegularExpressions;
using Mdev.Kernel;

namespace Mdev.Model;

/// <summary>
/// The figures in a type's description. Understood are NVIDIA's line (<c>num_heads=4, frl_config=60, framebuffer=1024M, …</c>), GVT-g's
/// lines (<c>low_gm_size: 128MB</c> …) and the sentences of mdpy and mbochs; a figure that is not there, or is not understood, is null.
/// </summary>
internal readonly partial record struct TypeDescription(long? FramebufferBytes, string? MaxResolution, int? Heads, int? FrameRateLimit, int? MaxInstances)
{
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
