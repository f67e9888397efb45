using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Mdev;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using MdevPS.Binding;

namespace MdevPS.Completers;

/// <summary>Completes the names of a host, narrowed by what is typed already; a host that cannot be read completes nothing.</summary>
public abstract class HostCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = Quoting.Unquote(wordToComplete);
        try
        {
            HostRoot host = HostOpener.Open(Path(fakeBoundParameters["Root"]));
            return Candidates(host, fakeBoundParameters)
                .Where(candidate => Fits(candidate.Name, typed))
                .Select(candidate => new CompletionResult(Text(candidate.Name), Printable.Text(candidate.Name), CompletionResultType.ParameterValue, Printable.Text(candidate.ToolTip)))
                .ToList();
        }
        catch (Exception e) when (e is MdevException or ArgumentTransformationMetadataException)
        {
            // A host that is not there, or a key that the cmdlet would refuse as well.
            return [];
        }
    }

    private static string? Path(object? typed)
    {
        if (typed is null)
            return null;
        // The location, the home directory and the drives are those of the session, for which a completer has to ask.
        using PowerShell here = PowerShell.Create(RunspaceMode.CurrentRunspace);
        EngineIntrinsics session = here.AddScript("$ExecutionContext").Invoke<EngineIntrinsics>().Single();
        return FilePath.Of(session.SessionState.Path, (string)new RootAttribute().Transform(session, typed));
    }

    /// <summary>A name as it is typed.</summary>
    private protected virtual string Text(string name) => Quoting.Quote(name);

    /// <summary>Whether a name may be meant by what is typed so far.</summary>
    private protected virtual bool Fits(string name, string typed) => name.StartsWith(typed, StringComparison.OrdinalIgnoreCase);

    /// <summary>What could be meant, with a line that tells the choices apart.</summary>
    private protected abstract IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound);

    /// <summary>The filter that an argument typed before makes; everything where there is none.</summary>
    private protected static NameFilter Names(IDictionary bound, string parameter, Type kind) => NamePatterns.Filter(List<string>(new NameAttribute(kind), bound[parameter]));

    /// <summary>The filter that physical devices typed before make.</summary>
    private protected static NameFilter PhysicalDevices(IDictionary bound) => NamePatterns.Filter(List<string>(new PhysicalDeviceAttribute(), bound["PhysicalDevice"]));

    /// <summary>The UUIDs typed before.</summary>
    private protected static Guid[] Uuids(IDictionary bound) => List<Guid>(new UuidAttribute(), bound["Uuid"]) ?? [];

    private static T[]? List<T>(StrictAttribute key, object? typed) => typed is null ? null : ((IEnumerable)key.Transform(null!, typed)).Cast<T>().ToArray();

    /// <summary>Completion has nowhere to tell what is broken.</summary>
    private protected static void Ignore(MdevException exception) => _ = exception;
}

/// <summary>Completes nothing, for a number or a text that only the caller knows: without a completer PowerShell would offer files.</summary>
public sealed class NoCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) => [];
}
