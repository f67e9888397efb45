using System.Management.Automation;
using Mdev;
using Mdev.Kernel;

namespace MdevPS.Commands;

/// <summary>A cmdlet that changes a host. It refuses objects that were listed on another computer: their root means something else here.</summary>
public abstract class ChangingCommand : MdevCommand
{
    /// <summary>The computer that a remoted object came from.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? PSComputerName { get; set; }

    /// <inheritdoc/>
    protected sealed override void ProcessHost(HostRoot host)
    {
        if (!string.IsNullOrEmpty(PSComputerName) && !IsThisComputer(PSComputerName))
        {
            throw new MdevException(
                MdevError.OtherComputer,
                $"Nothing was changed: the object was listed on computer '{Printable.Text(PSComputerName)}', and this is '{Environment.MachineName}'.");
        }

        Change(host);
    }

    /// <summary>Changes the host for one record.</summary>
    /// <param name="host">The host that the record is about.</param>
    protected abstract void Change(HostRoot host);

    private static bool IsThisComputer(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || name.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase);
}
