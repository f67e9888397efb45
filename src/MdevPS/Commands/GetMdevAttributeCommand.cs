using System.Management.Automation;
using Mdev;
using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>
/// Gets vendor attributes: of devices where -Uuid is given, else of types where -Type is, else of parents; without any of them, of all that the
/// host has.
/// </summary>
[Cmdlet(VerbsCommon.Get, Nouns.Attribute)]
[OutputType(typeof(MdevAttribute))]
public sealed class GetMdevAttributeCommand : AttributeCommand
{
    /// <summary>Names of attributes, those in a sub-directory as vendor/memory; wildcards are allowed. Never taken from the pipeline, because most objects have a Name.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AttributeCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessHost(HostRoot host)
    {
        var attributes = new VendorAttributes(host, Report);
        bool isStrict = Uuid is { Length: > 0 } || IsNamed(Type ?? Parent);
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (MdevAttribute attribute in Owners(host).SelectMany(owner => attributes.Read(owner, NamePatterns.Filter(Name), isStrict)))
        {
            if (StopToken.IsCancellationRequested)
                return;
            found.Add(attribute.Name);
            WriteObject(attribute);
        }

        // Among many, one that has not what the others have is no fault; what none has is one.
        if (!isStrict && IsNamed(Name) && Array.Find(Name!, name => !found.Contains(name) && !found.Contains(WildcardPattern.Unescape(name))) is { } missing)
            throw new MdevException(MdevError.AttributeNotFound, $"Nothing that was looked at on host '{host.Root}' has a vendor attribute '{Printable.Text(missing)}'.{(Guid.TryParse(missing, out _) ? " It looks like the UUID of a device, which -Uuid takes." : "")}");
    }

    private static bool IsNamed(string[]? names) => names is not null && !Array.Exists(names, WildcardPattern.ContainsWildcardCharacters);
}
