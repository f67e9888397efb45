using System.Management.Automation;
using Mdev;
using Mdev.Attributes;
using Mdev.Inventory;
using Mdev.Kernel;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>
/// Gets vendor attributes: of devices where -Uuid is given, else of types where -Type is, else of parents; without any of them, of all that the
/// host has.
/// </summary>
[Cmdlet(VerbsCommon.Get, Nouns.Attribute)]
[OutputType(typeof(MdevAttribute))]
public sealed class GetMdevAttributeCommand : MdevCommand
{
    /// <summary>UUIDs of devices.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [UuidOf]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[]? Uuid { get; set; }

    /// <summary>Names of attributes, those in a sub-directory as vendor/memory; wildcards are allowed. Never taken from the pipeline, because most objects have a Name.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AttributeCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Parents, or the parents of the types; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [NameOf(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Type ids; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [NameOf(typeof(MdevType))]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <inheritdoc/>
    protected override object? Target => (object?)Uuid ?? Type ?? Parent;

    /// <inheritdoc/>
    protected override void ProcessHost(HostRoot host)
    {
        var attributes = new VendorAttributes(host, Report);
        var owners = new AttributeOwners { Uuids = Uuid ?? [], Types = NamePatterns.Filter(Type), Parents = NamePatterns.Filter(Parent) };
        bool isStrict = Uuid is { Length: > 0 } || IsNamed(Type ?? Parent);
        var found = new HashSet<string>();
        foreach (MdevAttribute attribute in owners.On(host, Report).SelectMany(owner => attributes.Read(owner, NamePatterns.Filter(Name), isStrict)))
        {
            if (StopToken.IsCancellationRequested)
                return;
            found.Add(attribute.Name);
            WriteObject(attribute);
        }

        // Among many, one that has not what the others have is no fault; what none has is one.
        if (!isStrict && IsNamed(Name) && Name!.Except(found).FirstOrDefault() is { } missing)
            throw new MdevException(MdevError.AttributeNotFound, $"Nothing that was looked at on host '{host.Root}' has a vendor attribute '{Printable.Text(missing)}'.{(Guid.TryParse(missing, out _) ? " It looks like the UUID of a device, which -Uuid takes." : "")}");
    }

    private static bool IsNamed(string[]? names) => names is not null && !Array.Exists(names, WildcardPattern.ContainsWildcardCharacters);
}
