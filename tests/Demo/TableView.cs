using System.Text;
using System.Xml.Linq;

namespace MdevPS.Demo;

internal sealed class TableView : View
{
    private sealed record Column(string Label, int Width, bool Right, Func<object, string> Item);

    private readonly List<Column> _columns = [];

    public TableView(XElement control)
    {
        Only(control, "TableHeaders", "TableRowEntries");
        List<XElement> headers = [.. control.Element("TableHeaders")!.Elements()];
        XElement row = control.Element("TableRowEntries")!.Elements().Single();
        Only(row, "TableColumnItems");
        List<XElement> items = [.. row.Element("TableColumnItems")!.Elements()];
        int used = 0;
        for (int i = 0; i < headers.Count; i++)
        {
            Only(headers[i], "Label", "Width", "Alignment");
            string label = headers[i].Element("Label")!.Value;
            int rest = FormatFile.Width - used;
            int width = (int?)headers[i].Element("Width") ?? (i == headers.Count - 1 ? rest : throw new NotSupportedException($"Column {label} has no width and is not the last."));
            if (width > rest || label.Length > width)
                throw new NotSupportedException($"Column {label} does not fit: the table is to be at most {FormatFile.Width} wide, and no label wider than its column.");
            _columns.Add(new Column(label, width, (string?)headers[i].Element("Alignment") == "Right", Item(items[i])));
            used += width + 1;
        }
    }

    public override void Render(IReadOnlyList<object> objects, StringBuilder text)
    {
        Row(text, c => c.Label);
        Row(text, c => new string('-', c.Label.Length));
        foreach (object value in objects)
            Row(text, c => c.Item(value));
    }

    private void Row(StringBuilder text, Func<Column, string> cell)
    {
        foreach (Column column in _columns)
        {
            string shown = Fit(cell(column), column);
            bool last = column == _columns[^1];
            text.Append(column.Right ? shown.PadLeft(column.Width) : last ? shown : shown.PadRight(column.Width)).Append(last ? '\n' : ' ');
        }
    }

    /// <summary>What is too wide loses its end, in a column of numbers its beginning.</summary>
    private static string Fit(string text, Column column) =>
        text.Contains('\n') ? throw new NotSupportedException($"Column {column.Label} has a value of several lines.")
        : text.Length <= column.Width ? text
        : column.Right ? "…" + text[^(column.Width - 1)..]
        : text[..(column.Width - 1)] + "…";
}
