using System.Management.Automation;
using Mdev;
using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Sets a vendor attribute: of devices where -Uuid is given, else of types where -Type is, else of the parents of -Parent.</summary>
[Cmdlet(VerbsCommon.Set, "MdevAttribute", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class SetMdevAttributeCommand : MdevCommand
{
    /// <summary>The name of the attribute, one in a sub-directory as nvidia/vgpu_params.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Text(One = true)]
    [ArgumentCompleter(typeof(SettableAttributeCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The value. Of several, each is written by itself, in this order.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [Text]
    [ArgumentCompleter(typeof(NoCompleter))]
    public string[] Value { get; set; } = [];

    /// <summary>UUIDs of devices.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Uuid(AllowEmpty = true)]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[]? Uuid { get; set; }

    /// <summary>Parents, or the parents of the types; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Type ids; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevType), AllowEmpty = true)]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        HostRoot host = OpenHost();
        AttributeOwners owners = OwnerKeys.Of(Session, Uuid, Type, Parent);
        if (Uuid is null && Type is null && Parent is null)
            throw new MdevException(MdevError.InvalidArgument, "It is not said whose attribute is to be set. Give -Uuid, -Type or -Parent.");
        var attributes = new VendorAttributes(host, Session.Report);
        foreach (AttributeOwner owner in owners.On(host, Session.Report))
            Session.Try((object?)owner.Uuid ?? owner.Type ?? owner.Parent, () => Set(attributes, host, owner));
    }

    // What comes behind a value that is refused or declined may build on it, and is not written.
    private void Set(VendorAttributes attributes, HostRoot host, AttributeOwner owner)
    {
        // Of a piped object, type and parent have chosen the owner already.
        if (owner.Uuid is { } uuid && UuidAttribute.ObjectOf(Uuid, uuid) is { } given)
            given.Require(new DeviceReader(host, Session.Report).Get(uuid, owner.Parent));
        attributes.Require(owner, Name);
        foreach (string value in Value)
        {
            Session.StopToken.ThrowIfCancellationRequested();
            string what = Printable.Text($"Set attribute {Name} of {owner} to '{value}'.");
            if (ShouldProcess(what, $"{what} Go on?", "Set vendor attribute", out ShouldProcessReason reason))
                attributes.Write(owner, Name, value);
            else if (reason != ShouldProcessReason.WhatIf)
                return;
        }
    }
}
