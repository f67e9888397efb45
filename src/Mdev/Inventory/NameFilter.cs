namespace Mdev.Inventory;

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
