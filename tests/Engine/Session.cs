using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace MdevPS.Engine;

/// <summary>
/// A session of PowerShell's own engine, as pwsh opens one, with the staged module imported. The engine has the language, the pipeline and the cmdlets
/// of Microsoft.PowerShell.Core; it has no Select-Object, Sort-Object, ConvertTo-Json or Format-Table, which a whole PowerShell brings.
/// </summary>
public sealed class Session : IDisposable
{
    private readonly RecordingHost _host;
    private readonly Runspace _runspace;

    /// <summary>Opens a session.</summary>
    /// <param name="manifest">The module to import; null for the staged one, empty for none.</param>
    /// <param name="width">How many columns the host's window has.</param>
    public Session(string? manifest = null, int width = 120)
    {
        _host = new RecordingHost(width);
        InitialSessionState initial = InitialSessionState.CreateDefault2();
        if (manifest is not "")
            initial.ImportPSModule(manifest ?? Manifest);
        _runspace = RunspaceFactory.CreateRunspace(_host, initial);
        _runspace.Open();
        // Tables carry escape codes even where the host denies them.
        _ = Run("$PSStyle.OutputRendering = 'PlainText'; $PSStyle.Formatting.TableHeader = $PSStyle.Formatting.CustomTableHeaderLabel = $PSStyle.Formatting.FormatAccent = ''");
    }

    /// <summary>The manifest of the module as it was staged.</summary>
    public static string Manifest { get; } = typeof(Session).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ModuleManifest").Value!;

    /// <summary>For the first line of an output: what everything below it runs on.</summary>
    public static string Description => $"PowerShell's engine {typeof(PSObject).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split(' ', '+')[0]}";

    /// <summary>Answers to the questions of -Confirm and ShouldContinue, first in first out; asked without an answer left, it is an error.</summary>
    public Queue<Answer> Answers => _host.Answers;

    /// <summary>What has been written since the last line was run, all streams in their order, as the host shows it.</summary>
    public string Screen => string.Join('\n', _host.Screen);

    /// <summary>Runs a script, as it would be typed, in a scope of its own.</summary>
    public Result Run(string script) => Invoke(NewShell(script), null, []);

    /// <summary>Pipes objects into a script.</summary>
    public Result Run(string script, IEnumerable input) => Invoke(NewShell($"$input | {script}"), input, []);

    /// <summary>Runs a script in the background, to be stopped.</summary>
    public Running Start(string script)
    {
        var output = new OutputList();
        PowerShell shell = NewShell(script);
        Task<Result> task = Task.Factory.StartNew(() => Invoke(shell, null, output), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return new Running(task, shell, output);
    }

    /// <summary>What Tab offers at the cursor, or at the end of the line.</summary>
    public IReadOnlyList<CompletionResult> Complete(string line, int? cursor = null)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddCommand("TabExpansion2").AddParameter("inputScript", line).AddParameter("cursorColumn", cursor ?? line.Length);
        return ((CommandCompletion)shell.Invoke().Single().BaseObject).CompletionMatches;
    }

    /// <inheritdoc/>
    public void Dispose() => _runspace.Dispose();

    private PowerShell NewShell(string script)
    {
        PowerShell shell = PowerShell.Create(_runspace);
        // A script goes on behind a statement that was terminated; whoever ran it wants to know of it.
        shell.AddScript($"try {{ {script}\n}} catch {{ throw }}", useLocalScope: true);
        return shell;
    }

    private Result Invoke(PowerShell shell, IEnumerable? input, Collection<PSObject> output)
    {
        _host.Forget();
        ErrorRecord? terminated = null;
        bool isStopped = false;
        try
        {
            shell.Invoke(input, output);
            isStopped = shell.InvocationStateInfo.State == PSInvocationState.Stopped;
        }
        catch (PipelineStoppedException)
        {
            isStopped = true;
        }
        catch (RuntimeException e)
        {
            terminated = e.ErrorRecord;
        }

        List<ErrorRecord> errors = [.. shell.Streams.Error.ReadAll()];
        if (terminated is not null)
            errors.Add(terminated);
        return new Result
        {
            Output = [.. output],
            Errors = errors,
            Terminated = terminated,
            IsStopped = isStopped,
            Warnings = [.. shell.Streams.Warning.ReadAll().Select(record => record.Message)],
            Verbose = [.. shell.Streams.Verbose.ReadAll().Select(record => record.Message)],
            Progress = [.. shell.Streams.Progress.ReadAll()],
            Host = [.. _host.Lines],
            Questions = [.. _host.Questions],
        };
    }
}

