namespace Mdev.Inventory;

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

    /// <summary>Makes it an exact name where the host has that very name.</summary>
    public NamePattern Settle(Func<string, bool> exists)
    {
        if (IsName(Text) && exists(Text))
            return this with { Literal = Text, Match = NameMatch.Exact };
        return Wildcard is null && Literal != Text && IsName(Literal) && exists(Literal) ? this with { Match = NameMatch.Exact } : this;
    }

    /// <summary>Whether a name is meant by it.</summary>
    public bool Matches(string name) => Match switch
    {
        NameMatch.Exact => name == Literal,
        NameMatch.IgnoreCase => string.Equals(name, Literal, StringComparison.OrdinalIgnoreCase),
        _ => Wildcard!(name),
    };

    /// <summary>Whether a text can be the name of a directory entry at all. What cannot is never made part of a path.</summary>
    public static bool IsName(string text) => text.Length > 0 && text is not ("." or "..") && text.AsSpan().IndexOfAny('/', '\0') < 0;
}
