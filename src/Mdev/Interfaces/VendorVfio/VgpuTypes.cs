using System.Globalization;
using System.Text.RegularExpressions;
using Mdev.Model;

namespace Mdev.Interfaces.VendorVfio;

/// <summary>What is known of a vGPU type of a GPU.</summary>
/// <param name="Name">Its name, such as <c>NVIDIA L40S-4Q</c>; null where nothing tells it.</param>
/// <param name="Description">Its figures.</param>
internal sealed record VgpuProfile(string? Name, TypeDescription Description)
{
    /// <summary>A type of which only the name is known.</summary>
    public static VgpuProfile Named(string? name) => new(name, new TypeDescription(VgpuName.FramebufferBytes(name), null, null, null, null)
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
    public static Dictionary<int, string> Parse(string text)
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

    /// <summary>Whether vGPUs of it are made on GPU instances (MIG).</summary>
    public static bool IsOnInstance(string? name) => name is not null && Profile().Match(name).Groups["slices"].Success;

    [GeneratedRegex(@"-((?<slices>\d+)-)?(?<size>\d+)[ABCQ](\d|ME|NOME|MEALL|GFX)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Profile();
}
