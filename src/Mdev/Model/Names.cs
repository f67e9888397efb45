using System.Buffers;
using System.Globalization;

namespace Mdev.Model;

/// <summary>The names somebody asked for; none given means all. Remembers which of them were found, so that the others can be told.</summary>
public sealed class NameFilter
{
    private readonly NamePattern[] _patterns;
    private readonly bool[] _hit;

    /// <summary>A filter for these patterns; an empty or absent list stands for every name.</summary>
    public NameFilter(IEnumerable<NamePattern>? patterns = null)
    {
        _patterns = patterns?.ToArray() ?? [];
        _hit = new bool[_patterns.Length];
    }

    /// <summary>Whether every name passes.</summary>
    public bool IsAll => _patterns.Length == 0;

    /// <summary>Whether what fits no id of a type may be a human name of types. What an object says of itself is an id and nothing else.</summary>
    public bool MayBeHumanNames { get; init; }

    /// <summary>The exact names, when nothing else was asked for; null when the names of the host must be gone through.</summary>
    internal IReadOnlyList<string>? ExactNames =>
        !IsAll && Array.TrueForAll(_patterns, p => p.Match == NameMatch.Exact) ? _patterns.Select(p => p.Literal).Distinct().ToArray() : null;

    /// <summary>Names asked for, without wildcards, that nothing matched.</summary>
    internal IEnumerable<string> Unmatched => _patterns.Where((p, i) => !_hit[i] && p.Match != NameMatch.Wildcard).Select(p => p.Literal);

    /// <summary>A filter for names without wildcards.</summary>
    public static NameFilter Of(params string[] names) => new(names.Select(NamePattern.Of));

    /// <summary>The same filter, its patterns held against the names that the host has.</summary>
    internal NameFilter Settle(Func<string, bool> exists) => IsAll ? this : new(_patterns.Select(p => p.Settle(exists))) { MayBeHumanNames = MayBeHumanNames };

    /// <summary>The same filter, with each pattern that fits none of the ids replaced by the ids that bear such a name; one that no name fits stays.</summary>
    /// <param name="ids">The ids that there are.</param>
    /// <param name="named">The ids with their human names, which are only gone through when some pattern fits no id.</param>
    internal NameFilter WithHumanNames(IReadOnlyCollection<string> ids, Lazy<IReadOnlyList<(string Type, string Name)>> named)
    {
        IEnumerable<NamePattern> Ids(NamePattern pattern)
        {
            if (pattern.Match == NameMatch.Exact || ids.Any(pattern.Matches))
                return [pattern];
            NamePattern[] found = named.Value.Where(type => pattern.Matches(type.Name)).Select(type => NamePattern.Exactly(type.Type)).Distinct().ToArray();
            return found.Length > 0 ? found : [pattern];
        }

        return new(_patterns.SelectMany(Ids));
    }

    /// <summary>Whether a name passes.</summary>
    internal bool Matches(string name)
    {
        bool any = IsAll;
        for (int i = 0; i < _patterns.Length; i++)
        {
            if (_patterns[i].Matches(name))
                any = _hit[i] = true;
        }

        return any;
    }
}

/// <summary>How a <see cref="NamePattern"/> is held against a name.</summary>
public enum NameMatch
{
    /// <summary>Character by character.</summary>
    Exact,

    /// <summary>Character by character, upper and lower case alike.</summary>
    IgnoreCase,

    /// <summary>As a wildcard.</summary>
    Wildcard,
}

/// <summary>
/// A name that somebody asked for. A text that is a name of the host, to the letter, is that name, also when it has wildcard
/// characters in it; whether it is can only be told on the host (<see cref="Settle"/>).
/// </summary>
/// <param name="Text">The text as it was given.</param>
/// <param name="Literal">The text with its escapes taken off.</param>
/// <param name="Wildcard">The test of a wildcard; null when the text is none.</param>
public sealed record NamePattern(string Text, string Literal, Func<string, bool>? Wildcard)
{
    /// <summary>How it is matched.</summary>
    public NameMatch Match { get; private init; } = Wildcard is null ? NameMatch.IgnoreCase : NameMatch.Wildcard;

    /// <summary>A name without wildcards.</summary>
    public static NamePattern Of(string name) => new(name, name, null);

    /// <summary>A name that the host is known to have.</summary>
    internal static NamePattern Exactly(string name) => Of(name) with { Match = NameMatch.Exact };

    /// <summary>Makes it an exact name where the host has that very name.</summary>
    public NamePattern Settle(Func<string, bool> exists)
    {
        if (IsName(Text) && exists(Text))
            return this with { Literal = Text, Match = NameMatch.Exact };
        if (PciAddress.WithDomain(Text) is { } address && exists(address))
            return this with { Literal = address, Match = NameMatch.Exact };
        return Wildcard is null && Literal != Text && IsName(Literal) && exists(Literal) ? this with { Match = NameMatch.Exact } : this;
    }

    /// <summary>Whether a name is meant by it. A PCI address in domain 0 may be meant without its domain.</summary>
    public bool Matches(string name) => Match switch
    {
        NameMatch.Exact => name == Literal,
        NameMatch.IgnoreCase => string.Equals(name, Literal, StringComparison.OrdinalIgnoreCase) || string.Equals(name, PciAddress.WithDomain(Literal), StringComparison.OrdinalIgnoreCase),
        _ => Wildcard!(name) || (PciAddress.WithoutDomain(name) is { } address && Wildcard(address)),
    };

