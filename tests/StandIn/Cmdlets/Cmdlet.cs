using System.Management.Automation.Internal;

namespace System.Management.Automation.Internal
{
    public abstract class InternalCommand
    {
        internal InternalCommand() { }
    }
}

namespace System.Management.Automation
{
    public abstract class Cmdlet : InternalCommand
    {
        protected Cmdlet() { }

        internal MshCommandRuntime Runtime { get; set; } = null!;

        public bool Stopping => Runtime.Pipeline.Stopping;

        protected virtual void BeginProcessing() { }
        protected virtual void ProcessRecord() { }
        protected virtual void EndProcessing() { }
        protected virtual void StopProcessing() { }

        internal void DoBeginProcessing() => BeginProcessing();
        internal void DoProcessRecord() => ProcessRecord();
        internal void DoEndProcessing() => EndProcessing();
        internal void DoStopProcessing() => StopProcessing();

        public void WriteObject(object? sendToPipeline) => Runtime.WriteObject(sendToPipeline);
        public void WriteObject(object? sendToPipeline, bool enumerateCollection) => Runtime.WriteObject(sendToPipeline, enumerateCollection);
        public void WriteError(ErrorRecord errorRecord) => Runtime.WriteError(errorRecord);
        public void WriteWarning(string text) => Runtime.WriteWarning(text);
        public void WriteVerbose(string text) => Runtime.WriteVerbose(text);
        public void WriteDebug(string text) => Runtime.WriteDebug(text);
        public void WriteProgress(ProgressRecord progressRecord) => Runtime.WriteProgress(progressRecord);
        public void WriteInformation(InformationRecord informationRecord) => Runtime.WriteInformation(informationRecord);
        public void ThrowTerminatingError(ErrorRecord errorRecord) => Runtime.ThrowTerminatingError(errorRecord);

        public bool ShouldProcess(string target) => ShouldProcess(target, Runtime.MyInvocation.MyCommand.Name);
        public bool ShouldProcess(string target, string action) =>
            ShouldProcess($"Performing the operation \"{action}\" on target \"{target}\".", null, null);
        public bool ShouldProcess(string? verboseDescription, string? verboseWarning, string? caption) =>
            ShouldProcess(verboseDescription, verboseWarning, caption, out _);
        public bool ShouldProcess(string? verboseDescription, string? verboseWarning, string? caption, out ShouldProcessReason shouldProcessReason) =>
            Runtime.ShouldProcess(verboseDescription, verboseWarning, caption, out shouldProcessReason);

        public bool ShouldContinue(string query, string? caption) => Runtime.ShouldContinue(query, caption);
        public bool ShouldContinue(string query, string? caption, ref bool yesToAll, ref bool noToAll) =>
            Runtime.ShouldContinue(query, caption, false, ref yesToAll, ref noToAll);
        public bool ShouldContinue(string query, string? caption, bool hasSecurityImpact, ref bool yesToAll, ref bool noToAll) =>
            Runtime.ShouldContinue(query, caption, hasSecurityImpact, ref yesToAll, ref noToAll);
    }
}
