using System.Text;

namespace MdevPS.Completers;

/// <summary>Names as PowerShell source: a completed argument must be read back as exactly the name, and nothing in it run.</summary>
internal static class Quoting
{
    /// <summary>What is typed so far, without the quote that it may begin and end with.</summary>
    public static string Unquote(string word) => word.Length > 0 && word[0] is '\'' or '"' ? word.Trim(word[0]) : word;

    /// <summary>A name as an argument.</summary>
    public static string Quote(string name)
    {
        if (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or ':' or '-' or '+') && name[0] is not ('-' or '.' or '+'))
            return name;
        return name.Any(char.IsControl) ? DoubleQuoted(name) : SingleQuoted(name);
    }

    private static string SingleQuoted(string name)
    {
        var text = new StringBuilder("'");
        foreach (char c in name)
        {
            // The curly single quotes end a string as the straight one does.
            if (c is '\'' or '\u2018' or '\u2019' or '\u201a' or '\u201b')
                text.Append(c);
            text.Append(c);
        }

        return text.Append('\'').ToString();
    }

    private static string DoubleQuoted(string name)
    {
        var text = new StringBuilder("\"");
        foreach (char c in name)
        {
            if (char.IsControl(c))
                text.Append($"`u{{{(int)c:x}}}");
            else if (c is '"' or '`' or '$' or '\u201c' or '\u201d' or '\u201e')
                text.Append('`').Append(c);
            else
                text.Append(c);
        }

        return text.Append('"').ToString();
    }
}
