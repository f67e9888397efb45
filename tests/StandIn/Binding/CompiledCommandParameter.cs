using System.Collections;
using System.Reflection;

namespace System.Management.Automation;

/// <summary>One parameter in one parameter set; flag 0 is "in all sets".</summary>
internal sealed record ParameterSetSpecificMetadata(uint Flag, ParameterAttribute Attribute)
{
    public bool IsInAllSets => Flag == 0;
    public bool TakesPipelineInput => Attribute.ValueFromPipeline || Attribute.ValueFromPipelineByPropertyName;
}

/// <summary>One parameter of a cmdlet: its property and what the attributes say of it.</summary>
internal sealed class CompiledCommandParameter
{
    private readonly PropertyInfo _property;

    public CompiledCommandParameter(PropertyInfo property, Func<string, uint> flagOfSet)
    {
        _property = property;
        Sets = [.. property.GetCustomAttributes<ParameterAttribute>().Select(a => new ParameterSetSpecificMetadata(
            a.ParameterSetName == ParameterAttribute.AllParameterSets ? 0 : flagOfSet(a.ParameterSetName), a))];
        Aliases = [.. property.GetCustomAttributes<AliasAttribute>().SelectMany(a => a.AliasNames)];
        Transformations = [.. property.GetCustomAttributes<ArgumentTransformationAttribute>()];
        Validations = [.. property.GetCustomAttributes<ValidateArgumentsAttribute>()];
        AllowsNull = property.IsDefined(typeof(AllowNullAttribute));
        AllowsEmptyString = property.IsDefined(typeof(AllowEmptyStringAttribute));
        AllowsEmptyCollection = property.IsDefined(typeof(AllowEmptyCollectionAttribute));
        Flags = Sets.Aggregate(0u, (all, set) => all | set.Flag);
    }

    public string Name => _property.Name;
    public Type Type => _property.PropertyType;
    public string[] Aliases { get; }
    public IReadOnlyList<ParameterSetSpecificMetadata> Sets { get; }
    public IReadOnlyList<ArgumentTransformationAttribute> Transformations { get; }
    public IReadOnlyList<ValidateArgumentsAttribute> Validations { get; }
    public bool AllowsNull { get; }
    public bool AllowsEmptyString { get; }
    public bool AllowsEmptyCollection { get; }
    public uint Flags { get; }
    public bool IsInAllSets => Sets.Any(s => s.IsInAllSets);
    public bool IsMandatoryInSomeSet => Sets.Any(s => s.Attribute.Mandatory);
    public bool IsDeclared => typeof(Cmdlet).IsAssignableFrom(_property.DeclaringType);
    public bool IsCommon => _property.DeclaringType == typeof(CommonParameters);
    public bool IsSwitch => Type == typeof(SwitchParameter);
    public bool IsHidden => Sets.Any(s => s.Attribute.DontShow);
    public ArgumentCompleterAttribute? Completer => _property.GetCustomAttribute<ArgumentCompleterAttribute>();

    /// <summary>The type of one value of a collection; null when the parameter takes one value.</summary>
    public Type? ElementType =>
        Type.IsArray ? Type.GetElementType()
        : typeof(IDictionary).IsAssignableFrom(Type) || !typeof(IList).IsAssignableFrom(Type) ? null
        : throw new StandInException($"a collection parameter of type {Type} (-{Name}); arrays are");

    public bool IsIn(uint sets) => IsInAllSets || (Flags & sets) != 0;

    public IEnumerable<ParameterSetSpecificMetadata> SetsAmong(uint sets) => Sets.Where(s => s.IsInAllSets || (s.Flag & sets) != 0);

    public bool Answers(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase) || Aliases.Contains(name, StringComparer.OrdinalIgnoreCase);

    public object? Get(MshCommandRuntime runtime) => _property.GetValue(TargetOf(runtime));

    public void Set(MshCommandRuntime runtime, object? value)
    {
        // Reflection would quietly make null a default; the engine does not.
        if (value is null && Type.IsValueType && Nullable.GetUnderlyingType(Type) is null)
            throw new NullReferenceException($"{Type} cannot be null.");
        _property.SetValue(TargetOf(runtime), value, BindingFlags.DoNotWrapExceptions, null, null, null);
    }

    private object TargetOf(MshCommandRuntime runtime) =>
        _property.DeclaringType == typeof(CommonParameters) ? runtime.Common
        : _property.DeclaringType == typeof(ShouldProcessParameters) ? runtime.ShouldProcessParameters
        : runtime.Cmdlet;
}
