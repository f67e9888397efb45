using System.Management.Automation;
using System.Text;
using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Model;

namespace MdevPS.Binding;

/// <summary>PowerShell's wildcards as the library's name filters.</summary>
internal static class NamePatterns
{
    public static NameFilter Filter(string[]? texts) => new(texts?.Select(Pattern));

    /// <summary>The filter of a cmdlet's -Type: what was typed may be a human name, what an object says of itself is an id.</summary>
    public static NameFilter Types(HostSession session, string[]? texts) => new(texts?.Select(Pattern)) { MayBeHumanNames = !session.IsOfObject("Type") };

    /// <summary>A text as it is matched.</summary>
    public static NamePattern Pattern(string text)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(text))
            return new NamePattern(text, WildcardPattern.Unescape(text), Wildcard: null);
        try
        {
            WildcardPattern wildcard = WildcardPattern.Get(text, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
            _ = wildcard.IsMatch("");
            return new NamePattern(text, text, wildcard.IsMatch);
        }
        catch (WildcardPatternException)
        {
            // An opening bracket alone makes no pattern, but may well be in a name.
            return NamePattern.Of(text);
        }
    }
}

/// <summary>The keys that say whose vendor attributes are meant: of devices where UUIDs are given, else of types, else of parents.</summary>
internal static class OwnerKeys
{
    /// <summary>Whose attributes are meant; all that the host has where no key is given.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: a key is there and empty, so that it has got lost.</exception>
    public static AttributeOwners Of(HostSession session, Guid[]? uuids, string[]? types, string[]? parents)
    {
        // A vendor attribute of a type has no UUID, and one of a parent no type; a device that is being removed has no type any more.
        if (uuids is [] && !session.IsAttribute)
            throw Lost("UUID", "is null");
        if (types is [] && uuids is not { Length: > 0 } && !session.IsAttribute)
            throw Lost("type", "is empty");
        if ((uuids is [] || types is []) && uuids is not { Length: > 0 } && types is not { Length: > 0 } && parents is null)
            throw Lost("parent", "is not there");
        return new AttributeOwners { Uuids = uuids ?? [], Types = NamePatterns.Filter(types), Parents = NamePatterns.Filter(parents) };
    }

    private static MdevException Lost(string key, string how) => new(MdevError.InvalidArgument, $"The {key} of the piped object {how}, so that it does not say whose attributes are meant.");
}

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
