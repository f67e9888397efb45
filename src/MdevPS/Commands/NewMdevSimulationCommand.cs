using System.Management.Automation;
using Mdev;
using Mdev.Kernel;
using Mdev.Simulation;
using MdevPS.Completers;
using MdevPS.Errors;

namespace MdevPS.Commands;

/// <summary>Makes a simulated host: a directory that every other cmdlet takes for a host with mediated devices.</summary>
[Cmdlet(VerbsCommon.New, Nouns.Simulation, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(SimulatedHost))]
public sealed class NewMdevSimulationCommand : PSCmdlet
{
    /// <summary>The drivers that the host has.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SimulatedDriverCompleter))]
    public string[] Driver { get; set; } = ["mtty", "mdpy", "mbochs"];

    /// <summary>The directory to make it in, absent or empty. Without it a new one among the temporary files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Make it this session's default host, by setting the environment variable MDEVPS_ROOT.</summary>
    [Parameter]
    public SwitchParameter Use { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string? path = Path is null ? null : GetUnresolvedProviderPathFromPSPath(Path);
        if (!ShouldProcess(path ?? "a new temporary directory", $"Make simulated host with {string.Join(", ", Driver)}"))
            return;
        try
        {
            SimulatedHost host = SimulatedHost.Create(Driver, path);
            if (Use)
                Environment.SetEnvironmentVariable(HostRoot.EnvironmentVariable, host.Root);
            WriteObject(host);
        }
        catch (MdevException e)
        {
            WriteError(MdevErrorRecord.Of(e, path));
        }
    }
}
