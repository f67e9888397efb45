using System.Collections.ObjectModel;
using System.Management.Automation.Host;

namespace System.Management.Automation;

public abstract class PSCmdlet : Cmdlet
{
    protected PSCmdlet() { }

    public string ParameterSetName => Engine.Processor.Binder.ParameterSetName;
    public InvocationInfo MyInvocation => Engine.MyInvocation;
    public SessionState SessionState => Engine.SessionState;
    public PSHost Host => Engine.Host;

    public PathInfo CurrentProviderLocation(string providerId) => SessionState.Path.CurrentProviderLocation(providerId);
    public string GetUnresolvedProviderPathFromPSPath(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);
    public Collection<string> GetResolvedProviderPathFromPSPath(string path, out ProviderInfo provider) =>
        throw new StandInException("GetResolvedProviderPathFromPSPath");
    public object? GetVariableValue(string name) => SessionState.PSVariable.GetValue(name);
    public object? GetVariableValue(string name, object? defaultValue) => SessionState.PSVariable.GetValue(name, defaultValue);
}
