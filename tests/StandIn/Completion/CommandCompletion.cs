using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation.Language;

namespace System.Management.Automation;

/// <summary>What could stand at the cursor: a command, a parameter, or a value of the parameter that the word is for.</summary>
public class CommandCompletion
{
    private CommandCompletion(IEnumerable<CompletionResult> matches, int replacementIndex, int replacementLength)
    {
        CompletionMatches = new([.. matches]);
        (ReplacementIndex, ReplacementLength) = (replacementIndex, replacementLength);
    }

    public Collection<CompletionResult> CompletionMatches { get; }
    public int ReplacementIndex { get; }
    public int ReplacementLength { get; }

    public static CommandCompletion CompleteInput(string input, int cursorIndex, Hashtable? options, PowerShell powershell)
    {
        if (options is { Count: > 0 })
            throw new StandInException("options of completion");
        List<Token> tokens = Tokenizer.Tokenize(input[..cursorIndex], unfinished: true);
        tokens.RemoveRange(0, tokens.FindLastIndex(t => t.Kind == TokenKind.Pipe) + 1);
        Token? word = tokens.LastOrDefault() is { } last && last.End == cursorIndex && last.Kind != TokenKind.Comma && !last.TakesValue ? last : null;
        if (word is not null)
            tokens.RemoveAt(tokens.Count - 1);
        int start = word?.Start ?? cursorIndex;
        string text = input[start..cursorIndex];
        IReadOnlyDictionary<string, CmdletInfo> commands = powershell.Runspace!.Commands;

        IEnumerable<CompletionResult> matches =
            tokens.Count == 0 ? CompleteCommand(commands.Keys, text)
            : commands.GetValueOrDefault(tokens[0].Value as string ?? "") is not { } command ? []
            : text == "-" || word is { Kind: TokenKind.Parameter } ? CompleteParameter(command, tokens, text[1..])
            : CompleteArgument(powershell.Runspace, command, tokens, word, text, input);
        return new(matches, start, text.Length);
    }

    private static IEnumerable<CompletionResult> CompleteCommand(IEnumerable<string> names, string word)
    {
        WildcardPattern pattern = WildcardPattern.Get(word + "*", WildcardOptions.IgnoreCase);
        return names.Where(pattern.IsMatch).Order(StringComparer.OrdinalIgnoreCase).Select(n => new CompletionResult(n, n, CompletionResultType.Command, n));
    }

    private static IEnumerable<CompletionResult> CompleteParameter(CmdletInfo command, List<Token> tokens, string word)
    {
        Dictionary<string, object?> bound = new(StringComparer.OrdinalIgnoreCase);
        ParameterAtCursor(command, tokens, bound);
        uint sets = uint.MaxValue;
        foreach (CompiledCommandParameter parameter in command.Metadata.Parameters.Where(p => bound.ContainsKey(p.Name) && p.Flags != 0))
            sets &= parameter.Flags;
        WildcardPattern pattern = WildcardPattern.Get(word + "*", WildcardOptions.IgnoreCase);
        List<CompiledCommandParameter> open = [.. command.Metadata.Parameters.Where(p => !bound.ContainsKey(p.Name) && p.IsIn(sets))];
        // The engine's own way: one hidden parameter that would match hides the common ones as well.
        bool common = !open.Exists(p => p.IsHidden && pattern.IsMatch(p.Name));
        return open.Where(p => !p.IsHidden && (common || !p.IsCommon))
            .SelectMany(p => pattern.IsMatch(p.Name) ? [p.Name] : word.Length > 0 ? p.Aliases.Where(pattern.IsMatch) : [])
            .Select(name => new CompletionResult("-" + name, name, CompletionResultType.ParameterName, name));
    }

