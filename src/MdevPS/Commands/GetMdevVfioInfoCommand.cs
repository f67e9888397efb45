using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Vfio;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets what VFIO itself says of devices. It opens each for that moment, so a device has to be named.</summary>
[Cmdlet(VerbsCommon.Get, "MdevVfioInfo")]
[OutputType(typeof(MdevVfioInfo))]
public sealed class GetMdevVfioInfoCommand : MdevCommand
{
    /// <summary>UUIDs of devices that nobody has open.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Uuid]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[] Uuid { get; set; } = [];

    /// <inheritdoc/>
    private protected override void Process()
    {
        HostRoot host = OpenHost();
        Session.ForEach(Uuid, uuid =>
        {
            void Report(MdevException e) => Session.Report(e, uuid);
            WriteObject(new VfioReader(host, Report, Session.StopToken).Read(new DeviceReader(host, Report).Get(uuid, Session.TextOfObject("Parent"))));
        });
    }
}
