using System.Collections;
using System.Collections.Specialized;

namespace System.Management.Automation.Language;

/// <summary>
/// Reads a line as one pipeline of commands with named and positional arguments: <c>Get-MdevType mtty-2 | New-MdevDevice -Count 2</c>.
/// Values are words, numbers, quoted text, $true, $false, $null, lists with commas, @( ), @{ } and [ordered]@{ }. There is no language.
/// </summary>
internal sealed class LineReader
{
    private readonly string _line;
    private readonly List<Token> _tokens;
    private int _at;

    private LineReader(string line) => (_line, _tokens) = (line, Tokenizer.Tokenize(line));

    public static List<CommandAst> Read(string line) => new LineReader(line).Pipeline();

    private Token? Peek => _at < _tokens.Count ? _tokens[_at] : null;

    private List<CommandAst> Pipeline()
    {
        List<CommandAst> commands = [Command()];
        while (Peek is { Kind: TokenKind.Pipe })
        {
            _at++;
            commands.Add(Command());
        }
        return commands;
    }

    private CommandAst Command()
    {
        if (Peek is not { Kind: TokenKind.Text, Quoted: false, Value: string name } first)
            throw new ParseException($"A command is missing: {_line}");
        _at++;
        List<CommandParameterInternal> arguments = [];
        int end = first.End;
        while (Peek is { } token && token.Kind != TokenKind.Pipe)
        {
            if (token.Kind == TokenKind.Parameter)
            {
                _at++;
                arguments.Add(new((string)token.Value!, token.TakesValue ? List(inParentheses: false) : null, token.TakesValue));
            }
            else
            {
                arguments.Add(CommandParameterInternal.Argument(List(inParentheses: false)));
            }
            end = _tokens[_at - 1].End;
        }
        return new CommandAst(name, _line[first.Start..end], arguments);
    }

    /// <summary>One value, or several with commas between them.</summary>
    private object? List(bool inParentheses)
    {
        Token? first = Peek;
        object? value = Value(inParentheses);
        if (Peek is not { Kind: TokenKind.Comma })
        {
            return first is { Kind: TokenKind.Number } && !inParentheses && _line[first.Start..first.End] is var written && written != LanguagePrimitives.ToText(value)
                ? new PSObject(value!) { TokenText = written }
                : value;
        }
        List<object?> values = [value];
        while (Peek is { Kind: TokenKind.Comma })
        {
            _at++;
            values.Add(Value(inParentheses));
        }
        return values.ToArray();
    }

    private object? Value(bool inParentheses)
    {
        Token token = Peek ?? throw new ParseException($"A value is missing at the end: {_line}");
        _at++;
        switch (token.Kind)
        {
            case TokenKind.Text when inParentheses && !token.Quoted:
                throw new StandInException($"the expression '{token.Value}'");
            case TokenKind.Text or TokenKind.Number or TokenKind.Variable:
                return token.Value;
            case TokenKind.OpenParen:
                object? inner = List(inParentheses: true);
                Expect(TokenKind.CloseParen);
                return inner;
            case TokenKind.OpenArray:
                object? elements = Peek is { Kind: TokenKind.CloseParen } ? Array.Empty<object>() : List(inParentheses: true);
                Expect(TokenKind.CloseParen);
                return elements as object?[] ?? [elements];
            case TokenKind.OpenHash:
                return Hash(new Hashtable(StringComparer.CurrentCultureIgnoreCase));
            case TokenKind.Ordered:
                Expect(TokenKind.OpenHash);
                return Hash(new OrderedDictionary(StringComparer.CurrentCultureIgnoreCase));
            default:
                throw new ParseException($"A value is missing at {token.Start}: {_line}");
        }
    }

    private IDictionary Hash(IDictionary entries)
    {
        while (Peek is { Kind: not TokenKind.CloseBrace })
        {
            Token key = _tokens[_at++];
            if (key.Kind is not (TokenKind.Text or TokenKind.Number))
                throw new StandInException($"a hashtable key like that at {key.Start}: {_line}");
            Expect(TokenKind.Equals);
            entries.Add(key.Value!, List(inParentheses: true));
            if (Peek is { Kind: TokenKind.Semi })
                _at++;
        }
        Expect(TokenKind.CloseBrace);
        return entries;
    }

    private void Expect(TokenKind kind)
    {
        if (Peek is not { } token || token.Kind != kind)
            throw new ParseException($"{kind} is missing at {Peek?.Start ?? _line.Length}: {_line}");
        _at++;
    }
}
