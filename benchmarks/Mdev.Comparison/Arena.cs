using System.Diagnostics;

namespace Mdev.Comparison;

/// <summary>The contenders on one tree, all of them running.</summary>
internal sealed class Arena : IDisposable
{
    private const int Counted = 15;

    // .NET compiles a method a third time once its calls were counted and profiled, which takes a hundred runs of what is called once in a run.
    private const int WarmUps = 500;
    private static readonly TimeSpan s_longestWarmUp = TimeSpan.FromSeconds(20);

    private readonly Contender _floor;
    private readonly Contender _library;
    private readonly Contender? _session;
    private readonly Contender? _mdevctl;

    public Arena(Contenders contenders, string root)
    {
        _floor = new Contender(contenders.Floor(root));
        _library = new Contender(Contenders.Library(root));
        _session = Contenders.HasPowerShell ? new Contender(contenders.Session(root)) : null;
        _mdevctl = Contenders.HasMdevctl ? new Contender(contenders.Mdevctl(root)) : null;
    }

    /// <summary>Runs a workload on all contenders in turn, again and again, after enough rounds for tiered compilation.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="namespaceCost">What the mount namespace adds to a process, in milliseconds.</param>
    public Measurement Measure(Workload workload, double namespaceCost)
    {
        (Contender? Who, string Request)[] turns =
        [
            (_floor, workload.Request), (_library, workload.Request), (_session, workload.Request),
            .. workload.Mdevctl.Select(request => (_mdevctl, request)),
        ];
        foreach ((Contender? who, string request) in turns)
            who?.Run(request);
        WarmUp(_library, workload.Request);
        WarmUp(_session, workload.Request);

        List<double>[] times = turns.Select(_ => new List<double>()).ToArray();
        var counts = new HashSet<int>();
        for (int i = 0; i < Counted; i++)
        {
            for (int turn = 0; turn < turns.Length; turn++)
            {
                if (turns[turn].Who?.Run(turns[turn].Request) is not { } answer)
                    continue;
                times[turn].Add(answer.Nanoseconds / 1e6);
                counts.Add(answer.Objects);
            }
        }

        if (counts.Count != 1)
            throw new InvalidOperationException($"{workload.Request} on {workload.Tree}: the contenders found {string.Join(" and ", counts)} objects.");
        double[] medians = times.Where(t => t.Count > 0).Select(Median).ToArray();
        return new Measurement(
            workload,
            counts.Single(),
            medians[0],
            medians[1],
            _session is null ? null : medians[2],
            _mdevctl is null || workload.Mdevctl.Length == 0 ? null : times.Skip(3).Min(Median) - namespaceCost);
    }

    /// <summary>The median time in milliseconds of what only the library and the cmdlet are asked.</summary>
    public (double Library, double? Cmdlet) MeasureOurs(string request)
    {
        WarmUp(_library, request);
        WarmUp(_session, request);
        return (Median(Run(_library, request, Counted)), _session is null ? null : Median(Run(_session, request, Counted)));
    }

    /// <summary>The median time of mdevctl in milliseconds; null where there is none.</summary>
    public double? MeasureMdevctl(string request, double namespaceCost) => _mdevctl is null ? null : Median(Run(_mdevctl, request, Counted)) - namespaceCost;

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    public void Dispose()
    {
        _floor.Dispose();
        _library.Dispose();
        _session?.Dispose();
        _mdevctl?.Dispose();
    }

    private static void WarmUp(Contender? contender, string request)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < WarmUps && Stopwatch.GetElapsedTime(start) < s_longestWarmUp; i++)
            contender?.Run(request);
    }

    private static List<double> Run(Contender? contender, string request, int times) =>
        contender is null ? [] : Enumerable.Range(0, times).Select(_ => contender.Run(request).Nanoseconds / 1e6).ToList();
}
