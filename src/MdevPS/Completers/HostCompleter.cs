using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Mdev;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

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
            HostRoot host = HostOpener.Open(Path(fakeBoundParameters["Root"] as string));
            return Candidates(host, fakeBoundParameters)
                .Where(candidate => candidate.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .Select(candidate => new CompletionResult(Quoting.Quote(candidate.Name), Printable.Text(candidate.Name), CompletionResultType.ParameterValue, Printable.Text(candidate.ToolTip)))
                .ToList();
        }
        catch (MdevException)
        {
            return [];
        }
    }

    // A relative path counts from PowerShell's location, for which a completer has to ask.
    private static string? Path(string? typed)
    {
        if (typed is null || System.IO.Path.IsPathRooted(typed))
            return typed;
        using PowerShell here = PowerShell.Create(RunspaceMode.CurrentRunspace);
        PathInfo location = here.AddCommand("Get-Location").AddParameter("PSProvider", "FileSystem").Invoke<PathInfo>().Single();
        return System.IO.Path.Combine(location.ProviderPath, typed);
    }

    /// <summary>What could be meant, with a line that tells the choices apart.</summary>
    private protected abstract IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound);

    /// <summary>The filter that an argument typed before makes; everything when there is none.</summary>
    private protected static NameFilter Typed(IDictionary bound, string parameter) => Commands.NamePatterns.Filter(bound[parameter] switch
    {
        string text => [text],
        object[] several => several.Select(item => $"{item}").ToArray(),
        _ => null,
    });

    /// <summary>Completion has nowhere to tell what is broken.</summary>
    private protected static void Ignore(MdevException exception) => _ = exception;
}
