using System.Management.Automation;
using Mdev;
using Mdev.Simulation;
using MdevPS.Binding;

namespace MdevPS.Commands;

/// <summary>Takes a simulated host away, with all its devices.</summary>
[Cmdlet(VerbsCommon.Remove, "MdevSimulation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveMdevSimulationCommand : PSCmdlet, IDisposable
{
    private readonly HostSession _session;

    /// <summary>Makes the cmdlet.</summary>
    public RemoveMdevSimulationCommand() => _session = new HostSession(this);

    /// <summary>The root of the simulated host. It has to be named: neither MDEVPS_ROOT nor anything else stands in for it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Root]
    [ArgumentCompleter(typeof(SimulationCompleter))]
    public string Root { get; set; } = "";

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing() => _session.Begin();

    /// <inheritdoc/>
    protected override void StopProcessing() => _session.Stop();

    /// <inheritdoc/>
    protected override void ProcessRecord() => _session.Record(() =>
    {
        string root = FilePath.Of(SessionState.Path, Root);
        SimulatedHost.Require(root);
        if (!ShouldProcess(Printable.Text(root), "Remove simulated host"))
            return;
        SimulatedHost.Remove(root, _session.StopToken);
        DefaultHost.Leave(HostOpener.Absolute(root));
    });
}
