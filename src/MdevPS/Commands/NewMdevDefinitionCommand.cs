using System.Collections;
using System.Management.Automation;
using Mdev;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Defines devices, so that they are there again after a reboot. They are not made now.</summary>
[Cmdlet(VerbsCommon.New, "MdevDefinition", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(MdevDefinition))]
public sealed class NewMdevDefinitionCommand : CalloutCommand
{
    private DefinitionPlanner? _planner;
    private HostRoot? _planned;

    /// <summary>The type id, or a human name that stands for exactly one type id. Without it the type of the device that has the UUID.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Name(typeof(MdevType), One = true, AllowEmpty = true)]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string? Type { get; set; }

    /// <summary>
    /// The parent, which need not be there; a physical device in its place, or several, of which the one is taken that a new device would get. Without it the
    /// parent of the device that has the UUID, or any that fits.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>The UUIDs, one device each; of devices that are there, to keep them. Without it one is made up.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Uuid]
    [ArgumentCompleter(typeof(UuidCompleter))]
    public Guid[]? Uuid { get; set; }

    /// <summary>
    /// The vendor attributes to give to the device each time it is made, as with New-MdevDevice. Without it those of the device that has the UUID, as far as
    /// they can be read back.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Pairs(AllowEmpty = true)]
    [ArgumentCompleter(typeof(AttributePairCompleter))]
    public IDictionary[]? Attribute { get; set; }

    /// <summary>Have the device made at boot.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Flag]
    public SwitchParameter AutoStart { get; set; }

    /// <summary>Replace a definition that is there and says something else.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        HostRoot host = OpenHost();
        if (PairsAttribute.HasNoOrder(Attribute))
            Session.WarnOnce(PairsAttribute.NoOrder);
        if (Uuid is null)
            Define(host, null);
        else
            Session.ForEach(Uuid, uuid => Define(host, uuid));
    }

    private void Define(HostRoot host, Guid? uuid)
    {
        MdevDevice? device = uuid is { } known ? new DeviceReader(host, Session.Report).Find(known) : null;
        string named = Type ?? device?.Type ?? throw new MdevException(MdevError.InvalidArgument, uuid is null
            ? "It is not said what to define. Give -Type, or the -Uuid of a device."
            : $"No device has the UUID {uuid}, so that its type has to be given: -Type.");
        if (WildcardPattern.ContainsWildcardCharacters(named))
            throw new MdevException(MdevError.TypeNotFound, $"One type has to be named, and '{named}' is a pattern.") { Name = named };
        DefinitionPlanner planner = Planner(host);
        string type = planner.TypeOf(named);
        DefinitionPlace place = Place(planner, type, uuid, device);
        var definition = new NewDefinition
        {
            Uuid = place.Uuid,
            Type = type,
            Parent = place.Parent,
            Interface = place.Interface,
            Attributes = IsGiven ? PairsAttribute.Values(Attribute) : [],
            AutoStart = AutoStart,
        };
        DefinitionEditor.Require(definition);
        string what = Printable.Text($"{definition.Uuid} ({type} on {place.Parent}{(AutoStart ? ", made at boot" : "")})");
        if (!ShouldProcess(what, "Define device"))
            return;
        // Scripts may have to be asked for them.
        if (!IsGiven && device is not null && device.Parent == place.Parent && device.Type == type)
            definition = definition with { Attributes = new GivenAttributes(host, Session.Report, CalloutsOf(host)).Of(device) };
        if (place.Lack is not null)
            Session.Warn($"Device {definition.Uuid} cannot be made now: {place.Lack}");
        if (Force && !MyInvocation.BoundParameters.ContainsKey(nameof(AutoStart)) && IsMadeAtBoot(host, definition))
            Session.Warn($"Device {definition.Uuid} was defined to be made at boot, and is not any more: -AutoStart was not given. To change a definition and keep the rest of it, use Set-MdevDefinition.");
        WriteObject(new DefinitionEditor(host, CalloutsOf(host), Session.StopToken).Define(definition, Force));
        TellRest();
    }

    private static bool IsMadeAtBoot(HostRoot host, NewDefinition definition) =>
        new DefinitionReader(host, _ => { }).Read(new DefinitionQuery { Uuids = [definition.Uuid], AutoStart = true }).Any(there => there.Parent == definition.Parent);

    private DefinitionPlace Place(DefinitionPlanner planner, string type, Guid? uuid, MdevDevice? device)
    {
        string[] named = Parent ?? (device is not null ? [WildcardPattern.Escape(device.Parent)] : []);
        NamePattern[] patterns = named.Select(NamePatterns.Pattern).ToArray();
        return planner.PlaceOf(type, uuid, patterns, Array.TrueForAll(patterns, pattern => pattern.Wildcard is null));
    }

    // A list that is empty says that there are none; one that is null says nothing of them.
    private bool IsGiven => Attribute is not null && !(Attribute.Length == 0 && Session.IsNull(nameof(Attribute)));

    // What was defined by the records before counts for the next.
    private DefinitionPlanner Planner(HostRoot host)
    {
        if (_planner is null || _planned != host)
            (_planner, _planned) = (new DefinitionPlanner(host, Session.Report, Session.StopToken), host);
        return _planner;
    }
}
