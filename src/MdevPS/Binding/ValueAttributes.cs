using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using Mdev.Model;
using Mdev.Placement;

namespace MdevPS.Binding;

/// <summary>Takes text, and numbers as they were typed. An object is refused instead of being written out as its class.</summary>
internal sealed class TextAttribute : StrictAttribute
{
    /// <inheritdoc/>
    protected override object Convert(object? item) => Text(item) is { Length: > 0 } text ? text : throw Refused(item, $"{Called(item)} is no text.");
}

/// <summary>Takes whole numbers and text of digits. Blank text is no zero.</summary>
internal sealed class NumberAttribute : StrictAttribute
{
    public NumberAttribute() => One = true;

    /// <summary>The least number that can be meant. PowerShell's own check of a range takes no null.</summary>
    public int Least { get; set; } = int.MinValue;

    /// <inheritdoc/>
    protected override object Convert(object? item) =>
        Plain(item) is not (bool or char or Enum)
        && decimal.TryParse(Text(item), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
        && number == decimal.Truncate(number) && number <= int.MaxValue && number >= Least
            ? (int)number
            : throw Refused(item, $"{Called(item)} is no whole number that could be meant here.");

    /// <inheritdoc/>
    protected override bool IsEmpty(object? plain) => plain is null || (plain is string text && string.IsNullOrWhiteSpace(text));
}

/// <summary>Takes the names of placement policies.</summary>
internal sealed class PolicyAttribute : StrictAttribute
{
    public PolicyAttribute() => One = true;

    /// <inheritdoc/>
    protected override object Convert(object? item) => Plain(item) switch
    {
        PlacementPolicy policy => policy,
        string text when Array.Find(Enum.GetNames<PlacementPolicy>(), name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name => Enum.Parse<PlacementPolicy>(name),
        _ => throw Refused(item, $"{Called(item)} is no policy: {string.Join(" and ", Enum.GetNames<PlacementPolicy>())} are."),
    };
}

/// <summary>Takes what is true or false, also as the text that a CSV file has for it.</summary>
internal sealed class FlagAttribute : StrictAttribute
{
    public FlagAttribute() => One = true;

    /// <inheritdoc/>
    protected override object Convert(object? item) => Plain(item) switch
    {
        bool flag => flag,
        SwitchParameter flag => flag.IsPresent,
        string text when bool.TryParse(text, out bool flag) => flag,
        _ => throw Refused(item, $"{Called(item)} is neither True nor False."),
    };
}

/// <summary>
/// Takes vendor attributes with their values: dictionaries, objects that have a Name and a Value, and text <c>name=value</c>, in the order in which they are given. A name may
/// have several values, and may come again.
/// </summary>
internal sealed class PairsAttribute : StrictAttribute
{
    public const string NoOrder = "The attributes are set in no certain order: a plain @{ } has none. Use [ordered]@{ } where order matters.";

    /// <summary>The attributes, one for each value.</summary>
    public static List<AttributeValue> Values(IDictionary[]? dictionaries) => (dictionaries ?? [])
        .SelectMany(dictionary => dictionary.Cast<DictionaryEntry>())
        .SelectMany(pair => Items(pair.Value).Select(value => new AttributeValue(Text(pair.Key)!, Text(value)!)))
        .ToList();

    /// <summary>Whether the order of some was not said: that of a plain hashtable is none.</summary>
    public static bool HasNoOrder(IDictionary[]? dictionaries) => (dictionaries ?? []).Any(dictionary => dictionary is Hashtable { Count: > 1 });

    /// <inheritdoc/>
    protected override object Convert(object? item)
    {
        IDictionary pairs = Plain(item) is IDictionary dictionary ? dictionary : Pair(item);
        foreach (DictionaryEntry pair in pairs)
        {
            if (Text(pair.Key) is not { Length: > 0 } name)
                throw Refused(item, $"{Called(pair.Key)} is no name of an attribute.");
            object?[] values = Items(pair.Value).ToArray();
            if (values.Length == 0 || Array.Exists(values, value => Text(value) is null))
                throw Refused(item, $"Attribute {Called(name)} has no value that could be written. Give each name text or a number, or several in a list.");
        }

        return pairs;
    }

    private static OrderedDictionary Pair(object? item)
    {
        // What ConvertTo-Json and Export-Clixml make of an attribute where it lies deeper than they go.
        if (Text(item) is { } text && text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
            return new OrderedDictionary { [text[..at]] = text[(at + 1)..] };
        PSMemberInfoCollection<PSPropertyInfo>? properties = item is null ? null : PSObject.AsPSObject(item).Properties;
        return properties?["Name"] is { } name && properties["Value"] is { } value && Text(name.Value) is { } key
            ? new OrderedDictionary { [key] = value.Value }
            : throw Refused(item, $"{Called(item)} is no attribute: a dictionary of names and values is one, and an object that has a Name and a Value, and text name=value.");
    }

    private static IEnumerable<object?> Items(object? value) => LanguagePrimitives.GetEnumerable(value) is { } several ? several.Cast<object?>() : [value];
}
