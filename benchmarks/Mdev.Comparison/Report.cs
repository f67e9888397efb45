using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Mdev.Model;

namespace Mdev.Comparison;

/// <summary>Memory in MB, and the bytes that are still held when the last of all objects is there.</summary>
internal sealed record MemoryFigures(double Floor, double Library, double? Cmdlet, double? Mdevctl, int Live);

/// <summary>Where the time of one shot from a shell script goes, in milliseconds.</summary>
/// <param name="Bare">PowerShell that does nothing.</param>
/// <param name="Import">What importing the module adds.</param>
/// <param name="First">What the first device adds to that.</param>
/// <param name="Printed">What the others add, and printing them.</param>
/// <param name="Found">What it adds that PowerShell has to find the module by the name of the cmdlet.</param>
/// <param name="Whole">All of it, measured as one.</param>
internal sealed record StartFigures(double Bare, double Import, double First, double Printed, double Found, double Whole);

/// <summary>The results as a page of Markdown.</summary>
internal sealed class Report
{
    private const double MostLinks = 1.2;

    private readonly StringBuilder _times = new();
    private readonly StringBuilder _calls = new();
    private readonly StringBuilder _memory = new();
    private readonly StringBuilder _start = new();
    private readonly List<string> _missed = [];
    private string _agreement = "";
    private string _first = "";
    private string _oneType = "";
    private string _definitions = "";
    private double _wholeList;
    private double? _wholeListCmdlet;
    private double? _oneShotMdevctl;
    private double _wholeTypes;

    public double NamespaceCost { get; set; }

    public void Agreement(IReadOnlyCollection<string>? trees) => _agreement = trees is null
        ? "**Skipped: no mdevctl, or no mount namespace to run it in.**"
        : $"What we list, put into the JSON of `mdevctl list --dumpjson` and `mdevctl types --dumpjson`, is identical to mdevctl's on the trees {string.Join(", ", trees)}.";

    public void Add(Measurement m)
    {
        Workload w = m.Workload;
        _times.AppendLine(
            $"| {w.Title} | {w.Tree} | {m.Objects} | {Ms(m.Floor)} | {Ms(m.Library)} | {Ms(m.Cmdlet)} | {(w.Mdevctl.Length == 0 ? "–" : Ms(m.Mdevctl))} " +
            $"| {Ratio(m.OfFloor, w.FloorGoal, $"library of floor, {w.Title} of {w.Tree}")} | {(w.Mdevctl.Length == 0 ? "–" : Ratio(m.OfMdevctl, w.MdevctlGoal, $"cmdlet of mdevctl, {w.Title} of {w.Tree}"))} |");
        if (w is { Tree: "L", Request: "devices" })
            (_wholeList, _wholeListCmdlet) = (m.Library, m.Cmdlet);
        if (w is { Tree: "M", Request: "devices" })
            _oneShotMdevctl = m.Mdevctl;
        if (w is { Tree: "V", Request: "types" })
            _wholeTypes = m.Library;
    }

    public void First((double Library, double? Cmdlet) time) =>
        _first = $"The first device of L is there after {Ms(time.Library)} ms of the library ({Part(time.Library, _wholeList, "library")} of the whole list) and "
            + (time.Cmdlet is { } cmdlet ? $"{Ms(cmdlet)} ms of the cmdlet ({Part(cmdlet, _wholeListCmdlet!.Value, "cmdlet")}); the goal is ≤ 5 %." : "**skipped** of the cmdlet.");

    public void OneType((double Library, double? Cmdlet) time) =>
        _oneType = $"One type id on V, which reads the attributes of 256 types out of 3,840, takes the library {Ms(time.Library)} ms ({100 * time.Library / _wholeTypes:0} % of all types), the cmdlet {Ms(time.Cmdlet)} ms.";

    public void Definitions((double Library, double? Cmdlet) time, double? mdevctl) =>
        _definitions = $"All 1,024 definitions of a tree like M, each held against the host, take the library {Ms(time.Library)} ms, the cmdlet {Ms(time.Cmdlet)} ms and `mdevctl list -d` {Ms(mdevctl)} ms: "
            + $"{Ratio(time.Cmdlet / mdevctl, 0.3, "cmdlet of mdevctl, all definitions")} of its time.";

    public void Memory(string tree, MemoryFigures f) =>
        _memory.AppendLine($"| {tree} | {f.Floor:0.0} | {f.Library:0.0} | {(f.Cmdlet is { } c ? $"{c:0.0}" : "skipped")} | {(f.Mdevctl is { } m ? $"{m:0.0}" : "skipped")} | {f.Live / 1024.0:0} |");

    public void Calls(string tree, string request, int objects, Dictionary<string, double>? floor, Dictionary<string, double> library, Dictionary<string, double>? mdevctl)
    {
        string Of(Dictionary<string, double>? calls) => calls is null ? "" : string.Create(
            CultureInfo.InvariantCulture, $"{calls.Values.Sum() / objects:0.00}");
        string top = string.Join(", ", library.Where(c => c.Value >= 0.5).OrderByDescending(c => c.Value).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value:0}")));
        if (request == "devices" && tree == "L" && library.GetValueOrDefault("readlinkat") > MostLinks * objects)
            _missed.Add("links per device on L");
        _calls.AppendLine($"| {request} | {tree} | {objects} | {Of(floor)} | {Of(library)} | {Of(mdevctl)} | {top} |");
    }