    /// <summary>Whether a text can be the name of a directory entry at all. What cannot is never made part of a path.</summary>
    public static bool IsName(string text) => text.Length > 0 && text is not ("." or "..") && text.AsSpan().IndexOfAny('/', '\0') < 0;
}

/// <summary>
/// The order people expect of names with numbers in them: nvidia-63 before nvidia-231. The addresses of a bus come first and by
/// themselves: their numbers are hexadecimal and of one width, 0000:09:00.0 before 0000:0a:00.0.
/// </summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static readonly NaturalOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        bool isAddressX = IsAddress(x), isAddressY = IsAddress(y);
        if (isAddressX || isAddressY)
            return isAddressX && isAddressY ? string.CompareOrdinal(x, y) : isAddressX ? -1 : 1;
        ReadOnlySpan<char> a = x, b = y;
        while (a.Length > 0 && b.Length > 0)
        {
            int digitsA = LeadingDigits(a), digitsB = LeadingDigits(b);
            int order = digitsA > 0 && digitsB > 0
                ? CompareNumbers(a[..digitsA].TrimStart('0'), b[..digitsB].TrimStart('0'))
                : a[0].CompareTo(b[0]);
            if (order != 0)
                return order;
            a = a[Math.Max(digitsA, 1)..];
            b = b[Math.Max(digitsB, 1)..];
        }

        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(x, y);
    }

    // PCI and CCW: 0000:06:00.0, 0.0.0313. A sort asks this often, and of names that are none.
    private static bool IsAddress(string? name) => name switch
    {
        [.., _, '.', _] => PciAddress.Parse(name) is not null,
        [.. var bus, '.', var set, '.', _, _, _, _] => bus.Length is 1 or 2 && IsHex(bus) && IsHex([set]) && IsHex(name.AsSpan(name.Length - 4)),
        _ => false,
    };

    private static bool IsHex(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(PciAddress.HexDigits) < 0;

    private static int LeadingDigits(ReadOnlySpan<char> text)
    {
        int count = text.IndexOfAnyExceptInRange('0', '9');
        return count < 0 ? text.Length : count;
    }

    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
        a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
}

/// <summary>Addresses of PCI functions in both forms that people write: with their domain, as in sysfs, and without it, as lspci prints them.</summary>
internal static class PciAddress
{
    /// <summary>The digits of an address in sysfs.</summary>
    public static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private const string FirstDomain = "0000:";
    private const int ShortLength = 7;

    /// <summary>The numbers in an address as sysfs has it: "%04x:%02x:%02x.%d" in drivers/pci/probe.c, so that a domain has four digits or more. Null for everything else.</summary>
    public static (uint Domain, byte Bus, byte Device, byte FunctionNumber)? Parse(ReadOnlySpan<char> text)
    {
        int at = text.Length - ShortLength;
        if (at is < 5 or > 9 || text[at - 1] != ':' || text[at + 2] != ':' || text[at + 5] != '.' || text[^1] is < '0' or > '7' || (at > 5 && text[0] == '0'))
            return null;
        ReadOnlySpan<char> domain = text[..(at - 1)], bus = text[at..(at + 2)], device = text[(at + 3)..(at + 5)];
        return IsHex(domain) && IsHex(bus) && IsHex(device) ? ((uint)Number(domain), (byte)Number(bus), (byte)Number(device), (byte)(text[^1] - '0')) : null;
    }

    /// <summary>The address in sysfs of one that has no domain; null for everything else.</summary>
    public static string? WithDomain(string text) =>
        text.Length == ShortLength && FirstDomain + text.ToLowerInvariant() is var address && Parse(address) is not null ? address : null;

    /// <summary>An address in domain 0 without it; null for everything else.</summary>
    public static string? WithoutDomain(string name) =>
        name.Length == FirstDomain.Length + ShortLength && name.StartsWith(FirstDomain, StringComparison.Ordinal) && Parse(name) is not null ? name[FirstDomain.Length..] : null;

    private static bool IsHex(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(HexDigits) < 0;

    private static ulong Number(ReadOnlySpan<char> text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}

/// <summary>The known names that look most like one that is not known.</summary>
internal static class Nearest
{
    public static string[] To(string name, IEnumerable<string> known, int count) =>
        known.OrderBy(k => Distance(name.ToUpperInvariant(), k.ToUpperInvariant())).ThenBy(k => k, NaturalOrder.Instance).Take(count).ToArray();

    // Levenshtein's distance, a row at a time.
    private static int Distance(string a, string b)
    {
        int[] row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}

/// <summary>UUIDs as the kernel reads them (uuid_is_valid in lib/uuid.c): hexadecimal digits of either case and four hyphens, nothing else.</summary>
internal static class KernelUuid
{
    private static readonly SearchValues<char> s_characters = SearchValues.Create("0123456789abcdefABCDEF-");

    // Guid takes signs and 0x for part of a group's digits.
    public static bool TryParse(string text, out Guid uuid) =>
        Guid.TryParseExact(text, "D", out uuid) && text.AsSpan().IndexOfAnyExcept(s_characters) < 0 && text.AsSpan().Count('-') == 4;
}
