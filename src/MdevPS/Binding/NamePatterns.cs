using System.Management.Automation;
using Mdev.Model;

namespace MdevPS.Binding;

/// <summary>PowerShell's wildcards as the library's name filters.</summary>
internal static class NamePatterns
{
    public static NameFilter Filter(string[]? texts) => new(texts?.Select(Pattern));

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
