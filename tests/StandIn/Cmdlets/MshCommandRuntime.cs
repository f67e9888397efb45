using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation.Host;

namespace System.Management.Automation;

[Flags]
public enum ShouldProcessReason { None = 0, WhatIf = 1 }

public enum ActionPreference { SilentlyContinue, Stop, Continue, Inquire, Ignore, Suspend, Break }

/// <summary>What a cmdlet's Write… and Should… methods reach: the streams, and the person who is asked.</summary>
internal sealed class MshCommandRuntime(CommandProcessor processor, PipelineProcessor pipeline, Cmdlet cmdlet, CmdletInfo command)
{
    private enum ContinueStatus { Yes, No, YesToAll, NoToAll }

    private ContinueStatus _lastShouldProcess;

    public Cmdlet Cmdlet => cmdlet;
    public CommandProcessor Processor => processor;
    public PipelineProcessor Pipeline => pipeline;
    public InvocationInfo MyInvocation { get; } = new(command);
    public CommonParameters Common { get; } = new();
    public ShouldProcessParameters ShouldProcessParameters { get; } = new();
    public SessionState SessionState => pipeline.Shell.Runspace!.State;
    public PSHost Host => pipeline.Shell.Runspace!.Host;

    private PSHostUserInterface Ui => Host.UI ?? throw new StandInException("a host without a user interface");
    private PSDataStreams Streams => pipeline.Shell.Streams;

    public void WriteObject(object? sendToPipeline)
    {
        ThrowIfWriteNotPermitted();
        Append(Common.OutVariable, sendToPipeline);
        pipeline.Emit(processor, sendToPipeline);
    }

    public void WriteObject(object? sendToPipeline, bool enumerateCollection)
    {
        if (!enumerateCollection || LanguagePrimitives.GetEnumerable(sendToPipeline) is not { } objects)
        {
            WriteObject(sendToPipeline);
            return;
        }
        foreach (object? one in objects)
            WriteObject(one);
    }

    public void WriteError(ErrorRecord errorRecord)
    {
        ArgumentNullException.ThrowIfNull(errorRecord);
        ThrowIfWriteNotPermitted();
        errorRecord.SetInvocationInfo(MyInvocation);
        WriteErrorSkipAllowCheck(errorRecord);
    }

    public void WriteErrorSkipAllowCheck(ErrorRecord errorRecord)
    {
        pipeline.ThrowIfStopping();
        pipeline.Shell.HadErrors = true;
        switch (Common.ErrorAction)
        {
            case ActionPreference.Ignore:
                return;
            case ActionPreference.SilentlyContinue:
                Append(Common.ErrorVariable, errorRecord);
                return;
            case ActionPreference.Stop:
                throw Fail(new ActionPreferenceStopException(errorRecord));
            case ActionPreference.Continue:
                Append(Common.ErrorVariable, errorRecord);
                Streams.Error.Add(errorRecord);
                return;
            default:
                throw new StandInException($"-ErrorAction {Common.ErrorAction}");
        }
    }

    public void ThrowTerminatingError(ErrorRecord errorRecord)
    {
        pipeline.ThrowIfStopping();
        ArgumentNullException.ThrowIfNull(errorRecord);
        errorRecord.SetInvocationInfo(MyInvocation);
        throw Fail(new CmdletInvocationException(errorRecord));
    }

    public void WriteWarning(string text)
    {
        WarningRecord record = new(text) { InvocationInfo = MyInvocation };
        Inform(Common.WarningAction, "WarningAction", record, Streams.Warning);
        if (Common.WarningAction != ActionPreference.Ignore)
            Append(Common.WarningVariable, record);
    }

    public void WriteVerbose(string text) =>
        Inform(Common.VerbosePreference, "Verbose", new VerboseRecord(text) { InvocationInfo = MyInvocation }, Streams.Verbose);

    public void WriteDebug(string text) =>
        Inform(Common.DebugPreference, "Debug", new DebugRecord(text) { InvocationInfo = MyInvocation }, Streams.Debug);

    public void WriteProgress(ProgressRecord progressRecord) => Inform(Common.ProgressAction, "ProgressAction", progressRecord, Streams.Progress);

    public void WriteInformation(InformationRecord informationRecord)
    {
        ThrowIfWriteNotPermitted();
        informationRecord.Source ??= MyInvocation.MyCommand.Name;
        Append(Common.InformationVariable, informationRecord);
        Streams.Information.Add(informationRecord);
    }

    private void Inform<T>(ActionPreference preference, string name, T record, PSDataCollection<T> stream)
    {
        ThrowIfWriteNotPermitted();
        switch (preference)
        {
            case ActionPreference.SilentlyContinue or ActionPreference.Ignore:
                return;
            case ActionPreference.Continue:
                stream.Add(record);
                return;
            case ActionPreference.Stop:
                stream.Add(record);
                throw Fail(new ActionPreferenceStopException($"Stopped by -{name}: {record}"));
            default:
                throw new StandInException($"-{name} {preference}");
        }
    }

