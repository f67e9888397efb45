using System.Management.Automation;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Gets what is defined to be there after a reboot, and how it compares with the host.</summary>
[Cmdlet(VerbsCommon.Get, "MdevDefinition")]
[OutputType(typeof(MdevDefinition))]
public sealed class GetMdevDefinitionCommand : MdevCommand
{
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

    /// <inheritdoc/>
    private protected override void Process()
    {
        if (Type is [] && Uuid is null)
            throw new MdevException(MdevError.InvalidArgument, "The type of the piped object is empty, and it has no UUID, so that it does not say which definitions are meant.");
        Session.Write(new DefinitionReader(OpenHost(), Session.Report).Read(new DefinitionQuery
        {
            Uuids = Uuid ?? [],
            Parents = NamePatterns.Filter(Parent),
            Types = NamePatterns.Filter(Type),
            AutoStart = Session.IsArgument(nameof(AutoStart)) ? AutoStart.IsPresent : null,
        }));
    }
}
