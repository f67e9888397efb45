namespace MdevPS.Engines;

/// <summary>A line that runs in the background.</summary>
public sealed class Running
{
    private readonly Task<Result> _result;
    private readonly Action _stop;
    private readonly Func<int> _count;

    internal Running(Task<Result> result, Action stop, Func<int> count) => (_result, _stop, _count) = (result, stop, count);

    /// <summary>Ctrl+C: asks the line to stop and waits until it has.</summary>
    public Result Stop()
    {
        _stop();
        return _result.GetAwaiter().GetResult();
    }

    /// <summary>Waits until the line has ended by itself.</summary>
    public Result Wait() => _result.GetAwaiter().GetResult();

    /// <summary>Waits until the line has written that many objects; false when it ended, or a minute passed, before it had.</summary>
    public bool WaitForOutput(int count) => SpinWait.SpinUntil(() =>
    {
        if (_count() < count && !_result.IsCompleted)
            Thread.Sleep(5);
        return _count() >= count || _result.IsCompleted;
    }, TimeSpan.FromMinutes(1)) && _count() >= count;
}
