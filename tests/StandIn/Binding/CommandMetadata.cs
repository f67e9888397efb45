using System.Collections.Concurrent;
using System.Numerics;
using System.Reflection;

namespace System.Management.Automation;

/// <summary>What the attributes of a cmdlet's class say.</summary>
internal sealed class CommandMetadata
{
    private static readonly ConcurrentDictionary<Type, CommandMetadata> s_cache = new();

    private readonly List<string> _sets = [];

    public static CommandMetadata Of(Type type) => s_cache.GetOrAdd(type, t => new CommandMetadata(t));

    private CommandMetadata(Type type)
    {
        CmdletAttribute attribute = type.GetCustomAttribute<CmdletAttribute>()
            ?? throw new PSArgumentException($"{type} has no CmdletAttribute.");
        if (attribute.SupportsPaging || attribute.SupportsTransactions)
            throw new StandInException($"{type}: SupportsPaging and SupportsTransactions");
        if (type.GetInterface("System.Management.Automation.IDynamicParameters") is not null)
            throw new StandInException($"{type}: dynamic parameters");

        DefaultParameterSetName = attribute.DefaultParameterSetName ?? ParameterAttribute.AllParameterSets;
        if (attribute.DefaultParameterSetName is { Length: > 0 } name)
            DefaultSetFlag = FlagOf(name);
        SupportsShouldProcess = attribute.SupportsShouldProcess;
        ConfirmImpact = attribute.ConfirmImpact;
        IEnumerable<PropertyInfo> properties = type.GetProperties();
        if (SupportsShouldProcess)
            properties = properties.Concat(typeof(ShouldProcessParameters).GetProperties());
        properties = properties.Concat(typeof(CommonParameters).GetProperties());
        Parameters = [.. properties.Where(p => p.IsDefined(typeof(ParameterAttribute))).Select(p => new CompiledCommandParameter(p, FlagOf))];
    }

    public IReadOnlyList<CompiledCommandParameter> Parameters { get; }
    public string DefaultParameterSetName { get; }
    public uint DefaultSetFlag { get; }
    public bool SupportsShouldProcess { get; }
    public ConfirmImpact ConfirmImpact { get; }
    public int SetCount => _sets.Count;
    public uint AllSets => _sets.Count == 0 ? uint.MaxValue : (1u << _sets.Count) - 1;

    /// <summary>The set that the flags mean, or the default one as long as they mean several.</summary>
    public string SetName(uint flags) => flags != uint.MaxValue && BitOperations.PopCount(flags) == 1
        ? _sets[BitOperations.Log2(flags)]
        : DefaultParameterSetName;

    /// <summary>By name, alias, or the beginning of one that no other begins with.</summary>
    public CompiledCommandParameter? Find(string name, InvocationInfo invocation)
    {
        if (Parameters.FirstOrDefault(p => p.Answers(name)) is { } exact)
            return exact;
        bool Begins(string full) => full.StartsWith(name, StringComparison.OrdinalIgnoreCase);
        List<CompiledCommandParameter> candidates = [.. Parameters.Where(p => Begins(p.Name) || p.Aliases.Any(Begins))];
        if (candidates.Count > 1 && candidates.Count(p => p.IsDeclared) == 1)
            return candidates.Find(p => p.IsDeclared);
        return candidates.Count <= 1 ? candidates.FirstOrDefault() : throw new ParameterBindingException(
            "AmbiguousParameter", $"-{name} could be {string.Join(" or ", candidates.Select(p => "-" + p.Name))}.", invocation, name);
    }

    private uint FlagOf(string set)
    {
        int index = _sets.FindIndex(s => s.Equals(set, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
        {
            index = _sets.Count;
            _sets.Add(set);
        }
        return 1u << index;
    }
}
