using System.Globalization;
using System.Text;

namespace System.Management.Automation.Language;

/// <summary>Cuts a line into tokens. Arguments are bare words, as in PowerShell's argument mode; inside parentheses a bare word would be a command.</summary>
internal sealed class Tokenizer(string line, bool unfinished)
{
    private const string EndsWord = " \t\r\n|,;(){}";
    private int _at;
    private int _depth;

    public static List<Token> Tokenize(string line, bool unfinished = false) => new Tokenizer(line, unfinished).Run();

    private List<Token> Run()
    {
        List<Token> tokens = [];
        for (; ; )
        {
            while (_at < line.Length && char.IsWhiteSpace(line[_at]))
                _at++;
            if (_at == line.Length || line[_at] == '#')
                return tokens;
            tokens.Add(Next());
        }
    }

    private char Ahead(int n) => _at + n < line.Length ? line[_at + n] : '\0';

    private Token Next()
    {
        int start = _at;
        switch (line[_at])
        {
            case '|': return Sign(TokenKind.Pipe, 1);
            case ',': return Sign(TokenKind.Comma, 1);
            case '(': return Open(TokenKind.OpenParen, 1);
            case '@' when Ahead(1) == '(': return Open(TokenKind.OpenArray, 2);
            case '@' when Ahead(1) == '{': return Open(TokenKind.OpenHash, 2);
            case ')' when _depth > 0: return Close(TokenKind.CloseParen);
            case '}' when _depth > 0: return Close(TokenKind.CloseBrace);
            case '=' when _depth > 0: return Sign(TokenKind.Equals, 1);
            case ';' when _depth > 0: return Sign(TokenKind.Semi, 1);
            case '[' when _depth > 0 && string.Compare(line, _at, "[ordered]", 0, 9, StringComparison.OrdinalIgnoreCase) == 0: return Sign(TokenKind.Ordered, 9);
            case '\'' or '"':
                string quoted = line[_at] == '"' ? DoubleQuoted() : SingleQuoted();
                return new(TokenKind.Text, start, _at, quoted, Quoted: true);
            case '$': return Variable();
            case '-' when char.IsLetter(Ahead(1)) && _depth == 0: return Parameter();
            case '@' or '{' or '}' or '(' or ')' or ';' or '&' or '>' or '<': throw new StandInException($"'{line[_at]}' in a line: {line}");
            default: return Word();
        }
    }

    private Token Sign(TokenKind kind, int length) => new(kind, _at, _at += length, null);

    private Token Open(TokenKind kind, int length)
    {
        _depth++;
        return Sign(kind, length);
    }

    private Token Close(TokenKind kind)
    {
        _depth--;
        return Sign(kind, 1);
    }

    private Token Parameter()
    {
        int start = _at;
        while (_at < line.Length && !EndsWord.Contains(line[_at]) && line[_at] != ':')
            _at++;
        string name = line[(start + 1).._at];
        bool colon = _at < line.Length && line[_at] == ':';
        if (colon)
            _at++;
        return new(TokenKind.Parameter, start, _at, name) { TakesValue = colon };
    }

    private Token Variable()
    {
        int start = _at++;
        while (_at < line.Length && (char.IsLetterOrDigit(line[_at]) || line[_at] is '_' or ':' or '?'))
            _at++;
        object? value = line[start.._at].ToLowerInvariant() switch
        {
            "$true" => true,
            "$false" => false,
            "$null" => null,
            string other => throw new StandInException($"the variable {other} in a line"),
        };
        return new(TokenKind.Variable, start, _at, value);
    }

    private string SingleQuoted()
    {
        StringBuilder text = new();
        for (_at++; _at < line.Length; _at++)
        {
            if (line[_at] == '\'' && Ahead(1) != '\'')
                return Closed(text);
            if (line[_at] == '\'')
                _at++;
            text.Append(line[_at]);
        }
        return Unterminated(text);
    }

    private string DoubleQuoted()
    {
        StringBuilder text = new();
        for (_at++; _at < line.Length; _at++)
        {
            if (line[_at] == '"' && Ahead(1) != '"')
                return Closed(text);
            if (line[_at] == '"')
                _at++;
            else if (line[_at] == '$' && (char.IsLetter(Ahead(1)) || Ahead(1) is '(' or '{' or '_'))
                throw new StandInException($"expansion in a string: {line}");
            text.Append(line[_at] == '`' && _at + 1 < line.Length ? Escaped() : line[_at]);
        }
        return Unterminated(text);
    }

    private string Closed(StringBuilder text)
    {
        _at++;
        if (_at < line.Length && !EndsWord.Contains(line[_at]) && line[_at] != '=')
            throw new StandInException($"text after a closing quote: {line}");
        return text.ToString();
    }

    private string Unterminated(StringBuilder text) =>
        unfinished ? text.ToString() : throw new ParseException($"A quote is not closed: {line}");

    private char Escaped() => line[++_at] switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        'e' => '\x1b',
        'a' or 'b' or 'f' or 'v' or 'u' => throw new StandInException($"the escape `{line[_at]}"),
        char c => c,
    };

    private Token Word()
    {
        int start = _at;
        StringBuilder text = new();
        for (; _at < line.Length && !EndsWord.Contains(line[_at]) && !(_depth > 0 && line[_at] == '='); _at++)
        {
            if (line[_at] is '\'' or '"' or '$')
                throw new StandInException($"'{line[_at]}' inside a word: {line}");
            text.Append(line[_at] == '`' && _at + 1 < line.Length ? Escaped() : line[_at]);
        }
        string word = text.ToString();
        return Number(word) is { } number
            ? new(TokenKind.Number, start, _at, number)
            : new(TokenKind.Text, start, _at, word);
    }

    /// <summary>12, -3, 1.5, 1e3, 0x1f, 4GB, 5l; null when it is no number.</summary>
    internal static object? Number(string word)
    {
        string[] multipliers = ["kb", "mb", "gb", "tb", "pb"];
        int power = Array.FindIndex(multipliers, m => word.EndsWith(m, StringComparison.OrdinalIgnoreCase)) + 1;
        string digits = power == 0 ? word : word[..^2];
        bool isLong = digits.EndsWith('l') || digits.EndsWith('L');
        digits = isLong ? digits[..^1] : digits;
        decimal value;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && ulong.TryParse(digits.AsSpan(2), NumberStyles.HexNumber, null, out ulong hex))
            value = digits.Length <= 10 ? (int)(uint)hex : (long)hex;
        else if (digits.Length == 0 || !(char.IsAsciiDigit(digits[^1]) || digits[^1] == '.') || digits[0] == '+' || !decimal.TryParse(
            digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value))
            return null;
        else if (digits.AsSpan().ContainsAny('.', 'e', 'E'))
            return (double)value * Math.Pow(1024, power);
        for (; power > 0; power--)
            value *= 1024;
        return value switch
        {
            >= int.MinValue and <= int.MaxValue when !isLong => (object)(int)value,
            >= long.MinValue and <= long.MaxValue => (long)value,
            _ => value,
        };
    }
}
