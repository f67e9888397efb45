using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Simulation;
using MdevPS.Errors;

namespace MdevPS.Commands;

/// <summary>Takes a simulated host away, with all its devices.</summary>
[Cmdlet(VerbsCommon.Remove, Nouns.Simulation, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveMdevSimulationCommand : PSCmdlet
{
    /// <summary>The root of the simulated host. It has to be named: neither MDEVPS_ROOT nor anything else stands in for it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Root { get; set; } = "";

    /// <summary>The computer that a remoted object came from.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? PSComputerName { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            string root = FilePath.Of(this, Root);
            Computer.RequireThis(PSComputerName);
            SimulatedHost.Require(root);
            if (!ShouldProcess(root, "Remove simulated host"))
                return;
            SimulatedHost.Remove(root);
            // A default that is gone would only make every later cmdlet fail.
            if (HostOpener.Default == HostOpener.Absolute(root))
                Environment.SetEnvironmentVariable(HostOpener.EnvironmentVariable, null);
        }
        catch (MdevException e)
        {
            WriteError(MdevErrorRecord.Of(e, Root));
        }
    }
}
