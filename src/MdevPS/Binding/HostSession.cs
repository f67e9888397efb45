using System.Management.Automation;
using System.Reflection;
using Mdev;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Errors;

namespace MdevPS.Binding;

/// <summary>
/// What a cmdlet has to work on hosts with: it takes the records of the pipeline one by one, opens their host, tells what happens, and stops.
/// </summary>
/// <param name="cmdlet">The cmdlet.</param>
internal sealed class HostSession(PSCmdlet cmdlet) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _changes = cmdlet.GetType().GetCustomAttribute<CmdletAttribute>() is { SupportsShouldProcess: true };
    private readonly HashSet<string> _warned = [];
    private readonly PipedInput _input = new(cmdlet);
    private readonly LongWork _work = new(cmdlet);
    private HostRoot? _host;
    private string? _hostRoot;

    /// <summary>Cancelled as soon as the pipeline is stopped.</summary>
    public CancellationToken StopToken => _stop.Token;

    /// <summary>Whether the next error, warning or verbose word may end the pipeline: its action, or its preference, is Stop, Inquire or Break.</summary>
    public bool EndsAtWords => EndsAt("ErrorAction", "ErrorActionPreference") || EndsAt("WarningAction", "WarningPreference") || EndsAt(null, "VerbosePreference");

    /// <summary>Whether the record is a vendor attribute that was piped.</summary>
    public bool IsAttribute => _input.IsAttribute;

    /// <summary>Whether a parameter was given as an argument. What objects bring is not known before their turn.</summary>
    public bool IsArgument(string parameter) => _input.IsArgument(parameter);

    /// <summary>Whether the value of a parameter is a property of the record's object.</summary>
    public bool IsOfObject(string parameter) => _input.IsOfObject(parameter);

    /// <summary>The text of a property of the piped object, also of one that no parameter takes; null where there is none.</summary>
    public string? PipedText(string property) => _input.Text(property);

    /// <summary>The text of a property of the piped object that the UUID comes from; null where the UUID was given as an argument.</summary>
    public string? TextOfObject(string property) => IsArgument("Uuid") ? null : PipedText(property);

    /// <summary>Whether the piped object has a property with nothing in it.</summary>
    public bool IsNull(string property) => _input.IsNull(property);

    /// <summary>Looks at the arguments. A variable that is empty by mistake must not mean everything, and ends the cmdlet.</summary>
    public void Begin()
    {
        foreach ((string name, object? value) in cmdlet.MyInvocation.BoundParameters)
        {
            if (value is null or string { Length: 0 } or Array { Length: 0 })
                cmdlet.ThrowTerminatingError(MdevErrorRecord.Of(new MdevException(MdevError.InvalidArgument, $"-{name} was given, and what was given is empty."), value));
        }

        _input.Begin();
    }

    /// <summary>
    /// Does the work of one record; what it throws becomes an error record, and the next one goes on. A cmdlet that changes something does nothing for an
    /// object of another computer.
    /// </summary>
    public void Record(Action work) => Try(null, () =>
    {
        _input.Next();
        if (_changes)
            RequireThisComputer();
        work();
        RequireHost();
    });

    // What is missing of a host that was deleted meanwhile looks like what was never there.
    private void RequireHost()
    {
        if (_host is { Files.IsGone: true })
            throw new MdevException(MdevError.RootNotFound, $"The host root '{_host.Root}' was deleted meanwhile, so that what was told of it may not be complete.", _host.Root);
    }

    /// <summary>Does the same to each of several; what fails for one becomes an error record about it, and the next one goes on.</summary>
    public void ForEach<T>(IEnumerable<T> items, Action<T> work)
    {
        foreach (T item in items)
        {
            if (StopToken.IsCancellationRequested)
                return;
            Try(item, () => work(item));
        }
    }

    /// <summary>Makes sure that the object of the record was listed on this computer.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.OtherComputer"/>.</exception>
    public void RequireThisComputer() => Computer.RequireThis(_input.ComputerName);

    /// <summary>The host of the record. A pipeline of many records is mostly about one.</summary>
    /// <param name="root">Its root as it was given; null for the default host.</param>
    /// <exception cref="MdevException"><see cref="MdevError.RootNotFound"/>.</exception>
    public HostRoot Open(string? root)
    {
        // Another one may have been made in the place of one that is gone.
        if (_host is null or { Files.IsGone: true } || _hostRoot != root)
        {
            _host = HostOpener.Open(root is null ? null : FilePath.Of(cmdlet.SessionState.Path, root), Verbose, StopToken);
            _hostRoot = root;
        }

        return _host;
    }

    /// <summary>Tells an error that does not end anything, about what the exception itself names.</summary>
    public void Report(MdevException exception) => Report(exception, null);

    /// <summary>Tells an error that does not end anything.</summary>
    /// <param name="exception">The error.</param>
    /// <param name="about">The one thing that it is about; null for what the exception itself names or else the record.</param>
    public void Report(MdevException exception, object? about) =>
        cmdlet.WriteError(MdevErrorRecord.Of(exception, about ?? exception.Path ?? exception.Name ?? (object?)exception.Uuid ?? _input.Value ?? _host?.Root));

    /// <summary>Writes objects to the pipeline one by one until it is stopped.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="behindEach">What is to be told once an object is written; null for nothing.</param>
    public void Write<T>(IEnumerable<T> objects, Action? behindEach = null)
    {
        foreach (T item in objects)
        {
            if (StopToken.IsCancellationRequested)
                return;
            cmdlet.WriteObject(item);
            behindEach?.Invoke();
        }
    }

    /// <summary>A device as it is shown with those who use it.</summary>
    public static PSObject WithUsers(MdevDevice device)
    {
        var shown = new PSObject(device);
        shown.TypeNames.Insert(0, $"{typeof(MdevDevice)}#IncludeUser");
        return shown;
    }

    /// <summary>Warns.</summary>
    public void Warn(string text) => cmdlet.WriteWarning(Printable.Text(text));

    /// <summary>Warns, and not again of the same.</summary>
    public void WarnOnce(string text) => WarnOnce(text, text);

    /// <summary>Warns of a thing, and not again of it, whatever there were to say.</summary>
    public void WarnOnce(string about, string text)
    {
        if (_warned.Add(about))
            Warn(text);
    }

    /// <summary>Says something with -Verbose. After a stop the engine would end what is being done at the next word, and that has to come to its own end.</summary>
    public void Verbose(string text)
    {
        if (!StopToken.IsCancellationRequested)
            cmdlet.WriteVerbose(Printable.Text(text));
    }

    /// <summary>Shows that work goes on which takes longer than a second.</summary>
    /// <param name="activity">What is done.</param>
    /// <param name="status">How far it is.</param>
    /// <param name="percent">The same as a part of the whole; -1 where the whole is not known.</param>
    /// <param name="left">How long it may take yet; null where that is not known.</param>
    public void Show(string activity, string status, int percent = -1, TimeSpan? left = null)
    {
        if (!StopToken.IsCancellationRequested)
            _work.Show(activity, status, percent, left);
    }

    /// <summary>Takes away what <see cref="Show"/> has put on the screen.</summary>
    public void EndShow() => _work.End();

    /// <summary>Says with -Verbose why a list is empty, where the host has no interface for such devices. Listing such a host is no error.</summary>
    public void TellIfUnsupported(HostRoot host)
    {
        if (new ParentReader(host, Report).WhyUnsupported is { } why)
            Verbose(why);
    }

    /// <summary>Ends what is being done.</summary>
    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Ctrl+C came while the pipeline was already being taken down.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private bool EndsAt(string? parameter, string preference) =>
        Preference.Of(cmdlet, parameter, preference) is not (null or ActionPreference.Continue or ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    /// <summary>Does a piece of work; what it throws becomes an error record.</summary>
    /// <param name="about">The one thing that the work is about; null for what the exception itself names or else the record.</param>
    /// <param name="work">The work.</param>
    public void Try(object? about, Action work)
    {
        try
        {
            work();
        }
        catch (MdevException e)
        {
            Report(e, about);
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            // Ctrl+C.
        }
    }
}

