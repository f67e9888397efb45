using System.Management.Automation.Host;

namespace System.Management.Automation.Runspaces;

public static class RunspaceFactory
{
    public static Runspace CreateRunspace(PSHost host, InitialSessionState initialSessionState) => new LocalRunspace(host, initialSessionState);
}

public abstract class Runspace : IDisposable
{
    private protected Runspace(PSHost host, InitialSessionState initial)
    {
        Host = host;
        Commands = initial.Commands.OfType<SessionStateCmdletEntry>()
            .ToDictionary(e => e.Name, e => new CmdletInfo(e.Name, e.ImplementingType), StringComparer.OrdinalIgnoreCase);
        SessionStateProxy = new SessionStateProxy(State);
    }

    /// <summary>The one that completes just now on this thread.</summary>
    [field: ThreadStatic]
    public static Runspace? DefaultRunspace { get; set; }

    internal PSHost Host { get; }
    internal SessionState State { get; } = new();
    internal IReadOnlyDictionary<string, CmdletInfo> Commands { get; }

    public SessionStateProxy SessionStateProxy { get; }
    public abstract void Open();
    public abstract void Close();

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }
}

internal sealed class LocalRunspace(PSHost host, InitialSessionState initial) : Runspace(host, initial)
{
    public override void Open() { }
    public override void Close() { }
}

public class SessionStateProxy
{
    private readonly SessionState _state;

    internal SessionStateProxy(SessionState state) => _state = state;

    public virtual PathIntrinsics Path => _state.Path;
    public virtual PSVariableIntrinsics PSVariable => _state.PSVariable;
    public virtual object? GetVariable(string name) => _state.PSVariable.GetValue(name);
    public virtual void SetVariable(string name, object? value) => _state.PSVariable.Set(name, value);
}
