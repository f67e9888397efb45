using System.Management.Automation;
using Mdev;
using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Sets a vendor attribute: of devices where -Uuid is given, else of types where -Type is, else of the parents of -Parent.</summary>
[Cmdlet(VerbsCommon.Set, Nouns.Attribute, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class SetMdevAttributeCommand : AttributeCommand
{
    /// <summary>The name of the attribute, one in a sub-directory as nvidia/vgpu_params.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AttributeCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The value. Of several, each is written by itself, in this order.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[] Value { get; set; } = [];

    /// <summary>The computer that a remoted object came from.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? PSComputerName { get; set; }

    /// <inheritdoc/>
    protected override void ProcessHost(HostRoot host)
    {
        Computer.RequireThis(PSComputerName);
        if (Uuid is not { Length: > 0 } && Type is not { Length: > 0 } && Parent is null)
            throw new MdevException(MdevError.InvalidArgument, "It is not said whose attribute is to be set. Give -Uuid, -Type or -Parent.");
        var attributes = new VendorAttributes(host, Report);
        foreach (AttributeOwner owner in Owners(host))
        {
            if (StopToken.IsCancellationRequested)
                return;
            try
            {
                Set(attributes, owner);
            }
            catch (MdevException e)
            {
                Report(e, (object?)owner.Uuid ?? owner.Type ?? owner.Parent);
            }
        }
    }

    // The first value that is refused is the last that is written: what comes behind it may build on it.
    private void Set(VendorAttributes attributes, AttributeOwner owner)
    {
        attributes.Require(owner, Name);
        foreach (string value in Value)
        {
            if (ShouldProcess(Printable.Text($"{Name} of {owner}"), Printable.Text($"Set to '{value}'")))
                attributes.Write(owner, Name, value);
        }
    }
}
