namespace Mdev.Comparison;

/// <summary>The contenders on one tree, all of them running.</summary>
internal sealed class Arena : IDisposable
{
    private const int WarmUps = 50;
    private const int Counted = 15;

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
        for (int i = 0; i < WarmUps; i++)
        {
            foreach ((Contender? who, string request) in turns.Take(i == 0 ? turns.Length : 3))
                who?.Run(request);
        }

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
        Run(_library, request, WarmUps);
        Run(_session, request, WarmUps);
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

    private static List<double> Run(Contender? contender, string request, int times) =>
        contender is null ? [] : Enumerable.Range(0, times).Select(_ => contender.Run(request).Nanoseconds / 1e6).ToList();
}
