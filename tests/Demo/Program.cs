using System.Reflection;
using MdevPS.Demo;
using MdevPS.Engines;

// The tour on the stand-in engine. tour.ps1 is the same in PowerShell, and compare.sh makes sure of it.
Environment.SetEnvironmentVariable(EngineChoice.Variable, "standin");
string tour = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "tour.txt");
FormatFile format = FormatFile.Load(Path.Combine(AppContext.BaseDirectory, "MdevPS.Format.ps1xml"));
Console.WriteLine($"This tour runs on {EngineChoice.Description}.");

using IEngine session = Engine.For(Assembly.Load("MdevPS"));
foreach (string line in File.ReadLines(tour).Select(l => l.Trim()).Where(l => l.Length > 0))
{
    Console.WriteLine();
    if (line.StartsWith('#'))
    {
        Console.WriteLine(line);
        continue;
    }
    Console.WriteLine($"PS> {line}");
    // Format-List is PowerShell's own; here it only says which view to take.
    const string asList = "| Format-List";
    bool list = line.EndsWith(asList, StringComparison.Ordinal);
    Result result = session.Run(list ? line[..^asList.Length] : line);
    foreach (string text in result.Host)
        Console.WriteLine(text);
    if (format.Render(result.Output, list).Trim('\n') is { Length: > 0 } view)
        Console.WriteLine($"\n{view}");
    foreach (string text in result.Verbose)
        Console.WriteLine($"VERBOSE: {text}");
    foreach (string text in result.Warnings)
        Console.WriteLine($"WARNING: {text}");
    foreach (Error error in result.Errors)
        Console.WriteLine($"{error.Command}: {error.Message}");
}
