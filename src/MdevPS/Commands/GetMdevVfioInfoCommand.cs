using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Vfio;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets what VFIO itself says of devices. It opens each for that moment, so a device has to be named.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.VfioInfo)]
[OutputType(typeof(MdevVfioInfo))]
public sealed class GetMdevVfioInfoCommand : MdevCommand
{
    /// <summary>UUIDs of devices that nobody has open.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [UuidOf]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[] Uuid { get; set; } = [];

    /// <inheritdoc/>
    protected override object? Target => Uuid;

    /// <inheritdoc/>
    protected override void ProcessHost(HostRoot host) => ForEach(Uuid, uuid =>
    {
        void ReportOne(MdevException e) => Report(e, uuid);
        WriteObject(new VfioReader(host, ReportOne).Read(new DeviceReader(host, ReportOne).Get(uuid)));
    });
}
