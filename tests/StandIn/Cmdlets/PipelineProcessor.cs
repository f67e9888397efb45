using System.Collections;
using System.Runtime.ExceptionServices;

namespace System.Management.Automation;

/// <summary>Runs one pipeline: every command begins, objects flow one at a time, every command ends, every command is disposed.</summary>
internal sealed class PipelineProcessor(PowerShell shell, Action<object?> output)
{
    private readonly object _lock = new();
    private readonly List<CommandProcessor> _commands = [];
    private ExceptionDispatchInfo? _firstFailure;

    public PowerShell Shell => shell;
    public volatile bool Stopping;
    /// <summary>The command whose code runs now; only it may write, and only from this thread.</summary>
    public (CommandProcessor? Command, Thread? Thread) Permitted;

    public void Add(CmdletInfo command, IReadOnlyList<CommandParameterInternal> arguments) => _commands.Add(new CommandProcessor(this, command, arguments));

    public void Run(IEnumerable? input)
    {
        try
        {
            for (int i = 0; i < _commands.Count; i++)
                _commands[i].Prepare(i + 1, _commands.Count, isPipelineInputExpected: i > 0 || input is not null);
            _commands.ForEach(c => c.Begin());
            if (input is null)
                _commands[0].Process();
            else
                foreach (object? item in input)
                    _commands[0].Process(item);
            _commands.ForEach(c => c.End());
        }
        catch (Exception e)
        {
            RecordFailure(e);
        }
        finally
        {
            _commands.ForEach(c => c.Dispose());
        }
        _firstFailure?.Throw();
    }

    public void Emit(CommandProcessor from, object? value)
    {
        int next = _commands.IndexOf(from) + 1;
        if (next < _commands.Count)
            _commands[next].Process(value);
        else
            output(value);
    }

    public void ThrowIfStopping()
    {
        if (Stopping)
            throw new PipelineStoppedException();
    }

    /// <summary>The first failure is what the pipeline ends with; all code that still runs sees only that it is being stopped.</summary>
    public bool RecordFailure(Exception e)
    {
        lock (_lock)
        {
            _firstFailure ??= ExceptionDispatchInfo.Capture(e);
            bool first = !Stopping;
            Stopping = true;
            return first;
        }
    }

    public void Stop()
    {
        if (RecordFailure(new PipelineStoppedException()))
            _commands.ForEach(c => c.Stop());
    }
}
