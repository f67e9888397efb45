using System.Text;
using System.Text.RegularExpressions;

namespace System.Management.Automation;

[Flags]
public enum WildcardOptions { None = 0, Compiled = 1, IgnoreCase = 2, CultureInvariant = 4 }

public sealed class WildcardPattern(string pattern, WildcardOptions options)
{
    private const string Special = "*?[]";
    private Regex? _regex;

    public WildcardPattern(string pattern) : this(pattern, WildcardOptions.None) { }

    public static WildcardPattern Get(string pattern, WildcardOptions options) => new(pattern, options);

    public bool IsMatch(string? input)
    {
        _regex ??= ToRegex();
        return input is not null && _regex.IsMatch(input);
    }

    public static bool ContainsWildcardCharacters(string? pattern)
    {
        for (int i = 0; i < pattern?.Length; i++)
        {
            if (Special.Contains(pattern[i]))
                return true;
            if (pattern[i] == '`')
                i++;
        }
        return false;
    }

    public static string Escape(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        StringBuilder text = new();
        foreach (char c in pattern)
            text.Append(Special.Contains(c) || c == '`' ? "`" : "").Append(c);
        return text.ToString();
    }

    public static string Unescape(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        // A backtick goes when it escapes something: a special character or another backtick.
        return Regex.Replace(pattern, @"`([*?\[\]`])", "$1");
    }

    private Regex ToRegex()
    {
        StringBuilder regex = new(@"\A");
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*': regex.Append(".*"); break;
                case '?': regex.Append('.'); break;
                case '[': regex.Append(Bracket(ref i)); break;
                case '`' when i + 1 < pattern.Length: regex.Append(Literal(pattern[++i])); break;
                case '`' when pattern.Length == 1: break;
                default: regex.Append(Literal(pattern[i])); break;
            }
        }
        RegexOptions regexOptions = RegexOptions.Singleline;
        if (options.HasFlag(WildcardOptions.IgnoreCase))
            regexOptions |= RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
        return new Regex(regex.Append(@"\z").ToString(), regexOptions);
    }

    /// <summary>[abc], [a-z]; a closing bracket that comes first, or after a backtick, is one of the characters.</summary>
    private string Bracket(ref int i)
    {
        List<(char Char, bool Escaped)> content = [];
        bool first = true;
        for (i++; i < pattern.Length; i++, first = false)
        {
            if (pattern[i] == ']' && !first)
                return "[" + Ranges(content) + "]";
            bool escaped = pattern[i] == '`' && i + 1 < pattern.Length;
            content.Add((pattern[escaped ? ++i : i], escaped));
        }
        throw new WildcardPatternException($"The wildcard pattern '{pattern}' is not valid.");
    }

    private string Ranges(List<(char Char, bool Escaped)> content)
    {
        StringBuilder ranges = new();
        for (int i = 0; i < content.Count; i++)
        {
            ranges.Append(InBracket(content[i].Char));
            if (i + 2 < content.Count && content[i + 1] is { Char: '-', Escaped: false })
            {
                if (content[i].Char > content[i + 2].Char)
                    throw new WildcardPatternException($"The wildcard pattern '{pattern}' is not valid.");
                ranges.Append('-').Append(InBracket(content[i + 2].Char));
                i += 2;
            }
        }
        return ranges.ToString();
    }

    private static string Literal(char c) => Regex.Escape(c.ToString());
    private static string InBracket(char c) => @"\u" + ((int)c).ToString("x4");
}
