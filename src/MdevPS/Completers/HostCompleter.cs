using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
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
                .Select(candidate => new CompletionResult(Quoting.Quote(candidate.Name), Printable.Text(candidate.Name), CompletionResultType.ParameterValue, Printable.Text(candidate.ToolTip)))
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

    private static T[]? List<T>(StrictAttribute key, object? typed) => typed is null ? null : ((object[])key.Transform(null!, typed)).Cast<T>().ToArray();

    /// <summary>Completion has nowhere to tell what is broken.</summary>
    private protected static void Ignore(MdevException exception) => _ = exception;
}

/// <summary>Names as PowerShell source: a completed argument must be read back as exactly the name, and nothing in it run.</summary>
internal static class Quoting
{
    /// <summary>What is typed so far, without the quote that it may begin and end with.</summary>
    public static string Unquote(string word) => word.Length > 0 && word[0] is '\'' or '"' ? word.Trim(word[0]) : word;

    /// <summary>A name as an argument.</summary>
    public static string Quote(string name)
    {
        if (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or ':' or '-' or '+') && name[0] is not ('-' or '.' or '+'))
            return name;
        return name.Any(char.IsControl) ? DoubleQuoted(name) : SingleQuoted(name);
    }

    private static string SingleQuoted(string name)
    {
        var text = new StringBuilder("'");
        foreach (char c in name)
        {
            // The curly single quotes end a string as the straight one does.
            if (c is '\'' or '\u2018' or '\u2019' or '\u201a' or '\u201b')
                text.Append(c);
            text.Append(c);
        }

        return text.Append('\'').ToString();
    }

    private static string DoubleQuoted(string name)
    {
        var text = new StringBuilder("\"");
        foreach (char c in name)
        {
            if (char.IsControl(c))
                text.Append($"`u{{{(int)c:x}}}");
            else if (c is '"' or '`' or '$' or '\u201c' or '\u201d' or '\u201e')
                text.Append('`').Append(c);
            else
                text.Append(c);
        }

        return text.Append('"').ToString();
    }
}
