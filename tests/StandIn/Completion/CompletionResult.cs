using System.Collections;
using System.Management.Automation.Language;

namespace System.Management.Automation;

public interface IArgumentCompleter
{
    IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters);
}

public class CompletionResult
{
    public CompletionResult(string completionText, string listItemText, CompletionResultType resultType, string toolTip)
    {
        ArgumentException.ThrowIfNullOrEmpty(completionText);
        ArgumentException.ThrowIfNullOrEmpty(listItemText);
        ArgumentException.ThrowIfNullOrEmpty(toolTip);
        (CompletionText, ListItemText, ResultType, ToolTip) = (completionText, listItemText, resultType, toolTip);
    }

    public CompletionResult(string completionText) : this(completionText, completionText, CompletionResultType.Text, completionText) { }

    public string CompletionText { get; }
    public string ListItemText { get; }
    public CompletionResultType ResultType { get; }
    public string ToolTip { get; }
}

public enum CompletionResultType
{
    Text, History, Command, ProviderItem, ProviderContainer, Property, Method, ParameterName, ParameterValue, Variable, Namespace, Type,
    Keyword, DynamicKeyword,
}
