using System.Text;
using System.Text.Json;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;

namespace Mdev.Definitions;

/// <summary>What callout scripts are told about.</summary>
/// <param name="Uuid">The UUID of the device.</param>
/// <param name="Type">Its type id.</param>
/// <param name="Parent">Its parent.</param>
/// <param name="AutoStart">Whether it is defined to be made at boot.</param>
/// <param name="Attributes">The attributes that it is or will be given.</param>
public sealed record CalloutDevice(Guid Uuid, string Type, string Parent, bool AutoStart, IReadOnlyList<AttributeValue> Attributes)
{
    /// <summary>What a definition says.</summary>
    public static CalloutDevice Of(MdevDefinition definition) => new(definition.Uuid, definition.Type, definition.Parent, definition.AutoStart, definition.Attribute);

    /// <summary>A device that is there; mdevctl tells nothing of its attributes then.</summary>
    public static CalloutDevice Of(MdevDevice device) => new(device.Uuid, device.Type ?? "", device.Parent, false, []);
}

/// <summary>What callout scripts are asked before, and told after.</summary>
public enum CalloutAction
{
    /// <summary>A definition is made.</summary>
    Define,

    /// <summary>A definition is changed.</summary>
    Modify,

    /// <summary>A definition is removed.</summary>
    Undefine,

    /// <summary>A device is made.</summary>
    Start,

    /// <summary>A device is removed.</summary>
    Stop,
}

/// <summary>
/// Runs the callout and notifier scripts of mdevctl as mdevctl does (mdevctl(8), CALLOUT SCRIPTS; scripts that declare their capabilities as since 1.4).
/// On this machine only what root alone can have put there is run, and on a simulated host what the caller alone can; below any other root nothing.
/// What there is to tell of scripts that run after the deed waits for <see cref="TellRest"/>: a listener may end everything at any word, and the result comes first.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told once of each script that is not run because others could have changed it.</param>
/// <param name="warn">Told what scripts write to their standard error.</param>
/// <param name="cancel">Kills a script that is running, and what was to be done is not done.</param>
public sealed class Callouts(HostRoot host, Action<MdevException> report, Action<string> warn, CancellationToken cancel = default)
{
    private const string UsrScripts = "/usr/lib/mdevctl/scripts.d", EtcScripts = $"{DefinitionStore.MdevctlFolder}/{DefinitionStore.Scripts}";
    private const string None = "none", Success = "success", Failure = "failure";
    private const int NotMine = 2;

    private static readonly byte[] s_provides = Encoding.ASCII.GetBytes(
        """{"provides":{"version":2,"actions":["start","stop","define","undefine","modify","attributes","capabilities"],"events":["pre","post","notify","get","live"]}}""");

    private readonly Dictionary<(string Parent, string Type), Script?> _declared = [];
    private readonly HashSet<string> _told = [];
    private readonly Queue<Action> _rest = [];
    private bool _isDone;

    private bool MayRun => host.IsThisMachine || host.Kernel.IsSimulated;

    /// <summary>Does something with the scripts around it: one may refuse it before, and all are told after.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.CalloutRefused"/>: it was not done.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before it was done.</exception>
    public void Around(CalloutAction action, CalloutDevice device, Action change)
    {
        if (!Present("callouts") && !Present("notifiers"))
        {
            change();
            return;
        }

        byte[] line = new DefinitionContent(device.Type, device.AutoStart, device.Attributes).ToLine();
        string state = None;
        Script? script = Declared(device);
        try
        {
            (script, ProgramResult? before) = Call(script, "pre", Word(action), state, device, line);
            if (before is { ExitCode: not 0 })
                throw Refused(script!.Path, $"{action} of {device.Uuid} was refused", before, device.Uuid);
            state = Failure;
            change();
            state = Success;
        }
        finally
        {
            After(action, device, line, script, state);
        }
    }

