using System.Management.Automation.Host;

namespace System.Management.Automation;

public abstract class PSCmdlet : Cmdlet
{
    protected PSCmdlet() { }

    public string ParameterSetName => Runtime.Processor.Binder.ParameterSetName;
    public InvocationInfo MyInvocation => Runtime.MyInvocation;
    public SessionState SessionState => Runtime.SessionState;
    public PSHost Host => Runtime.Host;

    public PathInfo CurrentProviderLocation(string providerId) => SessionState.Path.CurrentProviderLocation(providerId);
    public string GetUnresolvedProviderPathFromPSPath(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);
    public object? GetVariableValue(string name) => SessionState.PSVariable.GetValue(name);
    public object? GetVariableValue(string name, object? defaultValue) => SessionState.PSVariable.GetValue(name, defaultValue);
}