/// <summary>
/// Long work as somebody before the screen sees it: nothing in its first second, then how far it is, five times a second at most. To show it must never end
/// it: a device may have been made that nobody was told of yet.
/// </summary>
/// <param name="cmdlet">The cmdlet that works.</param>
internal sealed class LongWork(PSCmdlet cmdlet)
{
    private long? _next;
    private string? _shown;

    /// <summary>The time in milliseconds; null where nobody looks, so that no log has it.</summary>
    internal static Func<long?> Clock { get; set; } = () => Console.IsOutputRedirected ? null : Environment.TickCount64;

    /// <summary>Shows how far it is.</summary>
    public void Show(string activity, string status, int percent, TimeSpan? left)
    {
        if (Clock() is not { } now)
            return;
        _next ??= now + 1000;
        if (now < _next)
            return;
        _next = now + 200;
        // By Stop and Inquire PowerShell means to end what shows its progress.
        if (Preference.Of(cmdlet, "ProgressAction", "ProgressPreference") == ActionPreference.Continue)
            Write(new ProgressRecord(0, _shown = activity, Printable.Text(status)) { PercentComplete = percent, SecondsRemaining = (int?)left?.TotalSeconds ?? -1 });
    }

    /// <summary>Takes it from the screen.</summary>
    public void End()
    {
        if (_shown is not null)
            Write(new ProgressRecord(0, _shown, " ") { RecordType = ProgressRecordType.Completed });
    }

    private void Write(ProgressRecord record)
    {
        try
        {
            cmdlet.WriteProgress(record);
        }
        catch (PipelineStoppedException)
        {
            // Ctrl+C, which the work itself heeds where nothing gets lost.
        }
    }
}

/// <summary>What a cmdlet is to do at an error or the like: by its common parameter or else by the session's preference.</summary>
file static class Preference
{
    public static ActionPreference? Of(PSCmdlet cmdlet, string? parameter, string variable) =>
        LanguagePrimitives.TryConvertTo((parameter is null ? null : cmdlet.MyInvocation.BoundParameters.GetValueOrDefault(parameter)) ?? cmdlet.SessionState.PSVariable.GetValue(variable), out ActionPreference action) ? action : null;
}
