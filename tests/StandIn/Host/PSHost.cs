using System.Globalization;

namespace System.Management.Automation.Host;

public abstract class PSHost
{
    public abstract string Name { get; }
    public abstract Version Version { get; }
    public abstract Guid InstanceId { get; }
    public abstract PSHostUserInterface? UI { get; }
    public abstract CultureInfo CurrentCulture { get; }
    public abstract CultureInfo CurrentUICulture { get; }
    public virtual PSObject? PrivateData => null;
    public abstract void SetShouldExit(int exitCode);
    public abstract void EnterNestedPrompt();
    public abstract void ExitNestedPrompt();
    public abstract void NotifyBeginApplication();
    public abstract void NotifyEndApplication();
}
