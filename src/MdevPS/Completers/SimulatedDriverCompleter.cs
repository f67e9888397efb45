using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Mdev.Simulation;
using MdevPS.Binding;

namespace MdevPS.Completers;

/// <summary>Completes the names of the drivers that a simulated host can have.</summary>
public sealed class SimulatedDriverCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        SimulatedHost.Drivers
            .Where(name => name.StartsWith(Quoting.Unquote(wordToComplete), StringComparison.OrdinalIgnoreCase))
            .Select(name => new CompletionResult(name));
}
