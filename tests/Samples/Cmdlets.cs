using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Management.Automation.Language;

[assembly: SuppressMessage("Performance", "CA1852", Justification = "Cmdlets are public.")]

namespace MdevPS.Samples;

public enum Colour { Red, Green, Blue, Bluish }

/// <summary>What a sample cmdlet found in its parameters, for a test to look at.</summary>
public sealed record Seen(string Set, string Values);

public sealed record Thing(string Name, int Size, string? Root = null)
{
    public override string ToString() => Name;
}

/// <summary>One parameter of each kind; says what arrived.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Conversion")]
[OutputType(typeof(string))]
public sealed class TestConversionCommand : PSCmdlet
{
    [Parameter] public string? Text { get; set; }
    [Parameter] public string[]? Texts { get; set; }
    [Parameter] public int Int { get; set; }
    [Parameter] public int? MaybeInt { get; set; }
    [Parameter] public long Long { get; set; }
    [Parameter] public int[]? Ints { get; set; }
    [Parameter] public Guid Guid { get; set; }
    [Parameter] public Guid[]? Guids { get; set; }
    [Parameter] public Colour Colour { get; set; }
    [Parameter] public Colour[]? Colours { get; set; }
    [Parameter] public bool Bool { get; set; }
    [Parameter] public SwitchParameter Switch { get; set; }
    [Parameter] public IDictionary? Map { get; set; }
    [Parameter] public Hashtable? Table { get; set; }
    [Parameter] public object? Any { get; set; }
    [Parameter] public object[]? Anys { get; set; }
    [Parameter] public PSObject? Wrapped { get; set; }
    [Parameter] public TimeSpan Time { get; set; }
    [Parameter] public Version? Version { get; set; }
    [Parameter] public double Double { get; set; }

    protected override void EndProcessing()
    {
        foreach (KeyValuePair<string, object> bound in MyInvocation.BoundParameters.OrderBy(b => b.Key, StringComparer.Ordinal))
            WriteObject($"{bound.Key}={Show(GetType().GetProperty(bound.Key)!.GetValue(this))}");
    }

    internal static string Show(object? value) => value switch
    {
        null => "null",
        PSObject wrapped => $"PSObject({Show(wrapped.BaseObject)})",
        string text => $"'{text}'",
        IDictionary map => $"{map.GetType().Name}{{{string.Join(";", map.Keys.Cast<object>().Select(k => $"{k}={Show(map[k])}"))}}}",
        IEnumerable list => $"{list.GetType().GetElementType()?.Name ?? list.GetType().Name}[{string.Join(",", list.Cast<object?>().Select(Show))}]",
        IFormattable number => $"{number.GetType().Name}:{number.ToString(null, System.Globalization.CultureInfo.InvariantCulture)}",
        _ => $"{value.GetType().Name}:{value}",
    };
}

[Cmdlet(VerbsDiagnostic.Test, "Validation")]
[OutputType(typeof(string))]
public sealed class TestValidationCommand : PSCmdlet
{
    [Parameter, ValidateRange(1, 64)] public int Count { get; set; }
    [Parameter, ValidateSet("Spread", "Pack")] public string? Policy { get; set; }
    [Parameter, ValidateNotNullOrEmpty] public string[]? Names { get; set; }
    [Parameter, ValidateNotNull] public object? Thing { get; set; }
    [Parameter, ValidateCount(1, 2)] public string[]? Few { get; set; }
    [Parameter, ValidateLength(2, 4)] public string? Short { get; set; }
    [Parameter, ValidatePattern("^m")] public string? Em { get; set; }

    protected override void EndProcessing() => WriteObject("valid");
}

[Cmdlet(VerbsDiagnostic.Test, "Mandatory")]
[OutputType(typeof(string))]
public sealed class TestMandatoryCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)] public string[] Name { get; set; } = [];
    [Parameter(Position = 1), AllowEmptyString] public string? Note { get; set; }

    protected override void EndProcessing() => WriteObject($"{string.Join("+", Name)}/{Note}");
}

/// <summary>Takes things as they are, by value or by property name; what was bound, and in which phase, shows in Seen.</summary>
[Cmdlet(VerbsLifecycle.Submit, "Thing", DefaultParameterSetName = "ByThing")]
[OutputType(typeof(Seen))]
public sealed class SubmitThingCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "ByName", ValueFromPipelineByPropertyName = true)]
    [Alias("Label")]
    public string[] Name { get; set; } = ["default"];

    [Parameter(Mandatory = true, ParameterSetName = "ByThing", ValueFromPipeline = true)]
    public Thing? InputObject { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)] public int Size { get; set; } = -1;
    [Parameter(ValueFromPipelineByPropertyName = true)] public string? Root { get; set; }

    protected override void ProcessRecord() =>
        WriteObject(new Seen(ParameterSetName, $"Name={string.Join("+", Name)} Thing={InputObject} Size={Size} Root={Root}"));
}

