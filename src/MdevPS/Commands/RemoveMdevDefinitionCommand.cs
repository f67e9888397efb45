using System.Management.Automation;
using Mdev;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Removes definitions. Their devices stay as they are, and are not made again after a reboot.</summary>
[Cmdlet(VerbsCommon.Remove, "MdevDefinition", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveMdevDefinitionCommand : CalloutCommand
{
    /// <summary>UUIDs of devices. What is defined under a UUID for several parents is removed for all of them, unless -Parent narrows it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Uuid]
    [ArgumentCompleter(typeof(DefinitionUuidCompleter))]
    public Guid[] Uuid { get; set; } = [];

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

    /// <inheritdoc/>
    private protected override void Process()
    {
        HostRoot host = OpenHost();
        var query = new DefinitionQuery { Uuids = Uuid, Parents = NamePatterns.Filter(Parent), Types = NamePatterns.Filter(Type) };
        var editor = new DefinitionEditor(host, CalloutsOf(host), Session.StopToken);
        List<MdevDefinition> found = new DefinitionReader(host, Session.Report).Read(query).ToList();
        // Both folders may have one for the same parent, and then the piped one is meant.
        if (found.Find(definition => definition.Path == Session.TextOfObject(nameof(definition.Path))) is { } piped)
            found = [piped];
        Session.ForEach(found, definition =>
        {
            if (!ShouldProcess(Printable.Text($"{definition.Uuid} ({definition.Type} on {definition.Parent})"), "Remove definition"))
                return;
            editor.Undefine(definition);
            TellRest();
        });
    }
}
