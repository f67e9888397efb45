namespace Mdev.Model;

/// <summary>UUIDs as the kernel reads them (uuid_is_valid in lib/uuid.c): hexadecimal digits of either case and four hyphens, nothing else.</summary>
internal static class KernelUuid
{
    // Guid takes signs and 0x for part of a group's digits; what then reads back otherwise is none.
    public static bool TryParse(string text, out Guid uuid) =>
        Guid.TryParseExact(text, "D", out uuid) && string.Equals(uuid.ToString(), text, StringComparison.OrdinalIgnoreCase);
}
