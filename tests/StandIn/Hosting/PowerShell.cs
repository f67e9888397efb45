using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace System.Management.Automation;

public sealed class PowerShell : IDisposable
{
    private readonly List<CommandAst> _commands = [];
    private volatile PipelineProcessor? _pipeline;
    private volatile bool _stopped;

    private PowerShell() { }

    public static PowerShell Create() => new();

    /// <summary>One that runs within what runs already. It knows the one command that a completer may need.</summary>
    public static PowerShell Create(RunspaceMode runspace) => runspace == RunspaceMode.CurrentRunspace ? new() { Runspace = Runspaces.Runspace.DefaultRunspace } : new();

    public Runspace? Runspace { get; set; }
    public PSDataStreams Streams { get; } = new();
    public bool HadErrors { get; internal set; }
    public PSInvocationStateInfo InvocationStateInfo { get; private set; } = new(PSInvocationState.NotStarted);

    /// <summary>One pipeline, as the line reader understands it.</summary>
    public PowerShell AddScript(string script)
    {
        _commands.AddRange(LineReader.Read(script));
        return this;
    }

    public PowerShell AddCommand(string cmdlet) => cmdlet == "Get-Location" ? this : throw new StandInException($"AddCommand {cmdlet}");

    public PowerShell AddParameter(string parameterName, object value) =>
        parameterName == "PSProvider" && value is "FileSystem" ? this : throw new StandInException($"-{parameterName} {value} of Get-Location");

    public Collection<T> Invoke<T>() => [(T)(object)Runspace!.State.Path.CurrentProviderLocation("FileSystem")];

    public void Invoke<T>(IEnumerable? input, IList<T> output)
    {
        Runspace runspace = Runspace ?? throw new StandInException("a PowerShell without a runspace");
        PipelineProcessor pipeline = new(this, value => output.Add((T)(object)(value is null ? null! : PSObject.AsPSObject(value))));
        try
        {
            foreach (CommandAst command in _commands)
            {
                CmdletInfo cmdlet = runspace.Commands.GetValueOrDefault(command.GetCommandName()) ?? throw CommandNotFoundException.Named(command.GetCommandName());
                pipeline.Add(cmdlet, command.Arguments);
            }
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
}

public enum RunspaceMode { CurrentRunspace, NewRunspace }

public enum PSInvocationState { NotStarted, Running, Stopping, Stopped, Completed, Failed, Disconnected }

public sealed class PSInvocationStateInfo
{
    internal PSInvocationStateInfo(PSInvocationState state) => State = state;

    public PSInvocationState State { get; }
}
