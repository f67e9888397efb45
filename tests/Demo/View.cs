using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MdevPS.Demo;

/// <summary>A view of the format file.</summary>
internal abstract class View
{
    public abstract void Render(IReadOnlyList<object> objects, StringBuilder text);

    /// <summary>What an item shows of an object.</summary>
    protected static Func<object, string> Item(XElement item)
    {
        Only(item, "Label", "PropertyName", "ScriptBlock");
        if (item.Element("PropertyName") is { } property)
            return value => Text(Get(value, property.Value));
        string script = item.Element("ScriptBlock")?.Value.Trim() ?? throw new NotSupportedException($"An item without PropertyName or ScriptBlock: {item}");
        Match call = Regex.Match(script, @"^\[(?<type>[\w.]+)\]::(?<method>\w+)\(\$_\.(?<property>\w+)\)$");
        if (!call.Success)
            throw new NotSupportedException($"Only [Type]::Method($_.Property) is evaluated here: {script}");
        Type type = AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(call.Groups["type"].Value)).FirstOrDefault(t => t is not null)
            ?? Assembly.Load("Mdev").GetType(call.Groups["type"].Value, throwOnError: true)!;
        MethodInfo method = type.GetMethod(call.Groups["method"].Value, [typeof(object)]) ?? throw new MissingMethodException(script);
        return value => Text(method.Invoke(null, [Get(value, call.Groups["property"].Value)]));
    }

    /// <summary>Refuses what the real formatter would heed and this one would not.</summary>
    protected static void Only(XElement element, params string[] known)
    {
        if (element.Elements().FirstOrDefault(e => !known.Contains(e.Name.LocalName)) is { } other)
            throw new NotSupportedException($"{element.Name}/{other.Name} is not rendered here.");
    }

    private static object? Get(object value, string property) =>
        (value.GetType().GetProperty(property) ?? throw new MissingMemberException(value.GetType().Name, property)).GetValue(value);

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        // As PowerShell's $FormatEnumerationLimit has it, four and no more.
        IEnumerable items when items.Cast<object?>().ToList() is var all => $"{{{string.Join(", ", all.Take(4).Select(Text))}{(all.Count > 4 ? "…" : "")}}}",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
