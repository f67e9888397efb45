namespace System.Management.Automation.Language;

/// <summary>One command of a line.</summary>
public class CommandAst
{
    private readonly string _name, _text;

    internal CommandAst(string name, string text, List<CommandParameterInternal> arguments) => (_name, _text, Arguments) = (name, text, arguments);

    internal List<CommandParameterInternal> Arguments { get; }

    public string GetCommandName() => _name;
    public override string ToString() => _text;
}
