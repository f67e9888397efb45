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

    /// <summary>The exact names, when nothing else was asked for; null when the names of the host must be gone through.</summary>
    internal IReadOnlyList<string>? ExactNames =>
        !IsAll && Array.TrueForAll(_patterns, p => p.Match == NameMatch.Exact) ? _patterns.Select(p => p.Literal).Distinct().ToArray() : null;

    /// <summary>Names asked for, without wildcards, that nothing matched.</summary>
    internal IEnumerable<string> Unmatched => _patterns.Where((p, i) => !_hit[i] && p.Match != NameMatch.Wildcard).Select(p => p.Literal);

    /// <summary>A filter for names without wildcards.</summary>
    public static NameFilter Of(params string[] names) => new(names.Select(NamePattern.Of));

    /// <summary>The same filter, its patterns held against the names that the host has.</summary>
    internal NameFilter Settle(Func<string, bool> exists) => IsAll ? this : new(_patterns.Select(p => p.Settle(exists)));

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
