using System.Management.Automation;
using Mdev;
using Mdev.Inventory;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets mediated devices.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.Device)]
[OutputType(typeof(MdevDevice))]
public sealed class GetMdevDeviceCommand : MdevCommand
{
    /// <summary>UUIDs of devices.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[]? Uuid { get; set; }

    /// <summary>Only devices of these parents; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [NameOf(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Only devices of these type ids; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [NameOf(typeof(MdevType))]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Uuid is { Length: > 0 } ? Uuid : Parent ?? Type;

    /// <inheritdoc/>
    protected override void ProcessHost(HostRoot host)
    {
        if (!new ParentReader(host, Report).IsSupported)
            WriteVerbose($"Host '{host.Root}' has no /sys/bus/mdev: no driver that offers mediated devices is loaded.");
        WriteEach(new DeviceReader(host, Report).Read(new DeviceQuery
        {
            Uuids = Uuid ?? [],
            Parents = NamePatterns.Filter(Parent),
            Types = NamePatterns.Filter(Type),
        }));
    }
}
