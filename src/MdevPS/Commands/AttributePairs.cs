using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Mdev.Errors;
using Mdev.Model;

namespace MdevPS.Commands;

/// <summary>Attributes as they are given at the prompt: a dictionary, several of them where a name comes more than once, several values for one name.</summary>
internal static class AttributePairs
{
    public const string NoOrder = "The attributes are set in no certain order: a plain @{ } has none. Use [ordered]@{ } where order matters.";

    public static List<AttributeValue> Of(IDictionary[]? dictionaries) => (dictionaries ?? [])
        .SelectMany(dictionary => dictionary.Cast<DictionaryEntry>())
        .SelectMany(pair => Values(pair.Value).Select(value => new AttributeValue(Text(pair.Key), Text(value))))
        .ToList();

    /// <summary>Whether the order of some was not said: that of a plain hashtable is none.</summary>
    public static bool HasNoOrder(IDictionary[]? dictionaries) => (dictionaries ?? []).Any(dictionary => dictionary is Hashtable { Count: > 1 });

    private static IEnumerable<object?> Values(object? value) => Plain(value) is IEnumerable several and not string ? several.Cast<object?>() : [value];

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static string Text(object? value) => Plain(value) switch
    {
        null => throw new MdevException(MdevError.InvalidArgument, "An attribute has no value. Give each name one, or several in a list."),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString()!,
    };
}
