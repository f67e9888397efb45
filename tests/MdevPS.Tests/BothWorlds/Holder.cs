using System.Diagnostics;

namespace MdevPS.Tests.BothWorlds;

/// <summary>A program that has a device open until it is disposed.</summary>
/// <param name="id">Its process id.</param>
/// <param name="end">What ends it.</param>
internal sealed class Holder(int id, Action end) : IDisposable
{
    private Action? _end = end;

    public int Id => id;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}

/// <summary>The program that opens devices of the real kernel, by what it is told: see holder.pl.</summary>
internal sealed class Opener : IDisposable
{
    // The tests' own folder: the process may have been started from another one.
    private static readonly string Program = Path.Combine(Path.GetDirectoryName(typeof(Opener).Assembly.Location)!, "BothWorlds/holder.pl");

    private readonly Process _process = Process.Start(new ProcessStartInfo("perl", [Program])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    public int Id => _process.Id;

    public void Tell(string line) => _process.StandardInput.WriteLine(line);

    public string? Answer() => _process.StandardOutput.ReadLine();

    public string? Ask(string line)
    {
        Tell(line);
        return Answer();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
