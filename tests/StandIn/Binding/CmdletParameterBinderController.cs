using System.Collections;
using System.Numerics;

namespace System.Management.Automation;

/// <summary>An argument as it was written: a name, a value, or both.</summary>
internal sealed record CommandParameterInternal(string? Name, object? Value, bool HasValue)
{
    public static CommandParameterInternal Argument(object? value) => new(null, value, true);
}

/// <summary>
/// Arguments and pipeline objects to parameters, in the order that PowerShell does it: named, positional, remaining; then for each object
/// by value and by property name without conversion, and the same two with conversion. Parameter sets are bits; what is bound leaves
/// only the sets that have it.
/// </summary>
internal sealed partial class CmdletParameterBinderController(CommandMetadata metadata, MshCommandRuntime runtime)
{
    private readonly ParameterBinder _binder = new(runtime);
    private readonly List<CompiledCommandParameter> _unbound = [.. metadata.Parameters];
    private readonly HashSet<CompiledCommandParameter> _bound = [];
    private readonly Dictionary<CompiledCommandParameter, object?> _defaults = [];
    private readonly List<CompiledCommandParameter> _boundThroughPipeline = [];
    private uint _sets = uint.MaxValue;
    private uint _setsBeforePipeline;
    private uint _prioritizedSet;

    public string ParameterSetName { get; private set; } = ParameterAttribute.AllParameterSets;

    private InvocationInfo Invocation => runtime.MyInvocation;

    public void BindCommandLineParameters(IReadOnlyList<CommandParameterInternal> arguments, bool isPipelineInputExpected)
    {
        List<CommandParameterInternal> rest = BindNamedParameters(Reparse(arguments));
        rest = BindPositionalParameters(rest, out ParameterBindingException? whyNot);
        ValidateParameterSets(prePipelineInput: true, setDefault: false);
        rest = BindRemainingArguments(rest);
        if (rest.Count > 0)
        {
            throw rest[0].Name is { } name
                ? new ParameterBindingException("NamedParameterNotFound", $"There is no parameter -{name}.", Invocation, name)
                : whyNot ?? new ParameterBindingException(
                    "PositionalParameterNotFound", $"There is no parameter that takes '{LanguagePrimitives.ToText(rest[0].Value)}' by position.", Invocation);
        }

        int validSets = ValidateParameterSets(prePipelineInput: isPipelineInputExpected, setDefault: !isPipelineInputExpected);
        if (validSets > 1 && isPipelineInputExpected && FilterSetsTakingNoPipelineInput() is var filtered && filtered != _sets)
        {
            _sets = filtered;
            validSets = ValidateParameterSets(prePipelineInput: true, setDefault: false);
        }
        // Where a person would be asked for what is missing, a script gets this error.
        if (MissingMandatoryParameters(validSets, isPipelineInputExpected) is { Count: > 0 } missing)
            throw new ParameterBindingException("MissingMandatoryParameter", $"Without {Names(missing)} this cannot be done.", Invocation, Names(missing));
        if (!isPipelineInputExpected)
            VerifyParameterSetSelected();
        _setsBeforePipeline = _sets;
    }