    public void Start(StartFigures f)
    {
        _start.AppendLine(CultureInfo.InvariantCulture, $"One shot on M: `pwsh -NoProfile -Command Get-MdevDevice` takes {f.Whole:0} ms, `mdevctl list` {Ms(_oneShotMdevctl)} ms. PowerShell's start-up loses: for a single look from a shell script, mdevctl is quicker.");
        _start.AppendLine().AppendLine("| where it goes | ms |").AppendLine("|---|---:|");
        _start.AppendLine(CultureInfo.InvariantCulture, $"| PowerShell itself: `pwsh -NoProfile -Command 1` | {f.Bare:0} |");
        _start.AppendLine(CultureInfo.InvariantCulture, $"| `Import-Module` by path | {Ratio(f.Import, 35, "Import-Module", "0")} |");
        _start.AppendLine(CultureInfo.InvariantCulture, $"| from there to the first device | {Ratio(f.First, 60, "from import to the first object", "0")} |");
        _start.AppendLine(CultureInfo.InvariantCulture, $"| all other devices, and printing the table | {f.Printed:0} |");
        _start.AppendLine(CultureInfo.InvariantCulture, $"| finding the module by the cmdlet's name instead | {f.Found:0} |");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        # Results

        Made by `./build.sh bench` on {DateTime.UtcNow:yyyy-MM-dd} (UTC) with {Environment.ProcessorCount} cores ({RuntimeInformation.ProcessArchitecture}), Linux {Environment.OSVersion.Version}, .NET {Environment.Version}{(Contenders.HasPowerShell ? "" : "; **no PowerShell: the cmdlets were skipped**")}{(Contenders.HasMdevctl ? "" : "; **no mdevctl or no mount namespace: it was skipped**")}.
        {(_missed.Count == 0 ? "All goals are met." : $"Goals that were **missed**: {string.Join("; ", _missed)}.")}

        The trees are simulated hosts in memory (tmpfs): {string.Join("; ", Trees.Sizes.Select(t => $"{t.Key}: {t.Value}"))}; {Trees.Functions}: 8 GPUs × 32 functions
        of NVIDIA's vendor-specific VFIO, 36 vGPUs.

        {_agreement} It cannot see those of {Trees.Functions}.

        ## Time

        Medians in milliseconds of 15 runs, after 500 runs (or 20 seconds) to warm up ours, the contenders taking turns. *Floor* is floor/floor.c, *library* is src/Mdev in C#, *cmdlet* is the
        cmdlet in a warm session, its objects kept in a variable; *mdevctl* is a whole process of it, the text or the JSON output, whichever is
        faster. It runs in a mount namespace with the tree bound over /sys, whose own cost for a process, {NamespaceCost:0.000} ms, is taken off. A ratio's goal stands in brackets.

        | workload | tree | objects | floor | library | cmdlet | mdevctl | library / floor | cmdlet / mdevctl |
        |---|---|---:|---:|---:|---:|---:|---:|---:|
        {_times}
        {_first}
        {_oneType}
        {_definitions}

        ## System calls

        Per object, by strace: those on files, of a program that is warm, or of a whole process of mdevctl. All of ours are spelled out, per run. The goal is at
        most {MostLinks} readlinkat for each device of L.

        | workload | tree | objects | floor | library | mdevctl | the library's |
        |---|---|---:|---:|---:|---:|---|
        {(_calls.Length == 0 ? "| **skipped: no strace** |\n" : _calls)}
        ## Memory

        The most that the process had, in MB, after twenty lists of all devices, each object consumed as it came (one list for mdevctl); and what the library
        still holds when the last object is there, in KB.

        | tree | floor | library | cmdlet, with PowerShell | mdevctl | held by the library |
        |---|---:|---:|---:|---:|---:|
        {_memory}
        ## Start

        {(_start.Length == 0 ? "**Skipped: no PowerShell.**\n" : _start)}
        """);

    private static string Ms(double? ms) => ms is { } value ? value.ToString(value < 10 ? "0.000" : "0.0", CultureInfo.InvariantCulture) : "skipped";

    private string Part(double part, double whole, string who)
    {
        if (part > 0.05 * whole)
            _missed.Add($"first object of the {who}");
        return string.Create(CultureInfo.InvariantCulture, $"{100 * part / whole:0.0} %");
    }

    private string Ratio(double? ratio, double? goal, string what, string format = "0.000")
    {
        if (ratio is not { } value)
            return "skipped";
        string text = value.ToString(format, CultureInfo.InvariantCulture);
        if (goal is not { } most)
            return text;
        if (value > most)
            _missed.Add(what);
        return $"{(value > most ? $"**{text}**" : text)} (≤ {most.ToString(CultureInfo.InvariantCulture)})";
    }
}
