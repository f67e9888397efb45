using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

namespace MdevPS.Engine;

/// <summary>A host without a screen: it keeps what is printed and answers what is asked.</summary>
internal sealed class RecordingHost : PSHost
{
    private readonly UserInterface _ui;

    public RecordingHost(int width) => _ui = new UserInterface(this, width);

    public Queue<Answer> Answers { get; } = new();

    /// <summary>What is printed without being on a stream.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>What somebody would see.</summary>
    public List<string> Screen { get; } = [];

    public List<string> Questions { get; } = [];

    public override string Name => "MdevPS.Engine";

    public override Version Version { get; } = new(1, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => _ui;

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.GetCultureInfo("en-US");

    public void Forget()
    {
        Lines.Clear();
        Screen.Clear();
        Questions.Clear();
    }

    public override void SetShouldExit(int exitCode)
    {
    }

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    private sealed class UserInterface(RecordingHost host, int width) : PSHostUserInterface
    {
        private readonly StringBuilder _line = new();

        public override PSHostRawUserInterface RawUI { get; } = new Window(width);

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
            return choices.ToList().FindIndex(choice => choice.Label == label);
        }

        public override void Write(string value) => _line.Append(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

        public override void WriteLine(string value)
        {
            // The engine resets the colours behind every column, whatever the host can show.
            string line = _line.Append(value).Replace("\x1b[0m", "").ToString().TrimEnd();
            _line.Clear();
            host.Lines.AddRange(line.Split('\n'));
            host.Screen.AddRange(line.Split('\n'));
        }

        public override void WriteErrorLine(string value) => host.Screen.Add(value);

        public override void WriteDebugLine(string message) => host.Screen.Add($"DEBUG: {message}");

        public override void WriteVerboseLine(string message) => host.Screen.Add($"VERBOSE: {message}");

        public override void WriteWarningLine(string message) => host.Screen.Add($"WARNING: {message}");

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

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

    /// <summary>A window of a certain width, and nothing in it.</summary>
    private sealed class Window(int width) : PSHostRawUserInterface
    {
        public override ConsoleColor BackgroundColor { get; set; }

        public override ConsoleColor ForegroundColor { get; set; }

        public override Size BufferSize { get; set; } = new(width, 1000);

        public override Coordinates CursorPosition { get; set; }

        public override int CursorSize { get; set; }

        public override bool KeyAvailable => false;

        public override Size MaxPhysicalWindowSize => BufferSize;

        public override Size MaxWindowSize => BufferSize;

        public override Coordinates WindowPosition { get; set; }

        public override Size WindowSize { get; set; } = new(width, 50);

        public override string WindowTitle { get; set; } = "";

        public override void FlushInputBuffer()
        {
        }

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

        public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException();

        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw new NotSupportedException();

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw new NotSupportedException();

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new NotSupportedException();
    }
}
