using System.Globalization;
using System.Text;

namespace Mdev;

/// <summary>Text from a host made harmless for a terminal.</summary>
public static class Printable
{
    /// <summary>An amount of memory as people say it: <c>512 MiB</c>, <c>4 GiB</c>.</summary>
    /// <param name="bytes">How many bytes.</param>
    public static string Memory(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.##} GiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.##} MiB"),
    };

    /// <summary>A number of things: <c>1 device</c>, <c>12 devices</c>.</summary>
    /// <param name="number">How many.</param>
    /// <param name="thing">What one of them is called, with a plural in s.</param>
    public static string Counted(long number, string thing) => string.Create(CultureInfo.InvariantCulture, $"{number} {thing}{(number == 1 ? "" : "s")}");

    /// <summary>The text on one line: every run of line ends a space, every control and format character a visible escape such as <c>\x1b</c>.</summary>
    /// <param name="text">Any text of a host.</param>
    /// <param name="most">How many characters to keep; what is cut off is marked with an ellipsis.</param>
    public static string Text(string text, int most)
    {
        int bad = -1;
        for (int i = 0; i < text.Length && bad < 0; i++)
            bad = IsHarmless(text[i]) ? -1 : i;
        if (bad < 0)
            return text.Length <= most ? text : string.Concat(text.AsSpan(0, most - 1), "…");

        var line = new StringBuilder();
        for (int i = 0; i < text.Length && line.Length <= most; i++)
        {
            char c = text[i];
            if (c is '\n' or '\r')
            {
                if (line.Length > 0 && line[^1] != ' ')
                    line.Append(' ');
            }
            else if (IsHarmless(c))
            {
                line.Append(c);
            }
            else
            {
                line.Append(c < 0x100 ? $"\\x{(int)c:x2}" : $"\\u{(int)c:x4}");
            }
        }

        return line.Length <= most ? line.ToString() : line.ToString(0, most - 1) + "…";
    }

    /// <summary>A value of an object as a view shows it: null is empty, a list is its items behind commas, and one without items a hyphen.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        string text => Text(text, int.MaxValue),
        System.Collections.ICollection { Count: 0 } => "-",
        System.Collections.IEnumerable items => Text(string.Join(", ", items.Cast<object?>()), int.MaxValue),
        _ => Text(value.ToString() ?? "", int.MaxValue),
    };

    // Format characters (category Cf) can turn the direction of a whole line around.
    private static bool IsHarmless(char c) =>
        !char.IsControl(c) && char.GetUnicodeCategory(c) is not (UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
