using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Simulation;
using MdevPS.Completers;
using MdevPS.Errors;

namespace MdevPS.Commands;

/// <summary>Makes a simulated host: a directory that every other cmdlet takes for a host with mediated devices.</summary>
[Cmdlet(VerbsCommon.New, Nouns.Simulation, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(SimulatedHost))]
public sealed class NewMdevSimulationCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

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

    /// <summary>How many GPUs: of nvidia-t4 (usually 2) and of nvidia-a2 (usually 4).</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? GpuCount { get; set; }

    /// <summary>Over how many NUMA nodes the PCI devices are spread in turn: of nvidia-t4, nvidia-a2 and fleet (usually 2).</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? NumaNodeCount { get; set; }

    /// <summary>How many subchannels: of vfio_ccw (usually 256).</summary>
    [Parameter]
    [ValidateRange(1, 65536)]
    public int? SubchannelCount { get; set; }

    /// <summary>How many parents: of fleet (usually 16).</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int? ParentCount { get; set; }

    /// <summary>
    /// How many of the parents are the virtual functions of one physical device, each for one device only: of fleet. Usually 0, which makes every parent a
    /// physical device that holds up to 1,024.
    /// </summary>
    [Parameter]
    [ValidateRange(0, 64)]
    public int? FunctionCount { get; set; }

    /// <summary>How many types every parent offers: of fleet (usually 8).</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int? TypeCount { get; set; }

    /// <summary>How many devices there are from the start, spread over the parents in turn: of fleet (usually 0).</summary>
    [Parameter]
    [ValidateRange(0, 65536)]
    public int? DeviceCount { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

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
    protected override void ProcessRecord()
    {
        try
        {
            string? path = Path is null ? null : FilePath.Of(this, Path);
            if (!ShouldProcess(path ?? "a new temporary directory", $"Make simulated host with {string.Join(", ", Driver)}"))
                return;
            SimulatedHost host = SimulatedHost.Create(Driver, path, new SimulationSizes
            {
                GpuCount = GpuCount,
                NumaNodeCount = NumaNodeCount,
                SubchannelCount = SubchannelCount,
                ParentCount = ParentCount,
                FunctionCount = FunctionCount,
                TypeCount = TypeCount,
                DeviceCount = DeviceCount,
            }, _stop.Token);
            if (Use)
                Environment.SetEnvironmentVariable(HostOpener.EnvironmentVariable, host.Root);
            WriteObject(host);
        }
        catch (MdevException e)
        {
            WriteError(MdevErrorRecord.Of(e, Path));
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: nothing is left of the host.
        }
    }
}
