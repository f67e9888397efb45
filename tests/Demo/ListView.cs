using System.Text;
using System.Xml.Linq;

namespace MdevPS.Demo;

internal sealed class ListView : View
{
    private readonly List<(string Label, Func<object, string> Item)> _items;

    public ListView(XElement control)
    {
        Only(control, "ListEntries");
        XElement entry = control.Element("ListEntries")!.Elements().Single();
        Only(entry, "ListItems");
        _items = [.. entry.Element("ListItems")!.Elements().Select(i => ((i.Element("Label") ?? i.Element("PropertyName"))!.Value, Item(i)))];
    }

    public override void Render(IReadOnlyList<object> objects, StringBuilder text)
    {
        int label = _items.Max(i => i.Label.Length);
        foreach (object value in objects)
        {
            foreach ((string name, Func<object, string> item) in _items)
                Entry(text, name.PadRight(label) + " : ", item(value));
            if (value != objects[^1])
                text.Append('\n');
        }
    }

    /// <summary>A long value goes on below itself.</summary>
    private static void Entry(StringBuilder text, string label, string value)
    {
        int room = FormatFile.Width - label.Length;
        foreach (string line in value.Split('\n'))
        {
            for (int at = 0; at == 0 || at < line.Length; at += room)
            {
                text.Append(label).Append(line.AsSpan(at, Math.Min(room, line.Length - at))).Append('\n');
                label = new string(' ', label.Length);
            }
        }
    }
}
