using System.Management.Automation;
using Mdev;
using Mdev.Simulation;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Makes a simulated host: a directory that every other cmdlet takes for a host with mediated devices.</summary>
[Cmdlet(VerbsCommon.New, "MdevSimulation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(SimulatedHost))]
public sealed class NewMdevSimulationCommand : PSCmdlet, IDisposable
{
    private readonly HostSession _session;

    /// <summary>Makes the cmdlet.</summary>
    public NewMdevSimulationCommand() => _session = new HostSession(this);

    /// <summary>The drivers that the host has.</summary>
    [Parameter(Position = 0)]
    [Text]
    [ArgumentCompleter(typeof(SimulatedDriverCompleter))]
    public string[] Driver { get; set; } = ["mtty", "mdpy", "mbochs"];

    /// <summary>The directory to make it in, absent or empty. Without it a new one among the temporary files.</summary>
    [Parameter]
    [Root]
    public string? Path { get; set; }

    /// <summary>Make it this session's default host, by setting the environment variable MDEVPS_ROOT, until it is removed.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter Use { get; set; }

    /// <summary>How many GPUs: of nvidia-t4 (usually 2), nvidia-a2 and nvidia-l40s (usually 4), nvidia-mig and nvidia-upstream (usually 1).</summary>
    [Parameter]
    [Number]
    [ValidateRange(1, 64)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int? GpuCount { get; set; }

    /// <summary>Over how many NUMA nodes the PCI devices are spread in turn: of NVIDIA's drivers and fleet (usually 2).</summary>
    [Parameter]
    [Number]
    [ValidateRange(1, 64)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int? NumaNodeCount { get; set; }

    /// <summary>How many subchannels: of vfio_ccw (usually 256).</summary>
    [Parameter]
    [Number]
    [ValidateRange(1, 65536)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int? SubchannelCount { get; set; }

    /// <summary>How many parents: of fleet (usually 16).</summary>
    [Parameter]
    [Number]
    [ValidateRange(1, 4096)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int? ParentCount { get; set; }

    /// <summary>
    /// How many virtual functions a GPU has, each for one device only: of nvidia-l40s, nvidia-mig and nvidia-upstream (usually 32). Of fleet: how many of
    /// the parents are the virtual functions of one physical device; usually 0, which makes every parent a physical device that holds up to 1,024.
    /// </summary>
    [Parameter]
    [Number]
    [ValidateRange(0, 64)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int? FunctionCount { get; set; }

    /// <summary>How many types every parent offers: of fleet (usually 8).</summary>
    [Parameter]
    [Number]
    [ValidateRange(1, 256)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int? TypeCount { get; set; }

    /// <summary>How many devices there are from the start, spread over the parents in turn: of fleet (usually 0).</summary>
    [Parameter]
    [Number]
    [ValidateRange(0, 65536)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int? DeviceCount { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing() => _session.Begin();

    /// <inheritdoc/>
    protected override void EndProcessing() => _session.EndShow();

    /// <inheritdoc/>
    protected override void StopProcessing() => _session.Stop();

    /// <inheritdoc/>
    protected override void ProcessRecord() => _session.Record(() =>
    {
        string? path = Path is null ? null : FilePath.Of(SessionState.Path, Path);
        if (!ShouldProcess(Printable.Text(path ?? "a new temporary directory"), Printable.Text($"Make simulated host with {string.Join(", ", Driver)}")))
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
        }, files => _session.Show("Making a simulated host", Printable.Counted(files, "file")), _session.StopToken);
        if (Use)
            DefaultHost.Use(host.Root);
        WriteObject(host);
    });
}
