using System.Collections;
using System.Management.Automation;
using Mdev;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Changes definitions. Their devices stay as they are until they are made anew.</summary>
[Cmdlet(VerbsCommon.Set, "MdevDefinition", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MdevDefinition))]
public sealed class SetMdevDefinitionCommand : CalloutCommand
{
    /// <summary>UUIDs of devices.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Uuid]
    [ArgumentCompleter(typeof(DefinitionUuidCompleter))]
    public Guid[] Uuid { get; set; } = [];

    /// <summary>As an argument the parent to define the device for from now on. Of a piped object it says which definition is meant.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Name(typeof(MdevParent), One = true)]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string? Parent { get; set; }

    /// <summary>As an argument the type id to define the device with from now on. Of a piped object it says which definition is meant.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Name(typeof(MdevType), One = true, AllowEmpty = true)]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string? Type { get; set; }

    /// <summary>Have the device made at boot; with -AutoStart:$false no longer.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter AutoStart { get; set; }

    /// <summary>The vendor attributes, in place of all that were there.</summary>
    [Parameter]
    [Pairs]
    [ArgumentCompleter(typeof(AttributePairCompleter))]
    public IDictionary[]? Attribute { get; set; }

    /// <summary>Vendor attributes to put behind those that are there.</summary>
    [Parameter]
    [Pairs]
    [ArgumentCompleter(typeof(AttributePairCompleter))]
    public IDictionary[]? AddAttribute { get; set; }

    /// <summary>Vendor attributes to take out: by their names, wildcards allowed, or one of several values as name=value.</summary>
    [Parameter]
    [SupportsWildcards]
    [Text]
    [ArgumentCompleter(typeof(DefinitionAttributeCompleter))]
    public string[]? RemoveAttribute { get; set; }

    /// <summary>Give the definition as it is then.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter PassThru { get; set; }

    private bool IsMoved => Session.IsArgument(nameof(Parent));

    private bool IsRetyped => Session.IsArgument(nameof(Type));

    /// <inheritdoc/>
    private protected override void Process()
    {
        if (!IsMoved && !IsRetyped && !Session.IsArgument(nameof(AutoStart)) && Attribute is null && AddAttribute is null && RemoveAttribute is null)
            throw new MdevException(MdevError.InvalidArgument, "It is not said what to change. Give -AutoStart, -Attribute, -AddAttribute, -RemoveAttribute, -Parent or -Type.");
        if (PairsAttribute.HasNoOrder(Attribute) || PairsAttribute.HasNoOrder(AddAttribute))
            Session.WarnOnce(PairsAttribute.NoOrder);
        HostRoot host = OpenHost();
        Session.ForEach(Uuid, uuid =>
        {
            if (Find(host, uuid) is { } definition)
                Change(host, definition);
        });
    }

    // Null when there is none, which was told.
    private MdevDefinition? Find(HostRoot host, Guid uuid)
    {
        string? parent = IsMoved ? Session.PipedText(nameof(Parent)) : Parent, type = IsRetyped ? Session.PipedText(nameof(Type)) : Type;
        List<MdevDefinition> found = new DefinitionReader(host, Session.Report).Read(new DefinitionQuery
        {
            Uuids = [uuid],
            Parents = parent is null ? new NameFilter() : NameFilter.Of(parent),
            Types = string.IsNullOrEmpty(type) ? new NameFilter() : NameFilter.Of(type),
        }).ToList();
        // Both folders may have one for the same parent.
        if (found.Find(definition => definition.Path == Session.TextOfObject(nameof(definition.Path))) is { } piped)
            return piped;
        return found.Count < 2 ? found.FirstOrDefault()
            : found.FindAll(definition => definition.Parent == Parent) is [var there] ? there
            : throw new MdevException(MdevError.InvalidArgument, $"Device {uuid} is defined more than once: {string.Join(", ", found.Select(definition => $"'{Printable.Text(definition.Path)}'"))}. Pipe the one that is meant, as Get-MdevDefinition gives it.") { Uuid = uuid };
    }

    private void Change(HostRoot host, MdevDefinition definition)
    {
        var planner = new DefinitionPlanner(host, Session.Report, Session.StopToken);
        string type = IsRetyped && Type is { Length: > 0 } ? planner.TypeOf(Type) : definition.Type;
        // What stays where it is need not fit there: it may be wrong, and that is what is mended.
        DefinitionPlace? place = IsMoved || IsRetyped ? planner.PlaceOf(type, definition.Uuid, [NamePattern.Of(IsMoved ? Parent! : definition.Parent)], areNames: true) : null;
        string what = Printable.Text($"{definition.Uuid} ({definition.Type} on {definition.Parent})");
        if (!ShouldProcess(what, "Change definition"))
            return;
        if (place?.Lack is { } lack)
            Session.Warn($"Device {definition.Uuid} cannot be made now: {lack}");
        MdevDefinition changed = new DefinitionEditor(host, CalloutsOf(host), Session.StopToken).Change(definition, new DefinitionChange
        {
            Parent = IsMoved ? place?.Parent : null,
            Interface = place?.Interface,
            Type = IsRetyped ? type : null,
            AutoStart = Session.IsArgument(nameof(AutoStart)) ? AutoStart.IsPresent : null,
            Attributes = Attributes,
        });
        if (PassThru)
            WriteObject(changed);
        TellRest();
    }

    private List<AttributeValue> Attributes(IReadOnlyList<AttributeValue> now)
    {
        List<AttributeValue> attributes = Attribute is null ? [.. now] : PairsAttribute.Values(Attribute);
        foreach (NamePattern pattern in RemoveAttribute?.Select(NamePatterns.Pattern) ?? [])
        {
            if (attributes.RemoveAll(attribute => pattern.Matches(attribute.Name) || (pattern.Text.Contains('=') && pattern.Matches(attribute.ToString()))) == 0 && pattern.Wildcard is null)
                throw new MdevException(MdevError.AttributeNotFound, $"The definition has no attribute '{pattern.Literal}'.") { Name = pattern.Literal };
        }

        attributes.AddRange(PairsAttribute.Values(AddAttribute));
        return attributes;
    }
}