    public bool ShouldProcess(string? description, string? warning, string? caption, out ShouldProcessReason reason)
    {
        pipeline.ThrowIfStopping();
        reason = ShouldProcessReason.None;
        if (_lastShouldProcess is ContinueStatus.NoToAll or ContinueStatus.YesToAll)
            return _lastShouldProcess == ContinueStatus.YesToAll;
        ThrowIfWriteNotPermitted();
        if (ShouldProcessParameters.WhatIf)
        {
            reason = ShouldProcessReason.WhatIf;
            Ui.WriteLine($"What if: {description}");
            return false;
        }
        ConfirmImpact threshold = ShouldProcessParameters.ConfirmPreference;
        if (threshold == ConfirmImpact.None || threshold > command.Metadata.ConfirmImpact)
        {
            if (Common.Verbose)
                WriteVerbose(description ?? "");
            return true;
        }
        _lastShouldProcess = Inquire(
            string.IsNullOrEmpty(warning) ? $"Are you sure you want to perform this action?\n{description}" : warning, caption, toAll: true, defaultChoice: 0);
        return _lastShouldProcess is ContinueStatus.Yes or ContinueStatus.YesToAll;
    }

    public bool ShouldContinue(string? query, string? caption) => Inquire(query, caption, toAll: false, defaultChoice: 0) == ContinueStatus.Yes;

    public bool ShouldContinue(string? query, string? caption, bool hasSecurityImpact, ref bool yesToAll, ref bool noToAll)
    {
        if (noToAll || yesToAll)
            return !noToAll;
        ContinueStatus answer = Inquire(query, caption, toAll: true, defaultChoice: hasSecurityImpact ? 2 : 0);
        yesToAll = answer == ContinueStatus.YesToAll;
        noToAll = answer == ContinueStatus.NoToAll;
        return answer is ContinueStatus.Yes or ContinueStatus.YesToAll;
    }

    private ContinueStatus Inquire(string? message, string? caption, bool toAll, int defaultChoice)
    {
        pipeline.ThrowIfStopping();
        ThrowIfWriteNotPermitted();
        List<(string Label, ContinueStatus? Status)> choices =
            [("&Yes", ContinueStatus.Yes), ("Yes to &All", ContinueStatus.YesToAll), ("&No", ContinueStatus.No), ("No to A&ll", ContinueStatus.NoToAll), ("&Suspend", null)];
        if (!toAll)
            choices.RemoveAll(c => c.Status is ContinueStatus.YesToAll or ContinueStatus.NoToAll);
        int response = Ui.PromptForChoice(
            string.IsNullOrEmpty(caption) ? "Confirm" : caption, message ?? "",
            new Collection<ChoiceDescription>([.. choices.Select(c => new ChoiceDescription(c.Label))]), defaultChoice);
        return response < 0
            ? throw Fail(new ActionPreferenceStopException("Stopped by the person who was asked."))
            : choices[response].Status ?? throw new StandInException("suspending a pipeline");
    }

    /// <summary>The pipeline ends with this; the cmdlet itself only sees that it is stopped.</summary>
    private PipelineStoppedException Fail(RuntimeException e)
    {
        pipeline.RecordFailure(e);
        e.ErrorRecord.SetInvocationInfo(MyInvocation);
        Append(Common.ErrorVariable, e.ErrorRecord);
        return new PipelineStoppedException();
    }

    private void ThrowIfWriteNotPermitted()
    {
        pipeline.ThrowIfStopping();
        if (pipeline.Permitted.Command != processor || pipeline.Permitted.Thread != Thread.CurrentThread)
            throw new PSInvalidOperationException("A cmdlet may write only from BeginProcessing, ProcessRecord and EndProcessing, and from their thread.");
    }

    private readonly Dictionary<string, ArrayList> _variables = [];

    /// <summary>-OutVariable and its like: a name, or +name to go on with what is there.</summary>
    public void SetupVariables()
    {
        foreach (string? variable in new[] { Common.OutVariable, Common.ErrorVariable, Common.WarningVariable, Common.InformationVariable })
        {
            if (string.IsNullOrEmpty(variable))
                continue;
            string name = variable.TrimStart('+');
            ArrayList list = variable[0] == '+' ? SessionState.PSVariable.GetValue(name) as ArrayList ?? [] : [];
            SessionState.PSVariable.Set(name, list);
            _variables[variable] = list;
        }
    }

    private void Append(string? variable, object? value)
    {
        if (!string.IsNullOrEmpty(variable))
            _variables[variable].Add(value);
    }
}