    private static IEnumerable<CompletionResult> CompleteArgument(Runspaces.Runspace runspace, CmdletInfo command, List<Token> tokens, Token? token, string word, string input)
    {
        Dictionary<string, object?> bound = new(StringComparer.OrdinalIgnoreCase);
        if (ParameterAtCursor(command, tokens, bound) is not { } parameter)
            return [];
        // A completer sees the word itself as bound already, and a quote that is still open as closed.
        if (token is not null)
            Append(bound, parameter.Name, token.Value);
        else if (tokens[^1].Kind == TokenKind.Comma)
            bound.Remove(parameter.Name);
        if (token is { Quoted: true } && (word.Length == 1 || word[^1] != word[0]))
            word += word[0];
        if (parameter.Completer?.Type is { } type)
        {
            CommandAst ast = new(command.Name, input, []);
            Runspaces.Runspace.DefaultRunspace = runspace;
            return ((IArgumentCompleter)Activator.CreateInstance(type)!).CompleteArgument(command.Name, parameter.Name, word, ast, new Hashtable(bound, StringComparer.OrdinalIgnoreCase));
        }
        Type element = parameter.ElementType ?? parameter.Type;
        element = Nullable.GetUnderlyingType(element) ?? element;
        IEnumerable<string> values =
            parameter.Validations.OfType<ValidateSetAttribute>().FirstOrDefault() is { } set ? set.ValidValues.Order(StringComparer.OrdinalIgnoreCase)
            : element.IsEnum ? Enum.GetNames(element).Order(StringComparer.OrdinalIgnoreCase)
            : parameter.IsSwitch ? ["$true", "$false"]
            : [];
        WildcardPattern pattern = WildcardPattern.Get(word.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return values.Where(pattern.IsMatch).Select(v => new CompletionResult(Quoted(v, word), v, CompletionResultType.ParameterValue, v));
    }

    /// <summary>Goes through the command as the binder would, far enough to know what stands at the cursor.</summary>
    private static CompiledCommandParameter? ParameterAtCursor(CmdletInfo command, List<Token> tokens, Dictionary<string, object?> bound)
    {
        InvocationInfo invocation = new(command);
        Queue<CompiledCommandParameter> positional = new(command.Metadata.Parameters
            .Where(p => p.Sets.Any(s => s.Attribute.Position != int.MinValue))
            .OrderBy(p => p.Sets.Min(s => s.Attribute.Position == int.MinValue ? int.MaxValue : s.Attribute.Position)));
        CompiledCommandParameter? waiting = null;
        CompiledCommandParameter? lastBound = null;
        CompiledCommandParameter? NextPositional()
        {
            while (positional.TryDequeue(out CompiledCommandParameter? next))
                if (!bound.ContainsKey(next.Name))
                    return next;
            return null;
        }
        for (int i = 1; i < tokens.Count; i++)
        {
            Token token = tokens[i];
            if (token.Kind == TokenKind.Parameter)
            {
                waiting = command.Metadata.Find((string)token.Value!, invocation);
                if (waiting is { IsSwitch: true } && !token.TakesValue)
                {
                    bound[waiting.Name] = true;
                    waiting = null;
                }
            }
            else if (token.Kind == TokenKind.Comma)
            {
                waiting = lastBound;
            }
            else
            {
                lastBound = waiting ?? NextPositional();
                waiting = null;
                if (lastBound is not null)
                    Append(bound, lastBound.Name, token.Value);
            }
        }
        return waiting ?? NextPositional();
    }

    private static void Append(Dictionary<string, object?> bound, string name, object? value) =>
        bound[name] = !bound.TryGetValue(name, out object? before) ? value : before is object?[] list ? [.. list, value] : new[] { before, value };

    private static string Quoted(string value, string word) =>
        word.StartsWith('\'') || value.Any(c => char.IsWhiteSpace(c) || "'\"`$(){}[],;|&<>@#".Contains(c)) && !value.StartsWith('$')
            ? $"'{value.Replace("'", "''")}'"
            : word.StartsWith('"') ? $"\"{value}\"" : value;
}
