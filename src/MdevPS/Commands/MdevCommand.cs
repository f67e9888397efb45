using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using MdevPS.Errors;

namespace MdevPS.Commands;

/// <summary>What all cmdlets that touch a host have in common: the root, the way an error is told, and Ctrl+C.</summary>
public abstract class MdevCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private HostRoot? _host;
    private string? _hostRoot;

    /// <summary>
    /// The root directory of the host: a simulated one, a container's view of its host, a mounted image. Without it the one in
    /// the environment variable MDEVPS_ROOT is meant and, where that is not set, this machine.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>Cancelled as soon as the pipeline is stopped.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
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
    protected override void BeginProcessing()
    {
        // A variable that is empty by mistake must not mean everything. What an object of the pipeline leaves empty comes later.
        foreach ((string name, object? value) in MyInvocation.BoundParameters)
        {
            if (value is null or string { Length: 0 } or Array { Length: 0 })
                ThrowTerminatingError(MdevErrorRecord.Of(new MdevException(MdevError.InvalidArgument, $"-{name} was given, and what was given is empty."), value));
        }
    }

    /// <summary>Does the work of one record; what it throws becomes an error record, and the next one goes on.</summary>
    /// <param name="host">The host that the record is about.</param>
    protected abstract void ProcessHost(HostRoot host);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            ProcessHost(OpenHost());
        }
        catch (MdevException e)
        {
            Report(e, Target);
        }
    }

    /// <summary>Does the same to several devices; what fails for one becomes an error record about it, and the next one goes on.</summary>
    protected void ForEach(IEnumerable<Guid> uuids, Action<Guid> action)
    {
        foreach (Guid uuid in uuids)
        {
            if (StopToken.IsCancellationRequested)
                return;
            try
            {
                action(uuid);
            }
            catch (MdevException e)
            {
                Report(e, uuid);
            }
        }
    }

    /// <summary>What an error of the whole record is about.</summary>
    protected virtual object? Target => Root;

    /// <summary>Tells an error that does not end anything.</summary>
    protected void Report(MdevException exception, object? target) => WriteError(MdevErrorRecord.Of(exception, target));

    /// <summary>Tells an error about a path or name that the exception itself carries.</summary>
    protected void Report(MdevException exception) => Report(exception, exception.Path ?? Target);

    /// <summary>Writes objects to the pipeline one by one until it is stopped.</summary>
    protected void WriteEach<T>(IEnumerable<T> objects)
    {
        foreach (T item in objects)
        {
            if (StopToken.IsCancellationRequested)
                return;
            WriteObject(item);
        }
    }

    /// <summary>Says with -Verbose why a list is empty, where the host has no mediated devices at all. Listing such a host is no error.</summary>
    protected void TellIfUnsupported(HostRoot host)
    {
        if (new ParentReader(host, Report).WhyUnsupported is { } why)
            WriteVerbose(why);
    }

    // A stopped pipeline takes no word any more, and what is being done is to come to an end all the same.
    private void Trace(string text)
    {
        if (!StopToken.IsCancellationRequested)
            WriteVerbose(text);
    }

    /// <summary>The host that the record is about. A pipeline of many records is mostly about one.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.RootNotFound"/>.</exception>
    protected HostRoot OpenHost()
    {
        if (_host is null || _hostRoot != Root)
        {
            _host = HostOpener.Open(Root is null ? null : FilePath.Of(this, Root), Trace);
            _hostRoot = Root;
        }

        return _host;
    }
}
