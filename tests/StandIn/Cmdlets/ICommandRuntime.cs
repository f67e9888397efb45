using System.Management.Automation.Host;

namespace System.Management.Automation;

public interface ICommandRuntime
{
    PSHost Host { get; }
    void WriteObject(object? sendToPipeline);
    void WriteObject(object? sendToPipeline, bool enumerateCollection);
    void WriteError(ErrorRecord errorRecord);
    void WriteWarning(string text);
    void WriteVerbose(string text);
    void WriteDebug(string text);
    void WriteProgress(ProgressRecord progressRecord);
    bool ShouldProcess(string? target);
    bool ShouldProcess(string? target, string? action);
    bool ShouldProcess(string? verboseDescription, string? verboseWarning, string? caption);
    bool ShouldProcess(string? verboseDescription, string? verboseWarning, string? caption, out ShouldProcessReason shouldProcessReason);
    bool ShouldContinue(string? query, string? caption);
    bool ShouldContinue(string? query, string? caption, ref bool yesToAll, ref bool noToAll);
    void ThrowTerminatingError(ErrorRecord errorRecord);
}

public interface ICommandRuntime2 : ICommandRuntime
{
    void WriteInformation(InformationRecord informationRecord);
    bool ShouldContinue(string? query, string? caption, bool hasSecurityImpact, ref bool yesToAll, ref bool noToAll);
}

[Flags]
public enum ShouldProcessReason { None = 0, WhatIf = 1 }

public enum ActionPreference { SilentlyContinue, Stop, Continue, Inquire, Ignore, Suspend, Break }
