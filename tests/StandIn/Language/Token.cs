namespace System.Management.Automation.Language;

internal enum TokenKind { Text, Number, Parameter, Variable, Comma, Pipe, OpenParen, OpenArray, OpenHash, CloseParen, CloseBrace, Equals, Semi, Ordered }

/// <summary>A piece of a line, from Start up to End.</summary>
internal sealed record Token(TokenKind Kind, int Start, int End, object? Value, bool Quoted = false)
{
    /// <summary>-Name: with a colon, so that the value belongs to it whatever the parameter is.</summary>
    public bool TakesValue { get; init; }
}
