using System.Management.Automation;
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