/// <summary>The same, but an object need not be taken as it is: the default set takes its properties.</summary>
[Cmdlet(VerbsLifecycle.Submit, "Name", DefaultParameterSetName = "ByName")]
[OutputType(typeof(Seen))]
public sealed class SubmitNameCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "ByName", ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = ["default"];

    [Parameter(Mandatory = true, ParameterSetName = "ByThing", ValueFromPipeline = true)]
    public Thing? InputObject { get; set; }

    protected override void ProcessRecord() => WriteObject(new Seen(ParameterSetName, $"Name={string.Join("+", Name)} Thing={InputObject}"));
}

/// <summary>Shaped like a cmdlet that makes things: any number of a kind, or just those with these ids.</summary>
[Cmdlet(VerbsCommon.Add, "Thing", DefaultParameterSetName = "Count")]
[OutputType(typeof(Seen))]
public sealed class AddThingCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)] public string Kind { get; set; } = "";
    [Parameter(ParameterSetName = "Count")] public int Count { get; set; } = 1;
    [Parameter(Mandatory = true, ParameterSetName = "Id", ValueFromPipelineByPropertyName = true)] public int[] Id { get; set; } = [];

    protected override void ProcessRecord() => WriteObject(new Seen(ParameterSetName, $"{Kind} {Count} {string.Join("+", Id)}"));
}

/// <summary>A string and a number, both by value: the first that fits without conversion wins.</summary>
[Cmdlet(VerbsLifecycle.Submit, "Value")]
[OutputType(typeof(string))]
public sealed class SubmitValueCommand : PSCmdlet
{
    [Parameter(ValueFromPipeline = true, ParameterSetName = "Number")] public int Number { get; set; }
    [Parameter(ValueFromPipeline = true, ParameterSetName = "Text")] public string? Text { get; set; }
    [Parameter(ValueFromPipelineByPropertyName = true)] public int Length { get; set; }

    protected override void ProcessRecord() => WriteObject($"{ParameterSetName} Number={Number} Text={Text} Length={Length}");
}

[Cmdlet(VerbsDiagnostic.Test, "Set")]
[OutputType(typeof(string))]
public sealed class TestSetCommand : PSCmdlet
{
    [Parameter(Position = 0)] public string? Shared { get; set; }
    [Parameter(Mandatory = true, ParameterSetName = "A")] public SwitchParameter InUse { get; set; }
    [Parameter(Mandatory = true, ParameterSetName = "B")] public SwitchParameter Unused { get; set; }
    [Parameter(ParameterSetName = "A")] public SwitchParameter Both { get; set; }
    [Parameter(ParameterSetName = "C")] public SwitchParameter Third { get; set; }

    protected override void EndProcessing() => WriteObject(ParameterSetName);
}

[Cmdlet(VerbsDiagnostic.Test, "Remaining")]
[OutputType(typeof(string))]
public sealed class TestRemainingCommand : PSCmdlet
{
    [Parameter(Position = 0)] public string? First { get; set; }
    [Parameter(ValueFromRemainingArguments = true)] public string[] Rest { get; set; } = [];

    protected override void EndProcessing() => WriteObject($"{First}:{string.Join("|", Rest)}");
}

/// <summary>Counts, and says on every stream how far it is.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Count")]
[OutputType(typeof(int))]
public sealed class InvokeCountCommand : PSCmdlet
{
    [Parameter(Position = 0)] public int To { get; set; } = 3;
    [Parameter] public SwitchParameter Array { get; set; }

    protected override void BeginProcessing() => WriteVerbose("begin");

    protected override void ProcessRecord()
    {
        WriteProgress(new ProgressRecord(1, "Counting", "now") { PercentComplete = 50, CurrentOperation = "op" });
        if (Array)
        {
            WriteObject(Enumerable.Range(1, To).ToArray(), enumerateCollection: false);
            return;
        }
        for (int i = 1; i <= To; i++)
            WriteObject(i);
        WriteWarning("that is all");
        WriteDebug("really");
    }

    protected override void EndProcessing() => WriteVerbose("end");
}

/// <summary>Notes its life, object by object, in one text at the end of its own.</summary>
[Cmdlet(VerbsData.Out, "Trace")]
public sealed class OutTraceCommand : PSCmdlet, IDisposable
{
    [Parameter(ValueFromPipeline = true)] public object? InputObject { get; set; }
    [Parameter] public string Name { get; set; } = "";

    public static List<string> Log { get; } = [];

    protected override void BeginProcessing() => Log.Add(Name + "begin");

    protected override void ProcessRecord()
    {
        Log.Add(Name + "process " + InputObject);
        WriteObject(InputObject);
    }

    protected override void EndProcessing() => Log.Add(Name + "end");

    public void Dispose() => Log.Add(Name + "dispose");
}

