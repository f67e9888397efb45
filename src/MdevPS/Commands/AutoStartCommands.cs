using System.Management.Automation;
using Mdev;
using Mdev.Definitions;
using Mdev.Kernel;
using MdevPS.Binding;
using MdevPS.Completers;

namespace MdevPS.Commands;

/// <summary>Has the devices that are defined with AutoStart made at boot, and whenever their driver comes up.</summary>
[Cmdlet(VerbsLifecycle.Enable, "MdevAutoStart", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MdevAutoStartFile))]
public sealed class EnableMdevAutoStartCommand : MdevCommand
{
    /// <summary>How many seconds a unit waits for parents, types and room that come up late.</summary>
    [Parameter]
    [Number]
    [ValidateRange(0, 3600)]
    [ArgumentCompleter(typeof(NoCompleter))]
    public int TimeoutSec { get; set; } = 90;

    /// <summary>The PowerShell that the units run, as the host sees it. Without it the one that runs this cmdlet.</summary>
    [Parameter]
    [Text(One = true)]
    public string? PowerShellPath { get; set; }

    /// <summary>The folder of this module, as the host sees it. Without it the one that the module was imported from.</summary>
    [Parameter]
    [Text(One = true)]
    public string? ModulePath { get; set; }

    /// <summary>Replace files that somebody else has written or changed.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        HostRoot host = OpenHost();
        var files = new BootFiles(host, ShouldProcess, Force);
        var plan = new AutoStartPlan
        {
            PowerShellPath = PowerShellPath ?? Path.Combine((string)SessionState.PSVariable.GetValue("PSHOME"), "pwsh"),
            ModulePath = ModulePath ?? ModuleFolder(MyInvocation.MyCommand.Module!),
            TimeoutSec = TimeoutSec,
        };
        if (files.RuleOfMdevctl is { } rule)
            Session.WarnOnce($"mdevctl's own rule, '{rule}', has mediated devices made at boot too. Both can: whoever comes second finds them there. To have one only, mask it: ln -s /dev/null /etc/udev/rules.d/60-mdevctl.rules.");
        AutoStartNote.Write(Session, host, files.Enable(plan));
    }

    // A folder of versions stays where it is when the module is updated.
    private static string ModuleFolder(PSModuleInfo module) =>
        Path.GetFileName(module.ModuleBase) == module.Version.ToString() && Path.GetDirectoryName(module.ModuleBase) is { } versions && Path.GetFileName(versions) == module.Name ? versions : module.ModuleBase;
}

/// <summary>Takes away what Enable-MdevAutoStart wrote. Definitions and devices stay.</summary>
[Cmdlet(VerbsLifecycle.Disable, "MdevAutoStart", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MdevAutoStartFile))]
public sealed class DisableMdevAutoStartCommand : MdevCommand
{
    /// <summary>Remove files that somebody else has written or changed, too.</summary>
    [Parameter]
    [Flag]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        HostRoot host = OpenHost();
        AutoStartNote.Write(Session, host, new BootFiles(host, ShouldProcess, Force).Disable());
    }
}

/// <summary>Says what makes a change of units and rules count.</summary>
file static class AutoStartNote
{
    public static void Write(HostSession session, HostRoot host, IEnumerable<MdevAutoStartFile> files)
    {
        bool isChanged = false;
        session.Write(files.Select(file =>
        {
            isChanged |= file.State is MdevAutoStartState.Written or MdevAutoStartState.Removed;
            return file;
        }));
        if (isChanged && host.IsThisMachine)
            session.Warn("systemd and udev know of it after the next boot, or at once by: systemctl daemon-reload; udevadm control --reload");
    }
}
