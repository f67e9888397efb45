using System.Management.Automation;
using Mdev;
using Mdev.Kernel;

namespace MdevPS.Commands;

/// <summary>A cmdlet that changes a host, or plans to. It refuses objects that were listed on another computer: their root means something else here.</summary>
public abstract class ChangingCommand : MdevCommand
{
    /// <summary>The computer that a remoted object came from.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? PSComputerName { get; set; }

    /// <inheritdoc/>
    protected sealed override void ProcessHost(HostRoot host)
    {
        Computer.RequireThis(PSComputerName);
        Change(host);
    }

    /// <summary>Changes the host for one record, or plans to.</summary>
    /// <param name="host">The host that the record is about.</param>
    protected abstract void Change(HostRoot host);
}
