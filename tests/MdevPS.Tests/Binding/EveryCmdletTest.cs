using System.Management.Automation;
using System.Reflection;

namespace MdevPS.Tests.Binding;

/// <summary>A parameter of a cmdlet, as the module's metadata has it.</summary>
public sealed record CmdletParameter(string Cmdlet, string Name, Type Type, IReadOnlyList<ParameterAttribute> Sets)
{
    public bool IsSwitch => Type == typeof(SwitchParameter);

    public bool IsMandatory => Sets.Any(set => set.Mandatory);

    public bool BindsByPropertyName => Sets.Any(set => set.ValueFromPipelineByPropertyName);

    public bool BindsByValue => Sets.Any(set => set.ValueFromPipeline);

    public bool IsOfEverySet => Sets.Any(set => set.ParameterSetName == ParameterAttribute.AllParameterSets);

    /// <summary>Whether both can be given at once.</summary>
    public bool GoesWith(CmdletParameter other) =>
        IsOfEverySet || other.IsOfEverySet || Sets.Any(mine => other.Sets.Any(theirs => mine.ParameterSetName == theirs.ParameterSetName));
}

/// <summary>A test over all cmdlets and their parameters, which cannot forget a new one.</summary>
public abstract class EveryCmdletTest(params string[] drivers) : SimulatedHostTest(drivers)
{
    private static readonly Lazy<ILookup<string, CmdletParameter>> s_cmdlets = new(() => Have("Get-Command -Module MdevPS").Output
        .Select(command => (CmdletInfo)command.BaseObject)
        .SelectMany(command => command.ImplementingType.GetProperties()
            .Where(property => property.IsDefined(typeof(ParameterAttribute)))
            .Select(property => new CmdletParameter(command.Name, property.Name, property.PropertyType, [.. property.GetCustomAttributes<ParameterAttribute>()])))
        .ToLookup(parameter => parameter.Cmdlet));

    /// <summary>The parameters by the names of the cmdlets.</summary>
    protected static ILookup<string, CmdletParameter> Cmdlets => s_cmdlets.Value;

    protected static bool Changes(string cmdlet) => cmdlet.Split('-')[0] is "New" or "Set" or "Remove" or "Restore" or "Restart" or "Enable" or "Disable";
}
