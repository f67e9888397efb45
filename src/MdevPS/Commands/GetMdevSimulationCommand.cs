using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Simulation;
using MdevPS.Binding;

namespace MdevPS.Commands;

/// <summary>Lists the simulated hosts that this user has made, in whatever session, the oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "MdevSimulation")]
[OutputType(typeof(SimulatedHost))]
public sealed class GetMdevSimulationCommand : PSCmdlet, IDisposable
{
    private readonly HostSession _session;

    /// <summary>Makes the cmdlet.</summary>
    public GetMdevSimulationCommand() => _session = new HostSession(this);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing() => _session.Begin();

    /// <inheritdoc/>
    protected override void StopProcessing() => _session.Stop();

    /// <inheritdoc/>
    protected override void ProcessRecord() => _session.Record(() =>
    {
        foreach (SimulatedHost host in SimulatedHost.All())
        {
            _session.StopToken.ThrowIfCancellationRequested();
            var listed = PSObject.AsPSObject(new SimulatedHost(host) { DeviceCount = Devices(host.Root) });
            listed.TypeNames.Insert(0, $"{typeof(SimulatedHost).FullName}#Listed");
            WriteObject(listed);
        }
    });

    // Null where there is no knowing. What is broken in a host is told by the cmdlets that look at it.
    private static int? Devices(string root)
    {
        try
        {
            return new DeviceReader(HostOpener.Open(root), _ => { }).Read(new DeviceQuery()).Count();
        }
        catch (MdevException)
        {
            return null;
        }
    }
}
