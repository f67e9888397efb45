using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace MdevPS.Engines;

/// <summary>
/// Hosts whichever engine was chosen: the stand-in bears PowerShell's names, so that this one driver is for both. Only how a line is wrapped differs.
/// </summary>
public sealed class Engine : IEngine
{
    private readonly TestHost _host = new();
    private readonly Runspace _runspace;

    private Engine(IEnumerable<Type> cmdlets)
    {
        InitialSessionState initial = InitialSessionState.Create();
        initial.LanguageMode = PSLanguageMode.FullLanguage;
        foreach (Type type in cmdlets)
        {
            CmdletAttribute attribute = type.GetCustomAttribute<CmdletAttribute>()!;
            initial.Commands.Add(new SessionStateCmdletEntry($"{attribute.VerbName}-{attribute.NounName}", type, null));
        }
        if (EngineChoice.IsReal)
            RealEngine.AddFileSystem(initial);
        _runspace = RunspaceFactory.CreateRunspace(_host, initial);
        _runspace.Open();
    }

    /// <summary>A session with all cmdlets of an assembly.</summary>
    public static IEngine For(Assembly cmdlets) =>
        new Engine(cmdlets.GetExportedTypes().Where(t => !t.IsAbstract && t.IsDefined(typeof(CmdletAttribute))));

    public Queue<Answer> Answers => _host.Answers;

    public Result Run(string line) => Invoke(line, null);

    public Result Run(string line, IEnumerable input) => Invoke(line, input);

    public Running Start(string line)
    {
        OutputList output = [];
        PowerShell shell = NewShell();
        Task<Result> task = Task.Factory.StartNew(
            () => Invoke(shell, line, null, output), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        // Disposed by nobody: a stop that comes as the line ends would meet what is disposed.
        return new Running(task, shell.Stop, () => output.Count);
    }

    public IReadOnlyList<Completion> Complete(string line, int? cursor = null)
    {
        using PowerShell shell = NewShell();
        CommandCompletion completion = EngineChoice.IsReal
            ? RealEngine.Complete(shell, line, cursor ?? line.Length)
            : CommandCompletion.CompleteInput(line, cursor ?? line.Length, null, shell);
        return [.. completion.CompletionMatches.Select(m => new Completion(m.CompletionText, m.ListItemText, m.ToolTip))];
    }

    public object? Variable(string name) => Unwrap(_runspace.SessionStateProxy.GetVariable(name)) switch
    {
        ArrayList list => list.Cast<object?>().Select(Unwrap).ToArray(),
        object value => value,
        null => null,
    };

    public void SetLocation(string directory) => _runspace.SessionStateProxy.Path.SetLocation(directory);

    public object PropertyBag(params (string Name, object? Value)[] properties)
    {
        PSObject bag = new();
        foreach ((string name, object? value) in properties)
            bag.Properties.Add(new PSNoteProperty(name, value));
        return bag;
    }

    public object Deserialized(object value)
    {
        PSObject source = PSObject.AsPSObject(value);
        PSObject copy = (PSObject)PropertyBag([.. source.Properties.Select(p => (p.Name, p.Value))]);
        copy.TypeNames.Clear();
        foreach (string name in source.TypeNames)
            copy.TypeNames.Add("Deserialized." + name);
        return copy;
    }

    public void Dispose() => _runspace.Dispose();

    private PowerShell NewShell()
    {
        PowerShell shell = PowerShell.Create();
        shell.Runspace = _runspace;
        return shell;
    }

    private Result Invoke(string line, IEnumerable? input)
    {
        using PowerShell shell = NewShell();
        return Invoke(shell, line, input, []);
    }

    private Result Invoke(PowerShell shell, string line, IEnumerable? input, Collection<PSObject> output)
    {
        _host.Forget();
        Error? terminated = null;
        bool stopped = false;
        try
        {
            shell.AddScript(EngineChoice.IsReal ? RealEngine.Wrap(line, input is not null) : line);
            shell.Invoke(input, output);
            stopped = shell.InvocationStateInfo.State == PSInvocationState.Stopped;
        }
        catch (PipelineStoppedException)
        {
            stopped = true;
        }
        catch (RuntimeException e)
        {
            terminated = ErrorOf(e.ErrorRecord);
        }
        List<Error> errors = [.. shell.Streams.Error.ReadAll().Select(ErrorOf)];
        if (terminated is not null)
            errors.Add(terminated);
        return new Result
        {
            Output = [.. output.Select(Unwrap)],
            Errors = errors,
            Terminated = terminated,
            Stopped = stopped,
            Warnings = [.. shell.Streams.Warning.ReadAll().Select(r => r.Message)],
            Verbose = [.. shell.Streams.Verbose.ReadAll().Select(r => r.Message)],
            Debug = [.. shell.Streams.Debug.ReadAll().Select(r => r.Message)],
            Progress = [.. shell.Streams.Progress.ReadAll().Select(r =>
                new Progress(r.Activity, r.StatusDescription, r.CurrentOperation, r.PercentComplete, r.RecordType == ProgressRecordType.Completed))],
            Host = [.. _host.Lines],
            Questions = [.. _host.Questions],
        };
    }

    private static Error ErrorOf(ErrorRecord record) => new(
        record.FullyQualifiedErrorId, record.CategoryInfo.Category.ToString(), Unwrap(record.TargetObject), record.ToString(),
        record.ErrorDetails?.RecommendedAction ?? "", record.InvocationInfo?.MyCommand?.Name ?? "", record.Exception);

    private static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject and var inner } ? inner : value;

    /// <summary>Filled by the pipeline's thread while a test's thread counts.</summary>
    private sealed class OutputList : Collection<PSObject>
    {
        protected override void InsertItem(int index, PSObject item)
        {
            lock (this)
                base.InsertItem(index, item);
        }
    }
}
