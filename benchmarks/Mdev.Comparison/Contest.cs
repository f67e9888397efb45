using System.Diagnostics;
using Mdev.Inventory;
using Mdev.Model;

namespace Mdev.Comparison;

/// <summary>The whole comparison: the trees, that we agree with mdevctl on them, and who needs how much of what.</summary>
internal sealed class Contest(Contenders contenders, Trees trees, string module)
{
    private const int Starts = 11;

    /// <summary>Runs it and writes the results.</summary>
    public int Run(string results)
    {
        var report = new Report();
        Say("making the trees");
        trees.Make();
        report.Agreement(Contenders.HasMdevctl ? CheckAgreement() : null);

        double namespaceCost = Contenders.HasMdevctl ? NamespaceCost() : 0;
        foreach (IGrouping<string, Workload> onTree in Workload.All(SomeParent, SomeUuid).GroupBy(w => w.Tree))
        {
            using var host = new Arena(contenders, trees.RootOf(onTree.Key));
            foreach (Workload workload in onTree)
            {
                Say($"{workload.Title} on {workload.Tree}");
                report.Add(host.Measure(workload, namespaceCost));
            }

            if (onTree.Key == "L")
                report.First(host.MeasureOurs("first"));
            if (onTree.Key == "V")
                report.OneType(host.MeasureOurs("type fleet-3"));
        }

        using (var host = new Arena(contenders, trees.RootOf(Trees.Defined)))
        {
            Say("all definitions");
            report.Definitions(host.MeasureOurs("definitions"), host.MeasureMdevctl("definitions", namespaceCost));
        }

        report.NamespaceCost = namespaceCost;
        Say("memory");
        foreach (string tree in new[] { "M", "L" })
            report.Memory(tree, Memory(tree));
        if (Contenders.HasStrace)
            CountCalls(report);
        if (Contenders.HasPowerShell)
            MeasureStart(report);
        File.WriteAllText(results, report.ToString());
        Console.WriteLine(report);
        return 0;
    }

    private static void Say(string what) => Console.Error.WriteLine($"== {what}");

    // Every property that mdevctl prints, on every healthy tree.
    private List<string> CheckAgreement()
    {
        foreach (string tree in Trees.Sizes.Keys)
        {
            Say($"do we agree with mdevctl on {tree}?");
            Agreement.Require(contenders, trees.RootOf(tree));
        }

        return [.. Trees.Sizes.Keys];
    }

    private string SomeParent(string tree) => new ParentReader(HostOpener.Open(trees.RootOf(tree)), e => throw e).Read(new NameFilter()).First().Parent;

    private string SomeUuid(string tree) => new DeviceReader(HostOpener.Open(trees.RootOf(tree)), e => throw e).Read(new DeviceQuery()).First().Uuid.ToString();

    // What a process that does nothing takes longer in there than outside.
    private double NamespaceCost()
    {
        using var inside = new Contender(contenders.Mdevctl(trees.RootOf("S")));
        using var outside = new Contender(contenders.MdevctlOutside());
        var costs = new List<double>();
        for (int i = 0; i < 51; i++)
            costs.Add((inside.Run("nothing").Nanoseconds - outside.Run("nothing").Nanoseconds) / 1e6);
        return Arena.Median(costs);
    }

    private MemoryFigures Memory(string tree)
    {
        string root = trees.RootOf(tree);
        int devices = new DeviceReader(HostOpener.Open(root), e => throw e).Read(new DeviceQuery()).Count();
        return new MemoryFigures(
            Peak(contenders.Floor(root), "devices"),
            Peak(Contenders.Library(root), "devices"),
            Contenders.HasPowerShell ? Peak(contenders.Session(root), "consume") : null,
            Contenders.HasMdevctl ? Ask(contenders.Mdevctl(root), "peak") / 1024.0 : null,
            Ask(Contenders.Library(root), $"live {devices}"));
    }

    private static double Peak(string[] command, string request)
    {
        using var contender = new Contender(command);
        for (int i = 0; i < 20; i++)
            contender.Run(request);
        return contender.PeakMemory;
    }

    private static int Ask(string[] command, string request)
    {
        using var contender = new Contender(command);
        contender.Run(request);
        return contender.Run(request).Objects;
    }

    private void CountCalls(Report report)
    {
        foreach ((string tree, string request) in new[]
        {
            ("M", "devices"), ("L", "devices"), ("V", "types"), ("V", "type fleet-3"),
            ("P", $"children {SomeParent("P")}"), ("M", $"children {SomeParent("M")}"), ("M", $"device {SomeUuid("M")}"), ("L", $"device {SomeUuid("L")}"),
            (Trees.Functions, "devices"), (Trees.Functions, "types"),
        })
        {
            Say($"system calls of {request} on {tree}");
            string root = trees.RootOf(tree);
            // Most functions have no device, and are asked all the same.
            bool areFunctions = tree == Trees.Functions;
            int objects = areFunctions ? Trees.FunctionCount : Ask(Contenders.Library(root), request);
            // A large tree drowns a runtime's house-keeping, and takes its time under strace; a small one is asked more often.
            int many = objects > 1000 ? 2 : 6;
            bool oursOnly = request.StartsWith("type ", StringComparison.Ordinal);
            report.Calls(
                tree,
                request.Split(' ')[0] + (areFunctions ? ", by function" : ""),
                objects,
                oursOnly ? null : SystemCalls.PerRun(contenders.Floor(root), request, few: 1, many),
                SystemCalls.PerRun(Contenders.Library(root), request, few: 1, many),
                oursOnly || areFunctions || !Contenders.HasMdevctl ? null : SystemCalls.PerRun(contenders.Mdevctl(root), request, few: 1, many: 2));
        }
    }

    private void MeasureStart(Report report)
    {
        Say("start-up");
        var environment = new Dictionary<string, string> { ["MDEVPS_ROOT"] = trees.RootOf("M"), ["PSModulePath"] = Path.GetFullPath(Path.Combine(module, "../../..")) };
        string import = $"Import-Module '{module}'";
        string[] commands = ["1", import, $"{import}; Get-MdevDevice | ForEach-Object {{ exit }}", $"{import}; Get-MdevDevice", "Get-MdevDevice"];
        List<double>[] times = commands.Select(_ => new List<double>()).ToArray();
        for (int i = 0; i <= Starts; i++)
        {
            for (int c = 0; c < commands.Length; c++)
            {
                double time = Start(environment, "pwsh", "-NoProfile", "-Command", commands[c]);
                // The first round fills the page cache.
                if (i > 0)
                    times[c].Add(time);
            }
        }

        double After(int earlier, int later) => Arena.Median(times[earlier].Zip(times[later], (before, after) => after - before));
        report.Start(new StartFigures(Arena.Median(times[0]), After(0, 1), After(1, 2), After(2, 3), After(3, 4), Arena.Median(times[4])));
    }

    private static double Start(Dictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }
}