/// <summary>What a script left on the streams.</summary>
public sealed class Result
{
    /// <summary>The objects.</summary>
    public required IReadOnlyList<PSObject> Output { get; init; }

    /// <summary>All errors in their order, a terminating one last.</summary>
    public required IReadOnlyList<ErrorRecord> Errors { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<string> Verbose { get; init; }

    public required IReadOnlyList<ProgressRecord> Progress { get; init; }

    /// <summary>What went to the host directly: the What if lines, and what Out-Default and Out-Host print.</summary>
    public required IReadOnlyList<string> Host { get; init; }

    /// <summary>The questions that were asked.</summary>
    public required IReadOnlyList<string> Questions { get; init; }

    /// <summary>The error that ended the script; null when it came to its end by itself.</summary>
    public ErrorRecord? Terminated { get; init; }

    /// <summary>True when it was stopped from outside.</summary>
    public bool IsStopped { get; init; }

    /// <summary>Error ids without the cmdlet's type, which is what a script would branch on.</summary>
    public IReadOnlyList<string> ErrorIds => [.. Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0])];

    /// <summary>The messages of the errors as they are shown.</summary>
    public string ErrorText => string.Join('\n', Errors.Select(error => error.ToString()));

    /// <summary>The only object.</summary>
    public PSObject Only => Output.Single();

    /// <summary>The objects as text, which is how most of them are told apart.</summary>
    public IReadOnlyList<string> Text => [.. Output.Select(item => item?.ToString() ?? "")];

    /// <summary>A property of every object.</summary>
    public IReadOnlyList<object?> All(string property) => [.. Output.Select(item => Get(item, property))];

    /// <summary>A property of every object, as text.</summary>
    public IReadOnlyList<string?> TextOf(string property) => [.. All(property).Select(value => value?.ToString())];

    /// <summary>A property of the only object.</summary>
    public object? Get(string property) => Get(Only, property);

    /// <summary>A property of an object; an object without it fails.</summary>
    public static object? Get(PSObject item, string property)
    {
        object? value = (item.Properties[property] ?? throw new ArgumentException($"A {item.TypeNames[0]} has no property {property}.")).Value;
        return value is PSObject { BaseObject: not PSCustomObject and var inner } ? inner : value;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', Output.Select(item => item?.ToString()).Concat(Errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}")));
}

/// <summary>A script that runs in the background.</summary>
public sealed class Running
{
    private readonly Task<Result> _result;
    private readonly PowerShell _shell;
    private readonly OutputList _output;

    internal Running(Task<Result> result, PowerShell shell, OutputList output) => (_result, _shell, _output) = (result, shell, output);

    /// <summary>How many objects have come so far.</summary>
    public int Count => _output.CountSoFar;

    public bool IsCompleted => _result.IsCompleted;

    /// <summary>Waits until a condition holds, a minute at most.</summary>
    public void Until(Func<bool> condition)
    {
        if (!SpinWait.SpinUntil(() => condition() || _result.IsCompleted, TimeSpan.FromMinutes(1)))
            throw new TimeoutException("The condition did not come about.");
    }

    /// <summary>Ctrl+C: asks the script to stop and waits until it has.</summary>
    public Result Stop()
    {
        _shell.Stop();
        return Wait();
    }

    /// <summary>Waits until the script has come to its end.</summary>
    public Result Wait() => _result.Wait(TimeSpan.FromMinutes(2)) ? _result.Result : throw new TimeoutException("The script does not end.");
}

/// <summary>Filled by the pipeline's thread while a test's thread counts.</summary>
internal sealed class OutputList : Collection<PSObject>
{
    private int _count;

    public int CountSoFar => Volatile.Read(ref _count);

    protected override void InsertItem(int index, PSObject item)
    {
        base.InsertItem(index, item);
        Interlocked.Increment(ref _count);
    }
}

public enum Answer
{
    Yes,
    YesToAll,
    No,
    NoToAll,
}
