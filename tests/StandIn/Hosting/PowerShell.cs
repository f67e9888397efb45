using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace System.Management.Automation;

public sealed class PowerShell : IDisposable
{
    private readonly List<(string Name, List<CommandParameterInternal> Arguments)> _commands = [];
    private volatile PipelineProcessor? _pipeline;
    private volatile bool _stopped;

    private PowerShell() { }

    public static PowerShell Create() => new();

    public Runspace? Runspace { get; set; }
    public PSDataStreams Streams { get; } = new();
    public bool HadErrors { get; internal set; }
    public PSInvocationStateInfo InvocationStateInfo { get; private set; } = new(PSInvocationState.NotStarted);

    public PowerShell AddCommand(string cmdlet)
    {
        _commands.Add((cmdlet, []));
        return this;
    }

    public PowerShell AddArgument(object? value) => Add(CommandParameterInternal.Argument(value));
    public PowerShell AddParameter(string parameterName, object? value) => Add(new(parameterName.TrimStart('-'), value, true));
    public PowerShell AddParameter(string parameterName) => Add(new(parameterName.TrimStart('-'), null, false));

    /// <summary>One pipeline, as the line reader understands it.</summary>
    public PowerShell AddScript(string script)
    {
        foreach (CommandAst command in LineReader.Read(script))
            _commands.Add((command.GetCommandName(), [.. command.Arguments]));
        return this;
    }

    public Collection<PSObject> Invoke() => Invoke(null!);

    public Collection<PSObject> Invoke(IEnumerable input)
    {
        Collection<PSObject> output = [];
        Invoke(input, output);
        return output;
    }

    public void Invoke<T>(IEnumerable? input, IList<T> output)
    {
        Runspace runspace = Runspace ?? throw new StandInException("a PowerShell without a runspace");
        PipelineProcessor pipeline = new(this, value => output.Add((T)(object)(value is null ? null! : PSObject.AsPSObject(value))));
        try
        {
            foreach ((string name, List<CommandParameterInternal> arguments) in _commands)
                pipeline.Add(runspace.Commands.GetValueOrDefault(name) ?? throw CommandNotFoundException.Named(name), arguments);
            _pipeline = pipeline;
            if (_stopped)
                pipeline.Stop();
            pipeline.Run(input);
            InvocationStateInfo = new(PSInvocationState.Completed);
        }
        catch (Exception e)
        {
            HadErrors = true;
            InvocationStateInfo = new(e is PipelineStoppedException ? PSInvocationState.Stopped : PSInvocationState.Failed);
            throw;
        }
        finally
        {
            _pipeline = null;
        }
    }

    public void Stop()
    {
        _stopped = true;
        _pipeline?.Stop();
    }

    public void Dispose() { }

    private PowerShell Add(CommandParameterInternal argument)
    {
        if (_commands.Count == 0)
            throw new PSInvalidOperationException("There is no command yet to take the argument.");
        _commands[^1].Arguments.Add(argument);
        return this;
    }
}

public enum PSInvocationState { NotStarted, Running, Stopping, Stopped, Completed, Failed, Disconnected }

public sealed class PSInvocationStateInfo
{
    internal PSInvocationStateInfo(PSInvocationState state) => State = state;

    public PSInvocationState State { get; }
}
