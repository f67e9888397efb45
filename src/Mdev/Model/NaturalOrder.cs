using System.Text.RegularExpressions;

namespace Mdev.Model;

/// <summary>
/// The order people expect of names with numbers in them: nvidia-63 before nvidia-231. The addresses of a bus come first and by
/// themselves: their numbers are hexadecimal and of one width, 0000:09:00.0 before 0000:0a:00.0.
/// </summary>
internal sealed partial class NaturalOrder : IComparer<string>
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

    // The end is looked at first, because a sort asks this often and of names that are none.
    private static bool IsAddress(string? name) => name is [.., '.', _] or [.., '.', _, _, _, _] && BusAddress().IsMatch(name);

    // PCI and CCW: 0000:06:00.0, 0.0.0313.
    [GeneratedRegex(@"^([0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]|[0-9a-f]{1,2}\.[0-9a-f]\.[0-9a-f]{4})$", RegexOptions.CultureInvariant)]
    private static partial Regex BusAddress();

    private static int LeadingDigits(ReadOnlySpan<char> text)
    {
        int count = text.IndexOfAnyExceptInRange('0', '9');
        return count < 0 ? text.Length : count;
    }

    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
        a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
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
