using System.Globalization;

namespace Mdev.Simulation;

/// <summary>
/// The file that makes a directory a simulated host: its presence lets MdevPS write below it, and a line <c>read-only=1</c> makes its sysfs
/// one that is mounted read-only. All other state is in the tree itself.
/// </summary>
internal sealed class SimulationMarker
{
    public const string FileName = ".mdevps-simulation";
    private const string Heading = "# MdevPS simulated host";

    private readonly Dictionary<string, string> _values;

    private SimulationMarker(Dictionary<string, string> values) => _values = values;

    /// <summary>Whether sysfs is to be taken for mounted read-only.</summary>
    public bool IsReadOnly => Number("read-only", 0) != 0;

    public static string PathIn(string root) => Path.Combine(root, FileName);

    public static bool IsIn(string root)
    {
        var file = new FileInfo(PathIn(root));
        return file.Exists && file.LinkTarget is null;
    }

    public static SimulationMarker Read(string root) => new(File.ReadLines(PathIn(root))
        .Select(line => line.Split('=', 2))
        .Where(pair => pair.Length == 2)
        .ToDictionary(pair => pair[0], pair => pair[1]));

    public static void Write(string root) => File.WriteAllLines(PathIn(root), [Heading]);

    private long Number(string key, long otherwise) =>
        _values.TryGetValue(key, out string? text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : otherwise;
}