/// <summary>Fails in the way that is asked for.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Failure")]
[OutputType(typeof(string))]
public sealed class InvokeFailureCommand : PSCmdlet
{
    [Parameter(ValueFromPipeline = true, Position = 0)] public string? InputObject { get; set; }
    [Parameter] public SwitchParameter Terminating { get; set; }
    [Parameter] public SwitchParameter Throw { get; set; }

    protected override void ProcessRecord()
    {
        if (Throw)
            throw new InvalidOperationException("thrown");
        ErrorRecord error = new(new IOException("it is broken"), "SampleBroken", ErrorCategory.ResourceBusy, InputObject)
        {
            ErrorDetails = new ErrorDetails("details of it") { RecommendedAction = "mend it" },
        };
        if (Terminating)
            ThrowTerminatingError(error);
        WriteError(error);
        WriteObject("after " + InputObject);
    }
}

[Cmdlet(VerbsCommon.Remove, "Thing", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(string))]
public sealed class RemoveThingCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)] public string[] Name { get; set; } = [];
    [Parameter] public SwitchParameter Force { get; set; }

    private bool _yesToAll, _noToAll;

    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            if (!ShouldProcess(name, "Remove thing"))
                continue;
            if (!Force && name == "precious" && !ShouldContinue($"{name} is precious. Go on?", "Careful", ref _yesToAll, ref _noToAll))
                continue;
            WriteObject($"removed {name}");
        }
    }
}

[Cmdlet(VerbsCommon.Clear, "Everything", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(string))]
public sealed class ClearEverythingCommand : PSCmdlet
{
    protected override void EndProcessing()
    {
        if (ShouldProcess("everything"))
            WriteObject("cleared");
    }
}

/// <summary>Runs until it is stopped.</summary>
[Cmdlet(VerbsLifecycle.Wait, "Forever")]
[OutputType(typeof(string))]
public sealed class WaitForeverCommand : PSCmdlet, IDisposable
{
    private readonly ManualResetEventSlim _stop = new();

    public static string Ending { get; private set; } = "";

    protected override void ProcessRecord()
    {
        WriteObject("waiting");
        Ending = "waiting";
        _stop.Wait();
        Ending = Stopping ? "stopping" : "not told";
        WriteObject("never seen");
        Ending = "wrote after the stop";
    }

    protected override void StopProcessing() => _stop.Set();

    public void Dispose() => _stop.Dispose();
}

[Cmdlet(VerbsCommon.Select, "Fruit")]
[OutputType(typeof(string))]
public sealed class SelectFruitCommand : PSCmdlet
{
    [Parameter(Position = 0), ArgumentCompleter(typeof(FruitCompleter))] public string[]? Fruit { get; set; }
    [Parameter(Position = 1), ArgumentCompleter(typeof(FruitCompleter))] public string? With { get; set; }
    [Parameter] public Colour Colour { get; set; }
    [Parameter, ValidateSet("small", "very large")] public string? Size { get; set; }
    [Parameter] public SwitchParameter Peeled { get; set; }
    [Parameter(DontShow = true)] public string? Hidden { get; set; }
}

/// <summary>Says what it was asked, beside a real offer.</summary>
public sealed class FruitCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string bound = string.Join(" ", fakeBoundParameters.Keys.Cast<string>().Order(StringComparer.Ordinal)
            .Select(k => $"{k}={TestConversionCommand.Show(fakeBoundParameters[k])}"));
        string asked = $"{commandName} {parameterName} <{wordToComplete}> {commandAst.GetCommandName()} {bound}";
        yield return new CompletionResult("apple", "an apple", CompletionResultType.ParameterValue, asked);
    }
}

/// <summary>Shows the wildcard patterns of the engine it runs on.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Wildcard")]
[OutputType(typeof(string))]
public sealed class TestWildcardCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)] public string Pattern { get; set; } = "";
    [Parameter(ValueFromPipeline = true)] public string? InputObject { get; set; }
    [Parameter] public SwitchParameter CaseSensitive { get; set; }

    protected override void ProcessRecord()
    {
        WildcardPattern pattern = WildcardPattern.Get(Pattern, CaseSensitive ? WildcardOptions.None : WildcardOptions.IgnoreCase);
        WriteObject($"{pattern.IsMatch(InputObject)} {WildcardPattern.ContainsWildcardCharacters(Pattern)} {WildcardPattern.Escape(Pattern)} {WildcardPattern.Unescape(Pattern)}");
    }
}

[Cmdlet(VerbsDiagnostic.Resolve, "Location")]
[OutputType(typeof(string))]
public sealed class ResolveLocationCommand : PSCmdlet
{
    [Parameter(Position = 0)] public string Path { get; set; } = ".";

    protected override void EndProcessing() => WriteObject(GetUnresolvedProviderPathFromPSPath(Path));
}

