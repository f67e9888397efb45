using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace MdevPS.Engines;

/// <summary>A host without a screen: it keeps what is printed and answers what is asked.</summary>
internal sealed class TestHost : PSHost
{
    private readonly TestUserInterface _ui;

    public TestHost() => _ui = new(this);

    public Queue<Answer> Answers { get; } = new();
    public List<string> Lines { get; } = [];
    public List<string> Questions { get; } = [];

    public void Forget()
    {
        Lines.Clear();
        Questions.Clear();
    }

    public override string Name => "MdevPS.Engines";
    public override Version Version { get; } = new(1, 0);
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override PSHostUserInterface UI => _ui;
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;
    public override void SetShouldExit(int exitCode) { }
    public override void EnterNestedPrompt() => throw new NotSupportedException();
    public override void ExitNestedPrompt() => throw new NotSupportedException();
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }

    private sealed class TestUserInterface(TestHost host) : PSHostUserInterface
    {
        public override PSHostRawUserInterface? RawUI => null;

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            host.Questions.Add(message);
            Answer answer = host.Answers.TryDequeue(out Answer next) ? next : throw new InvalidOperationException($"Nobody answers: {message}");
            string label = answer switch
            {
                Answer.Yes => "&Yes",
                Answer.YesToAll => "Yes to &All",
                Answer.No => "&No",
                _ => "No to A&ll",
            };
            return choices.ToList().FindIndex(c => c.Label == label);
        }

        public override void Write(string value) => host.Lines.Add(value);
        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);
        public override void WriteLine(string value) => host.Lines.Add(value);

        // These are on the streams already.
        public override void WriteErrorLine(string value) { }
        public override void WriteDebugLine(string message) { }
        public override void WriteVerboseLine(string message) { }
        public override void WriteWarningLine(string message) { }
        public override void WriteProgress(long sourceId, ProgressRecord record) { }

        // A missing mandatory parameter is an error where nobody can be asked for it.
        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
            throw new HostException("Nobody is there to be asked.");

        public override string ReadLine() => throw new NotSupportedException();
        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();
        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw new NotSupportedException();
        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
            throw new NotSupportedException();
    }
}
