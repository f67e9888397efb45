using System.Diagnostics;
using System.Globalization;

namespace Mdev.Comparison;

/// <summary>One answer of a contender.</summary>
public readonly record struct Answer(long Nanoseconds, int Objects);

/// <summary>A program that runs a workload for every line it is sent, and says how long it took and how many objects it found.</summary>
public sealed class Contender : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts the program.</summary>
    public Contender(IEnumerable<string> command)
    {
        var start = new ProcessStartInfo(command.First(), command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
    }

    /// <summary>The most memory it has ever had, in MB.</summary>
    public double PeakMemory
    {
        get
        {
            string line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return int.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
        }
    }

    /// <summary>Runs a workload once.</summary>
    public Answer Run(string request)
    {
        _process.StandardInput.WriteLine(request);
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended at '{request}'.");
        string[] words = line.Split(' ');
        return new Answer(long.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Ends the program.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