    /// <summary>Tells what scripts that ran after a deed have said. Whoever did it has given its result by now.</summary>
    public void TellRest()
    {
        while (_rest.TryDequeue(out Action? word))
            word();
    }

    /// <summary>Makes a device with the scripts around it. They are told the start that it is defined with.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.CalloutRefused"/>: it was not made.</exception>
    public void AroundMaking(NewDevice device, Action make) => Around(CalloutAction.Start, new CalloutDevice(device.Uuid, device.Type, device.Parent, IsAutoStart(device), device.Attributes), make);

    /// <summary>The attributes of a device as a script reads them back; null when no script knows the type.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.CalloutRefused"/>: the script failed, or its answer cannot be understood.</exception>
    public IReadOnlyList<AttributeValue>? AttributesOf(MdevDevice device)
    {
        if (!Present("callouts"))
            return null;
        var subject = CalloutDevice.Of(device);
        (Script? script, ProgramResult? answer) = Call(Declared(subject), "get", "attributes", None, subject, default);
        if (answer is null)
            return null;
        if (answer.ExitCode != 0)
            throw Refused(script!.Path, $"The attributes of {device.Uuid} cannot be read back", answer, device.Uuid);
        // mdevctl takes these as no attributes.
        string text = answer.Output.TrimEnd('\0');
        if (string.IsNullOrWhiteSpace(text) || text.Trim() == "[{}]")
            return [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return DefinitionContent.ParseAttributes(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new MdevException(MdevError.CalloutRefused, $"The attributes of {device.Uuid} cannot be read back: what '{Printable.Text(host.OnMachine(script!.Path))}' wrote is no list of attributes: {e.Message}", host.OnMachine(script.Path), e) { Uuid = device.Uuid };
        }
    }

    private bool IsAutoStart(NewDevice device)
    {
        if (!Present("callouts") && !Present("notifiers"))
            return false;
        try
        {
            return DefinitionStore.Folders.Any(folder => new DefinitionStore(host).Read(new DefinitionFile(folder, device.Parent, device.Uuid)) is { AutoStart: true });
        }
        catch (MdevException)
        {
            // A broken definition is told where definitions are read.
            return false;
        }
    }

    // What comes after cannot refuse anything any more.
    private void After(CalloutAction action, CalloutDevice device, byte[] line, Script? script, string state)
    {
        _isDone = true;
        try
        {
            Post();
            foreach (string path in Scripts("notifiers"))
                _ = Run(path, "notify", Word(action), state, device, line);
        }
        catch (Exception e) when (e is OperationCanceledException or MdevException)
        {
            Say(() => host.Trace($"Not all scripts were told of the end: {e.Message}"));
        }
        finally
        {
            _isDone = false;
        }

        // The notifiers are told also where a callout script does not want to be.
        void Post()
        {
            try
            {
                if (state != None)
                    _ = Call(script, "post", Word(action), state, device, line);
            }
            catch (MdevException e)
            {
                Say(() => host.Trace($"The callout script was not told of the end: {e.Message}"));
            }
        }
    }

    private void Say(Action word)
    {
        if (_isDone)
            _rest.Enqueue(word);
        else
            word();
    }

    private static string Word(CalloutAction action) => action.ToString().ToLowerInvariant();

    private bool Present(string kind)
    {
        if (!host.Files.HasDirectory($"{UsrScripts}/{kind}") && !host.Files.HasDirectory($"{EtcScripts}/{kind}"))
            return false;
        if (!MayRun)
            host.Trace($"The callout scripts below '{host.Root}' are not run: it is neither this machine nor a simulated host.");
        return MayRun;
    }

    // Those of packages first, and in each directory by name.
    private List<string> Scripts(string kind)
    {
        var paths = new List<string>();
        foreach (string folder in new[] { $"{UsrScripts}/{kind}", $"{EtcScripts}/{kind}" })
        {
            using DirectoryHandle? directory = host.Files.OpenDirectory(folder);
            paths.AddRange(directory?.Entries().Select(entry => $"{folder}/{entry.Name}").Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>());
        }

        return paths;
    }

    // The one that has answered is asked on; else the first that does not say that the type is not its own.
    private (Script? Script, ProgramResult? Result) Call(Script? script, string happening, string action, string state, CalloutDevice device, ReadOnlyMemory<byte> input)
    {
        if (script is not null)
        {
            if (script.Lacks(happening, action) is { } lack)
                throw new MdevException(MdevError.CalloutRefused, $"'{Printable.Text(host.OnMachine(script.Path))}' is the callout script for type '{Printable.Text(device.Type)}' and does not support {lack}.", host.OnMachine(script.Path)) { Uuid = device.Uuid };
            return (script, Run(script.Path, happening, action, state, device, input));
        }

        foreach (string path in Scripts("callouts"))
        {
            if (Run(path, happening, action, state, device, input) is { ExitCode: not NotMine } result)
                return (new Script(path), result);
        }

        return (null, null);
    }

    // A script that declares what it supports is asked before all others, and for all that comes.
    private Script? Declared(CalloutDevice device)
    {
        if (_declared.TryGetValue((device.Parent, device.Type), out Script? known))
            return known;
        Script? found = Scripts("callouts")
            .Select(path => Run(path, "get", "capabilities", None, device, s_provides) is { ExitCode: not NotMine } answer ? Script.Declaring(path, answer.Output) : null)
            .FirstOrDefault(script => script is not null);
        _declared.Add((device.Parent, device.Type), found);
        return found;
    }

    // Null when it is not run.
    private ProgramResult? Run(string path, string happening, string action, string state, CalloutDevice device, ReadOnlyMemory<byte> input)
    {
        try
        {
            using TrustedProgram? program = TrustedProgram.Open(host.Files, path, host.IsThisMachine ? 0 : TrustedProgram.Caller);
            if (program is null)
                return null;
            Say(() => host.Trace($"Running '{host.OnMachine(path)}' for {happening} {action}."));
            ProgramResult? result = program.Run(["-t", device.Type, "-e", happening, "-a", action, "-s", state, "-u", $"{device.Uuid}", "-p", device.Parent], input, cancel);
            if (result is { ExitCode: 0 } && result.Error.Trim() is { Length: > 0 } said)
                Say(() => warn($"{HostFiles.Name(path)}: {said}"));
            return result;
        }
        catch (MdevException e) when (e.Error == MdevError.CalloutUntrusted)
        {
            if (_told.Add(path))
                Say(() => report(e));
            return null;
        }
    }

    private MdevException Refused(string path, string what, ProgramResult result, Guid uuid)
    {
        string said = string.Join(' ', new[] { result.Error.Trim(), result.Error.Trim().Length == 0 ? result.Output.Trim() : "" }).Trim();
        string quoted = said.Length == 0 ? "without a word" : $"with the words: {Printable.Text(said, 400)}";
        return new MdevException(MdevError.CalloutRefused, $"{what} by the callout script '{Printable.Text(host.OnMachine(path))}', which ended with {result.ExitCode} {quoted}.", host.OnMachine(path)) { Uuid = uuid };
    }

    /// <summary>A callout script, with what it has declared to support; null for one that has not been asked, or knows no such question.</summary>
    private sealed record Script(string Path, string[]? Events = null, string[]? Actions = null)
    {
        public static Script? Declaring(string path, string answer)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(answer.TrimEnd('\0'));
                JsonElement supports = document.RootElement.GetProperty("supports");
                _ = supports.GetProperty("version").GetUInt32();
                return new Script(path, Words(supports.GetProperty("events")), Words(supports.GetProperty("actions")));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                return null;
            }
        }

        public string? Lacks(string happening, string action) => Actions?.Contains(action) == false ? $"the action '{action}'" : Events?.Contains(happening) == false ? $"the event '{happening}'" : null;

        private static string[] Words(JsonElement list) => list.EnumerateArray().Select(word => word.GetString() ?? "").ToArray();
    }
}