    /// <summary>Gives the names that stand without a value theirs: a switch is present, anything else takes the next argument.</summary>
    private List<CommandParameterInternal> Reparse(IReadOnlyList<CommandParameterInternal> arguments)
    {
        List<CommandParameterInternal> result = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            CommandParameterInternal argument = arguments[i];
            if (argument.Name is null || argument.HasValue || metadata.Find(argument.Name, Invocation) is not { } parameter)
                result.Add(argument);
            else if (parameter.IsSwitch)
                result.Add(new(argument.Name, SwitchParameter.Present, true));
            else if (i + 1 == arguments.Count || arguments[i + 1].Name is { } next && (arguments[i + 1].HasValue || metadata.Find(next, Invocation) is not null))
                throw new ParameterBindingException("MissingArgument", $"-{parameter.Name} needs a value.", Invocation, parameter.Name, parameter.Type);
            else
                result.Add(new(argument.Name, arguments[++i].Name is { } text ? "-" + text : arguments[i].Value, true));
        }
        return result;
    }

    private List<CommandParameterInternal> BindNamedParameters(List<CommandParameterInternal> arguments)
    {
        List<CommandParameterInternal> rest = [];
        foreach (CommandParameterInternal argument in arguments)
        {
            if (argument.Name is null || metadata.Find(argument.Name, Invocation) is not { } parameter)
                rest.Add(argument);
            else if (_bound.Contains(parameter))
                throw new ParameterBindingException("ParameterAlreadyBound", $"-{parameter.Name} is given twice.", Invocation, argument.Name);
            else
                Bind(parameter, argument.Value, coerce: true);
        }
        return rest;
    }

    private List<CommandParameterInternal> BindPositionalParameters(List<CommandParameterInternal> arguments, out ParameterBindingException? whyNot)
    {
        whyNot = null;
        List<CommandParameterInternal> rest = [];
        Queue<CommandParameterInternal> waiting = new(arguments);
        uint sets = _sets;
        IEnumerable<int> positions = _unbound.Where(p => p.IsIn(sets)).SelectMany(p => p.SetsAmong(sets))
            .Where(s => !s.Attribute.ValueFromRemainingArguments && s.Attribute.Position != int.MinValue)
            .Select(s => s.Attribute.Position).Distinct().Order();
        foreach (int position in positions.ToList())
        {
            List<CompiledCommandParameter> At(uint among) => [.. _unbound.Where(p => p.SetsAmong(among & sets)
                .Any(s => s.Attribute.Position == position && !s.Attribute.ValueFromRemainingArguments))];
            if (At(uint.MaxValue).Count == 0)
                continue;
            while (waiting.TryPeek(out CommandParameterInternal? named) && named.Name is not null)
            {
                rest.Add(waiting.Dequeue());
                if (waiting.TryPeek(out CommandParameterInternal? its) && its.Name is null)
                    rest.Add(waiting.Dequeue());
            }
            if (!waiting.TryDequeue(out CommandParameterInternal? argument))
                break;
            bool hasDefault = metadata.DefaultSetFlag != 0 && (sets & metadata.DefaultSetFlag) != 0;
            bool bound = false;
            foreach (bool coerce in new[] { false, true })
            {
                bound = bound || hasDefault && BindAny(At(metadata.DefaultSetFlag), argument.Value, coerce, ref whyNot);
                bound = bound || BindAny(At(uint.MaxValue), argument.Value, coerce, ref whyNot);
            }
            if (!bound)
                rest.Add(argument);
            sets = _sets;
        }
        rest.AddRange(waiting);
        return rest;
    }

    private bool BindAny(List<CompiledCommandParameter> parameters, object? value, bool coerce, ref ParameterBindingException? whyNot)
    {
        whyNot = null;
        bool bound = false;
        foreach (CompiledCommandParameter parameter in parameters)
        {
            try
            {
                bound |= Bind(parameter, value, coerce);
            }
            catch (ParameterBindingException e) when (e is not (ParameterBindingArgumentTransformationException or ParameterBindingValidationException))
            {
                whyNot = e;
            }
        }
        return bound;
    }

    private List<CommandParameterInternal> BindRemainingArguments(List<CommandParameterInternal> arguments)
    {
        if (arguments.Count == 0 || _unbound.Find(p => p.SetsAmong(_sets).Any(s => s.Attribute.ValueFromRemainingArguments)) is not { } parameter)
            return arguments;
        List<object?> values = [];
        foreach (CommandParameterInternal argument in arguments)
        {
            if (argument.Name is not null)
                values.Add("-" + argument.Name);
            if (argument.HasValue)
                values.Add(argument.Value);
        }
        Bind(parameter, values is [IList only] ? only : values, coerce: true);
        return [];
    }

    private bool Bind(CompiledCommandParameter parameter, object? value, bool coerce)
    {
        try
        {
            if (!_binder.TryBind(parameter, value, coerce))
                return false;
        }
        catch (Exception e) when (!coerce && IsInvalidCast(e))
        {
            return false;
        }
        if (parameter.Flags != 0)
            _sets &= parameter.Flags;
        _unbound.Remove(parameter);
        _bound.Add(parameter);
        return true;
    }

    /// <summary>False when the object suits no parameter.</summary>
    public bool BindPipelineParameters(PSObject? input)
    {
        RestoreDefaultParameterValues();
        _sets = _setsBeforePipeline;
        bool bound = false;
        try
        {
            uint sets = _prioritizedSet != 0 ? _prioritizedSet : _sets;
            for (int step = _prioritizedSet != 0 ? 0 : 1; step <= 1; step++)
            {
                foreach ((bool byPropertyName, bool coerce) in new[] { (false, false), (true, false), (false, true), (true, true) })
                {
                    if (!BindPipelineObject(input, byPropertyName, coerce, sets))
                        continue;
                    bound = true;
                    if (step == 1)
                    {
                        ValidateParameterSets(prePipelineInput: true, setDefault: true);
                        sets = _sets;
                    }
                }
                if (step == 0 && _sets == _prioritizedSet)
                    break;
                sets = step == 0 ? _sets & ~_prioritizedSet : sets;
            }
            ValidateParameterSets(prePipelineInput: false, setDefault: true);
            VerifyParameterSetSelected();
        }
        catch (ParameterBindingException)
        {
            RestoreDefaultParameterValues();
            throw;
        }
        if (!bound)
            RestoreDefaultParameterValues();
        return bound;
    }

    private bool BindPipelineObject(PSObject? input, bool byPropertyName, bool coerce, uint sets)
    {
        uint defaultSet = metadata.DefaultSetFlag & sets;
        return defaultSet != 0 && InSets(defaultSet) || InSets(sets & ~defaultSet);

        bool InSets(uint among)
        {
            bool bound = false;
            for (int i = _unbound.Count - 1; i >= 0; i--)
            {
                CompiledCommandParameter parameter = _unbound[i];
                if (!parameter.IsIn(among))
                    continue;
                bool takes = parameter.SetsAmong(among).Any(s => byPropertyName ? s.Attribute.ValueFromPipelineByPropertyName : s.Attribute.ValueFromPipeline);
                if (takes)
                    bound |= byPropertyName ? BindByPropertyName(parameter, input, coerce) : BindByValue(parameter, input, coerce);
            }
            return bound;
        }
    }

    private bool BindByValue(CompiledCommandParameter parameter, PSObject? input, bool coerce)
    {
        try
        {
            return BindFromPipeline(parameter, input, coerce);
        }
        // A value that a transformation cannot convert is as good as one that has the wrong type.
        catch (ParameterBindingArgumentTransformationException e) when (IsInvalidCast(e))
        {
            return false;
        }
        catch (ParameterBindingException e) when (e is not (ParameterBindingArgumentTransformationException or ParameterBindingValidationException))
        {
            return false;
        }
    }

    private bool BindByPropertyName(CompiledCommandParameter parameter, PSObject? input, bool coerce)
    {
        PSPropertyInfo? property = input is null ? null : parameter.Aliases.Prepend(parameter.Name).Select(n => input.Properties[n]).FirstOrDefault(p => p is not null);
        if (property is null)
            return false;
        try
        {
            return BindFromPipeline(parameter, property.Value, coerce);
        }
        catch (ParameterBindingException e) when (e is not (ParameterBindingArgumentTransformationException or ParameterBindingValidationException))
        {
            return false;
        }
    }

    private bool BindFromPipeline(CompiledCommandParameter parameter, object? value, bool coerce)
    {
        _defaults.TryAdd(parameter, parameter.Get(runtime));
        if (!Bind(parameter, value, coerce))
            return false;
        _boundThroughPipeline.Add(parameter);
        return true;
    }

    /// <summary>What one object bound is not to be seen by the next.</summary>
    private void RestoreDefaultParameterValues()
    {
        foreach (CompiledCommandParameter parameter in _boundThroughPipeline)
        {
            parameter.Set(runtime, _defaults[parameter]);
            _bound.Remove(parameter);
            if (!_unbound.Contains(parameter))
                _unbound.Add(parameter);
        }
        _boundThroughPipeline.Clear();
    }

    private static bool IsInvalidCast(Exception? e) => e is not null && (e is PSInvalidCastException || IsInvalidCast(e.InnerException));

    private static string Names(IEnumerable<CompiledCommandParameter> parameters) => string.Join(", ", parameters.Select(p => "-" + p.Name));

    private static int Count(uint sets) => sets == uint.MaxValue ? 1 : BitOperations.PopCount(sets);
}
