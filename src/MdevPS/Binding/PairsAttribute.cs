using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using Mdev.Model;

namespace MdevPS.Binding;

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
