namespace System.Management.Automation;

public abstract class CommandInfo
{
    private protected CommandInfo(string name) => Name = name;

    public string Name { get; }
    public override string ToString() => Name;
}

public class CmdletInfo(string name, Type implementingType) : CommandInfo(name)
{
    public Type ImplementingType { get; } = implementingType;
    internal CommandMetadata Metadata { get; } = CommandMetadata.Of(implementingType);
}

public class InvocationInfo
{
    internal InvocationInfo(CommandInfo command) => MyCommand = command;

    public CommandInfo MyCommand { get; }
    public string InvocationName => MyCommand.Name;
    public Dictionary<string, object?> BoundParameters { get; } = new(StringComparer.OrdinalIgnoreCase);
    public bool ExpectingInput { get; internal set; }
    public int PipelineLength { get; internal set; }
    public int PipelinePosition { get; internal set; }
}

public interface IModuleAssemblyInitializer
{
    void OnImport();
}
