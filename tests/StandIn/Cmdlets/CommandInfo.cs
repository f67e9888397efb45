using System.Reflection;

namespace System.Management.Automation;

[Flags]
public enum CommandTypes { Alias = 1, Function = 2, Filter = 4, Cmdlet = 8, ExternalScript = 16, Application = 32, Script = 64, Configuration = 256, All = 383 }

public enum CommandOrigin { Runspace, Internal }

public abstract class CommandInfo
{
    private protected CommandInfo(string name, CommandTypes type) => (Name, CommandType) = (name, type);

    public string Name { get; }
    public CommandTypes CommandType { get; }
    public override string ToString() => Name;
}

public class CmdletInfo(string name, Type implementingType) : CommandInfo(name, CommandTypes.Cmdlet)
{
    public Type ImplementingType { get; } = implementingType;
    public string Verb => Name.Split('-')[0];
    public string Noun => Name.Split('-')[^1];
    public string DefaultParameterSet => Metadata.DefaultParameterSetName;

    internal CommandMetadata Metadata { get; } = CommandMetadata.Of(implementingType);
}

public class InvocationInfo
{
    internal InvocationInfo(CommandInfo command) => (MyCommand, InvocationName) = (command, command.Name);

    public CommandInfo MyCommand { get; }
    public string InvocationName { get; }
    public Dictionary<string, object?> BoundParameters { get; } = new(StringComparer.OrdinalIgnoreCase);
    public List<object?> UnboundArguments { get; } = [];
    public bool ExpectingInput { get; internal set; }
    public int PipelineLength { get; internal set; }
    public int PipelinePosition { get; internal set; }
    public string Line { get; internal set; } = "";
    public string ScriptName => "";
    public int ScriptLineNumber => 1;
    public CommandOrigin CommandOrigin => CommandOrigin.Internal;
    public string PositionMessage => throw new StandInException("InvocationInfo.PositionMessage");
}

public interface IModuleAssemblyInitializer
{
    void OnImport();
}

public interface IModuleAssemblyCleanup
{
    void OnRemove(PSModuleInfo psModuleInfo);
}

public sealed class PSModuleInfo
{
    private PSModuleInfo() => throw new StandInException("Modules");
}
