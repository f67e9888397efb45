using System.Collections.ObjectModel;
using System.Security;

namespace System.Management.Automation.Host
{
    public abstract class PSHostUserInterface
    {
        public abstract PSHostRawUserInterface? RawUI { get; }
        public virtual bool SupportsVirtualTerminal => false;
        public abstract string ReadLine();
        public abstract SecureString ReadLineAsSecureString();
        public abstract void Write(string value);
        public abstract void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value);
        public virtual void WriteLine() => WriteLine("");
        public abstract void WriteLine(string value);
        public virtual void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => WriteLine(value);
        public abstract void WriteErrorLine(string value);
        public abstract void WriteDebugLine(string message);
        public abstract void WriteProgress(long sourceId, ProgressRecord record);
        public abstract void WriteVerboseLine(string message);
        public abstract void WriteWarningLine(string message);
        public virtual void WriteInformation(InformationRecord record) { }
        public abstract Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions);
        public abstract int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice);
        public abstract PSCredential PromptForCredential(string caption, string message, string userName, string targetName);
        public abstract PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options);
    }

    public abstract class PSHostRawUserInterface;

    public sealed class ChoiceDescription(string label, string helpMessage)
    {
        public ChoiceDescription(string label) : this(label, "") { }

        public string Label { get; } = label;
        public string HelpMessage { get; set; } = helpMessage;
    }

    public class FieldDescription(string name)
    {
        public string Name { get; } = name;
    }
}

namespace System.Management.Automation
{
    // Only so that a host can be told apart from its credentials.
    public sealed class PSCredential
    {
        private PSCredential() => throw new StandInException("PSCredential");
    }

    [Flags]
    public enum PSCredentialTypes { Generic = 1, Domain = 2, Default = 3 }

    [Flags]
    public enum PSCredentialUIOptions { None = 0, Default = 1, AlwaysPrompt = 2, ReadOnlyUserName = 3 }
}
