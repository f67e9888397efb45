using System.Management.Automation;
using Mdev;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Kernel;

namespace MdevPS.Binding;

/// <summary>A cmdlet that works on the host of -Root.</summary>
public abstract class MdevCommand : PSCmdlet, IDisposable
{
    private protected MdevCommand() => Session = new HostSession(this);

    /// <summary>
    /// The root directory of the host: a simulated one, a container's view of its host, a mounted image. Without it the one in
    /// the environment variable MDEVPS_ROOT is meant and, where that is not set, this machine.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Root]
    [ArgumentCompleter(typeof(RootCompleter))]
    public string? Root { get; set; }

    private protected HostSession Session { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Session.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void BeginProcessing() => Session.Begin();

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Session.Record(Process);

    /// <inheritdoc/>
    protected override void EndProcessing() => Session.EndShow();

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => Session.Stop();

    /// <summary>Does the work of one record.</summary>
    private protected abstract void Process();

    /// <summary>The host of the record.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.RootNotFound"/>.</exception>
    private protected HostRoot OpenHost() => Session.Open(Root);
}

/// <summary>A cmdlet that may run mdevctl's callout scripts.</summary>
public abstract class CalloutCommand : MdevCommand
{
    private Callouts? _callouts;
    private HostRoot? _host;

    /// <summary>Leave mdevctl's callout scripts out: none is asked, and none is told.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter SkipCallout { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        TellRest();
    }

    /// <summary>Tells what scripts that ran after a deed have said. The deed's result is written by now: a word may end the pipeline.</summary>
    private protected void TellRest() => _callouts?.TellRest();

    /// <summary>The scripts of a host; null where they are left out.</summary>
    private protected Callouts? CalloutsOf(HostRoot host)
    {
        if (SkipCallout)
            return null;
        if (_callouts is null || _host != host)
        {
            TellRest();
            (_callouts, _host) = (new Callouts(host, Session.Report, Session.WarnOnce, Session.StopToken), host);
        }

        return _callouts;
    }
}
