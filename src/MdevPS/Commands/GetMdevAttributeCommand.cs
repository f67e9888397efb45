using System.Management.Automation;
using Mdev;
using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>
/// Gets vendor attributes: of devices where -Uuid is given, else of types where -Type is, else of parents; without any of them, of all that the
/// host has.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MdevAttribute")]
[OutputType(typeof(MdevAttribute))]
public sealed class GetMdevAttributeCommand : MdevCommand
{
    /// <summary>Names of attributes, those in a sub-directory as vendor/memory; wildcards are allowed. Never taken from the pipeline, because most objects have a Name.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [Text]
    [ArgumentCompleter(typeof(AttributeCompleter))]
    public string[]? Name { get; set; }

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
        bool isStrict = Uuid is { Length: > 0 } || IsNamed(Type is { Length: > 0 } ? Type : Parent);
        var attributes = new VendorAttributes(host, Session.Report);
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Session.Write(owners.On(host, Session.Report)
            .SelectMany(owner => attributes.Read(owner, NamePatterns.Filter(Name), isStrict))
            .Select(attribute => Seen(attribute, found)));

        // Among many, one that has not what the others have is no fault; what none has is one.
        if (!isStrict && !Session.StopToken.IsCancellationRequested)
            Session.ForEach((Name ?? []).Where(name => !WildcardPattern.ContainsWildcardCharacters(name) && !found.Contains(WildcardPattern.Unescape(name))), name => throw NotFound(host, name));
    }

    private static MdevAttribute Seen(MdevAttribute attribute, HashSet<string> found)
    {
        found.Add(attribute.Name);
        return attribute;
    }

    private static bool IsNamed(string[]? names) => names is not null && !Array.Exists(names, WildcardPattern.ContainsWildcardCharacters);

    private static MdevException NotFound(HostRoot host, string name)
    {
        string hint = Guid.TryParse(name, out _) ? " It looks like the UUID of a device, which -Uuid takes." : "";
        return new(MdevError.AttributeNotFound, $"Nothing that was looked at on host '{host.Root}' has a vendor attribute '{Printable.Text(name)}'.{hint}");
    }
}
