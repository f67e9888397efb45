using System.Management.Automation.Internal;

namespace System.Management.Automation.Internal
{
    public abstract class InternalCommand
    {
        internal InternalCommand() { }

        internal ICommandRuntime? Runtime;
        internal MshCommandRuntime Engine => Runtime as MshCommandRuntime
            ?? throw new StandInException("A cmdlet outside of a pipeline");

        internal abstract void DoBeginProcessing();
        internal abstract void DoProcessRecord();
        internal abstract void DoEndProcessing();
        internal abstract void DoStopProcessing();
    }
}

namespace System.Management.Automation
{
    public abstract class Cmdlet : InternalCommand
    {
        protected Cmdlet() { }

        public ICommandRuntime CommandRuntime { get => Runtime!; set => Runtime = value; }
        public bool Stopping => Engine.Pipeline.Stopping;

        protected virtual void BeginProcessing() { }
        protected virtual void ProcessRecord() { }
        protected virtual void EndProcessing() { }
        protected virtual void StopProcessing() { }

        internal override void DoBeginProcessing() => BeginProcessing();
        internal override void DoProcessRecord() => ProcessRecord();
        internal override void DoEndProcessing() => EndProcessing();
        internal override void DoStopProcessing() => StopProcessing();

        public void WriteObject(object? sendToPipeline) => Required.WriteObject(sendToPipeline);
        public void WriteObject(object? sendToPipeline, bool enumerateCollection) => Required.WriteObject(sendToPipeline, enumerateCollection);
        public void WriteError(ErrorRecord errorRecord) => Required.WriteError(errorRecord);
        public void WriteWarning(string text) => Required.WriteWarning(text);
        public void WriteVerbose(string text) => Required.WriteVerbose(text);
        public void WriteDebug(string text) => Required.WriteDebug(text);
        public void WriteProgress(ProgressRecord progressRecord) => Required.WriteProgress(progressRecord);
        public void WriteInformation(InformationRecord informationRecord) => ((ICommandRuntime2)Required).WriteInformation(informationRecord);

        public void WriteInformation(object messageData, string[]? tags)
        {
            InformationRecord record = new(messageData, null);
            record.Tags.AddRange(tags ?? []);
            WriteInformation(record);
        }

        public bool ShouldProcess(string target) => Required.ShouldProcess(target);
        public bool ShouldProcess(string target, string action) => Required.ShouldProcess(target, action);
        public bool ShouldProcess(string? verboseDescription, string? verboseWarning, string? caption) =>
            Required.ShouldProcess(verboseDescription, verboseWarning, caption);
        public bool ShouldProcess(string? verboseDescription, string? verboseWarning, string? caption, out ShouldProcessReason shouldProcessReason) =>
            Required.ShouldProcess(verboseDescription, verboseWarning, caption, out shouldProcessReason);
        public bool ShouldContinue(string query, string? caption) => Required.ShouldContinue(query, caption);
        public bool ShouldContinue(string query, string? caption, ref bool yesToAll, ref bool noToAll) =>
            Required.ShouldContinue(query, caption, ref yesToAll, ref noToAll);

        public void ThrowTerminatingError(ErrorRecord errorRecord) => Required.ThrowTerminatingError(errorRecord);

        private ICommandRuntime Required => Runtime ?? throw new StandInException("A cmdlet without a runtime");
    }
}
