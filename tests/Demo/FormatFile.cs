using System.Text;
using System.Xml.Linq;

namespace MdevPS.Demo;

/// <summary>
/// Our format file, and objects printed by it as Out-String does at a width of 100. It understands what the file uses and refuses the rest:
/// tables with a width for every column but the last, lists, and items that are a property or <c>[Type]::Method($_.Property)</c>.
/// </summary>
internal sealed class FormatFile
{
    public const int Width = 100;

    private readonly List<(HashSet<string> Types, View View)> _views = [];

    public static FormatFile Load(string path)
    {
        FormatFile file = new();
        XElement root = XElement.Load(path);
        Dictionary<string, string[]> sets = root.Elements("SelectionSets").Elements("SelectionSet")
            .ToDictionary(s => s.Element("Name")!.Value, s => s.Element("Types")!.Elements("TypeName").Select(t => t.Value).ToArray());
        foreach (XElement view in root.Element("ViewDefinitions")!.Elements("View"))
        {
            HashSet<string> types = [.. view.Element("ViewSelectedBy")!.Elements()
                .SelectMany(e => e.Name == "SelectionSetName" ? sets[e.Value] : [e.Value])];
            XElement control = view.Elements().Single(e => e.Name.LocalName is not ("Name" or "ViewSelectedBy"));
            file._views.Add((types, control.Name.LocalName switch
            {
                "TableControl" => new TableView(control),
                "ListControl" => new ListView(control),
                string other => throw new NotSupportedException($"{path}: {other} is not rendered here."),
            }));
        }
        return file;
    }

    /// <summary>Objects of one type that follow each other share a table; text and the like stand for themselves.</summary>
    public string Render(IReadOnlyList<object?> objects, bool list)
    {
        StringBuilder text = new();
        for (int i = 0; i < objects.Count;)
        {
            if (objects[i] is null or string or ValueType)
            {
                text.Append(objects[i++]).Append('\n');
                continue;
            }
            Type type = objects[i]!.GetType();
            List<object> alike = [.. objects.Skip(i).TakeWhile(o => o?.GetType() == type).OfType<object>()];
            View view = _views.FirstOrDefault(v => v.Types.Contains(type.FullName!) && (!list || v.View is ListView)).View
                ?? throw new NotSupportedException($"The format file has no {(list ? "list" : "view")} for {type}.");
            view.Render(alike, text.Append('\n'));
            text.Append('\n');
            i += alike.Count;
        }
        return text.ToString();
    }
}
