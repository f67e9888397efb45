using System.Management.Automation;
using Mdev;
using Mdev.Simulation;
using MdevPS.Binding;

namespace MdevPS.Commands;

/// <summary>A cmdlet that does something to one simulated host, which has to be named.</summary>
public abstract class SimulationCommand : PSCmdlet, IDisposable
{
    private readonly HostSession _session;

    private protected SimulationCommand() => _session = new HostSession(this);

    /// <summary>The root of the simulated host. It has to be named: neither MDEVPS_ROOT nor anything else stands in for it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Root]
    [ArgumentCompleter(typeof(SimulationCompleter))]
    public string Root { get; set; } = "";

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _session.Begin();

    /// <inheritdoc/>
    protected override void StopProcessing() => _session.Stop();

    /// <inheritdoc/>
    protected override void ProcessRecord() => _session.Record(() =>
    {
        string root = SimulatedHost.Require(FilePath.Of(SessionState.Path, Root));
        if (ShouldProcess(Printable.Text(root), What))
            Do(root, _session.StopToken);
    });

    /// <summary>What is done, as it is said to who is asked.</summary>
    private protected abstract string What { get; }

    /// <summary>Does it.</summary>
    private protected abstract void Do(string root, CancellationToken stop);
}

/// <summary>Takes a simulated host away, with all its devices.</summary>
[Cmdlet(VerbsCommon.Remove, "MdevSimulation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveMdevSimulationCommand : SimulationCommand
{
    private protected override string What => "Remove simulated host";

    private protected override void Do(string root, CancellationToken stop)
    {
        bool isDefault = DefaultHost.Is(root);
        SimulatedHost.Remove(root, stop);
        DefaultHost.Leave(root, isDefault);
    }
}

/// <summary>Restarts a simulated host: definitions and other files stay, devices and virtual machines are gone.</summary>
[Cmdlet(VerbsLifecycle.Restart, "MdevSimulation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RestartMdevSimulationCommand : SimulationCommand
{
    private protected override string What => "Restart simulated host";

    private protected override void Do(string root, CancellationToken stop) => SimulatedHost.Restart(root, stop);
}
