namespace System.Management.Automation;

// Which parameter set is meant, and what is still missing for it.
internal sealed partial class CmdletParameterBinderController
{
    private int ValidateParameterSets(bool prePipelineInput, bool setDefault)
    {
        int count = Count(_sets);
        if (count == 0)
            throw AmbiguousParameterSet();
        bool hasDefault = metadata.DefaultSetFlag != 0;
        if (count > 1)
        {
            if (hasDefault && (_sets & metadata.DefaultSetFlag) != 0)
            {
                ParameterSetName = metadata.DefaultParameterSetName;
                if (setDefault)
                {
                    _sets = metadata.DefaultSetFlag;
                    count = 1;
                }
            }
            else if (!prePipelineInput || !SomeSetTakesPipelineInput())
            {
                count = ResolveByMandatoryParameters();
            }
            return count;
        }

        if (_sets == uint.MaxValue)
        {
            count = Math.Max(metadata.SetCount, 1);
            if (prePipelineInput && SomeSetTakesPipelineInput())
            {
                // The object decides.
            }
            else if (hasDefault)
            {
                if (setDefault)
                {
                    _sets = metadata.DefaultSetFlag;
                    count = 1;
                }
            }
            else if (count > 1)
            {
                count = ResolveByMandatoryParameters();
            }
        }
        ParameterSetName = metadata.SetName(_sets);
        return count;
    }

    private bool SomeSetTakesPipelineInput() => _unbound.Any(p => p.SetsAmong(_sets).Any(s => s.TakesPipelineInput));

    /// <summary>Of several sets that are left, the one from which nothing mandatory is missing.</summary>
    private int ResolveByMandatoryParameters()
    {
        uint complete = _sets & metadata.AllSets;
        foreach (ParameterSetSpecificMetadata set in _unbound.SelectMany(p => p.Sets).Where(s => s.Attribute.Mandatory))
            complete &= ~set.Flag;
        if (Count(complete) != 1)
            throw AmbiguousParameterSet();
        _sets = complete;
        ParameterSetName = metadata.SetName(_sets);
        return 1;
    }

    private void VerifyParameterSetSelected()
    {
        if (metadata.SetCount <= 1 || _sets != uint.MaxValue)
            return;
        if (metadata.DefaultSetFlag == 0)
            throw AmbiguousParameterSet();
        _sets = metadata.DefaultSetFlag;
    }

    private uint FilterSetsTakingNoPipelineInput()
    {
        uint taking = 0;
        foreach (ParameterSetSpecificMetadata set in _unbound.SelectMany(p => p.SetsAmong(_sets)).Where(s => s.TakesPipelineInput))
        {
            if (set.IsInAllSets)
                return _sets;
            taking |= set.Flag;
        }
        return taking == 0 ? _sets : _sets & taking;
    }

    public List<CompiledCommandParameter> MissingMandatoryParameters() => MissingMandatoryParameters(Count(_sets), isPipelineInputExpected: false);

    /// <summary>
    /// What cannot come any more: without pipeline input, all that is mandatory in the sets that are left. With pipeline input, of one set
    /// what no object can bring; of several sets, the default one if it can go on, else the only one that an object can complete.
    /// </summary>
    private List<CompiledCommandParameter> MissingMandatoryParameters(int validSets, bool isPipelineInputExpected)
    {
        var missing = _unbound.SelectMany(p => p.SetsAmong(_sets).Where(s => s.Attribute.Mandatory).Select(s => (Parameter: p, Set: s))).ToList();
        if (missing.Count == 0 || !isPipelineInputExpected)
            return [.. missing.Select(m => m.Parameter).Distinct()];

        uint mandatory = missing.Exists(m => m.Set.IsInAllSets) ? _sets & metadata.AllSets : missing.Aggregate(0u, (all, m) => all | m.Set.Flag & _sets);
        uint defaultSet = metadata.DefaultSetFlag;
        List<CompiledCommandParameter> NotFromPipeline(uint sets) => [.. missing
            .Where(m => !m.Set.TakesPipelineInput && (m.Set.IsInAllSets || (m.Set.Flag & sets) != 0)).Select(m => m.Parameter).Distinct()];
        uint SetsCompletedBy(Func<ParameterAttribute, bool> by) => missing
            .Where(m => !m.Set.IsInAllSets && (m.Set.Flag & mandatory) != 0 && by(m.Set.Attribute)).Aggregate(0u, (all, m) => all | m.Set.Flag);

        if (validSets > 1 && (defaultSet & mandatory) == 0 && (defaultSet & _sets) != 0)
        {
            if ((SetsCompletedBy(a => a.ValueFromPipeline || a.ValueFromPipelineByPropertyName) & ~defaultSet) == 0)
            {
                // Nothing is missing for the default set, and no object can complete another one.
                mandatory = _sets & ~mandatory & metadata.AllSets;
                _sets = mandatory;
                if (_sets == defaultSet)
                    ParameterSetName = metadata.SetName(_sets);
                else
                    _prioritizedSet = defaultSet;
            }
        }
        if (Count(mandatory) == 0)
            throw AmbiguousParameterSet();
        if (Count(mandatory) == 1)
            return NotFromPipeline(mandatory);
        if (_prioritizedSet != 0)
            return [];

        uint byValue = SetsCompletedBy(a => a.ValueFromPipeline);
        uint byName = SetsCompletedBy(a => a.ValueFromPipelineByPropertyName);
        uint others = (byValue | byName) & ~defaultSet;
        if ((defaultSet & mandatory) != 0 && (others == 0 || (defaultSet & byName) != 0 && (byName & ~defaultSet) == 0 || (defaultSet & byValue) != 0 && others == 0))
        {
            _sets = defaultSet;
            ParameterSetName = metadata.SetName(_sets);
            return NotFromPipeline(defaultSet);
        }
        uint completing = byValue != 0 && byName != 0 ? byValue == byName ? byValue : 0 : byValue | byName;
        if (Count(completing) == 1 && completing != 0)
        {
            List<CompiledCommandParameter> rest = NotFromPipeline(completing);
            uint lacking = missing.Where(m => (m.Set.Flag & completing) == 0).Aggregate(0u, (all, m) => all | m.Set.Flag);
            if (rest.Count > 0)
                _sets = completing;
            else if (lacking != 0)
                _sets = _sets & metadata.AllSets & ~lacking;
            ParameterSetName = metadata.SetName(_sets);
            if (_sets != completing)
                _prioritizedSet = completing;
            return rest;
        }
        if (NotFromPipeline(mandatory).Count == 0)
            return [];
        throw new StandInException(
            $"choosing among several parameter sets that all lack mandatory parameters ({Names(missing.Select(m => m.Parameter).Distinct())})");
    }

    private ParameterBindingException AmbiguousParameterSet() =>
        new("AmbiguousParameterSet", "These parameters do not go together, or too few are given.", Invocation);
}
