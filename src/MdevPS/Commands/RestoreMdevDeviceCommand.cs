using System.Management.Automation;
using Mdev;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Makes the devices that are defined and not there.</summary>
[Cmdlet(VerbsData.Restore, "MdevDevice", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(MdevRestoration))]
public sealed class RestoreMdevDeviceCommand : CalloutCommand
{
    private readonly List<(HostRoot Host, MdevDefinition Definition)> _wanted = [];
    private int _number;

    /// <summary>UUIDs of devices.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Uuid]
    [ArgumentCompleter(typeof(DefinitionUuidCompleter))]
    public Guid[]? Uuid { get; set; }

    /// <summary>Only what is defined for these parents; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevParent))]
    [ArgumentCompleter(typeof(ParentCompleter))]
    public string[]? Parent { get; set; }

    /// <summary>Only what is defined with these type ids; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Name(typeof(MdevType), AllowEmpty = true)]
    [ArgumentCompleter(typeof(TypeCompleter))]
    public string[]? Type { get; set; }

    /// <summary>Only what is made at boot; with -AutoStart:$false only what is not.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter AutoStart { get; set; }

    /// <summary>How many seconds all of them together may wait for a parent, a type, room or the end of a removal.</summary>
    [Parameter]
    [Number]
    [ValidateRange(0, 86400)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int TimeoutSec { get; set; }

    // What the pipeline brings is restored together, or one that has to wait would hold up those behind it.
    /// <inheritdoc/>
    private protected override void Process()
    {
        if (Type is [] && Uuid is null)
            throw new MdevException(MdevError.InvalidArgument, "The type of the piped object is empty, and it has no UUID, so that it does not say which definitions are meant.");
        HostRoot host = OpenHost();
        var query = new DefinitionQuery
        {
            Uuids = Uuid ?? [],
            Parents = NamePatterns.Filter(Parent),
            Types = NamePatterns.Filter(Type),
            AutoStart = WantedStart,
        };
        _wanted.AddRange(new DefinitionReader(host, Session.Report).Read(query).Select(definition => (host, definition)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        long start = Environment.TickCount64;
        void ShowWait(int devices, TimeSpan yet) => Session.Show("Waiting for what defined devices need", Printable.Counted(devices, "device"), left: yet);
        foreach (var there in _wanted.DistinctBy(wanted => wanted.Definition.Path).GroupBy(wanted => wanted.Host.Root))
        {
            HostRoot host = there.First().Host;
            // A plan is not waited for.
            TimeSpan left = TimeSpan.FromSeconds(IsPlan ? 0 : TimeoutSec) - TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
            var restorer = new DefinitionRestorer(host, Session.Report, CalloutsOf(host), Decide) { AutoStart = WantedStart };
            Session.Try(host.Root, () => Session.Write(restorer.Restore(there.Select(wanted => wanted.Definition), left, ShowWait, Session.StopToken)));
        }

        base.EndProcessing();
    }

    private bool? WantedStart => Session.IsArgument(nameof(AutoStart)) ? AutoStart.IsPresent : null;

    private bool IsPlan => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given) ? LanguagePrimitives.IsTrue(given) : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    private Decision Decide(MdevDefinition definition)
    {
        // One that has waited, or was refused because somebody was quicker, comes again.
        _number = Math.Min(_number + 1, _wanted.Count);
        Session.Show("Making mediated devices as they are defined", $"{_number} of {_wanted.Count}: {definition.Type} on {definition.Parent}", 100 * (_number - 1) / _wanted.Count);
        string what = Printable.Text($"Make device {definition.Uuid} of type {definition.Type} on {definition.Parent}, as it is defined.");
        return ShouldProcess(what, $"{what} Go on?", "Restore devices", out ShouldProcessReason reason) ? Decision.Make
            : reason == ShouldProcessReason.WhatIf ? Decision.Pretend
            : Decision.Leave;
    }
}
