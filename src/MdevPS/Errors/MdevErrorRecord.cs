using System.Management.Automation;
using Mdev;
using Mdev.Errors;
using Mdev.Model;

namespace MdevPS.Errors;

/// <summary>The one place where error records are made: the id and the category follow from the cause, the message ends in the next step.</summary>
internal static class MdevErrorRecord
{
    public static ErrorRecord Of(MdevException exception, object? target)
    {
        string message = exception.Message.EndsWith('.') ? exception.Message : exception.Message + ".";
        var record = new ErrorRecord(exception, exception.ErrorId, Category(exception.Error), target)
        {
            ErrorDetails = new ErrorDetails(Printable.Text($"{message} {NextStep(exception)}")),
        };
        // Some views of errors show the target too.
        record.CategoryInfo.TargetName = Printable.Text(target);
        return record;
    }

    private static ErrorCategory Category(MdevError error) => error switch
    {
        MdevError.RootNotFound or MdevError.ParentNotFound or MdevError.TypeNotFound or MdevError.DeviceNotFound or MdevError.AttributeNotFound
            or MdevError.ProcessNotFound or MdevError.DefinitionNotFound => ErrorCategory.ObjectNotFound,
        MdevError.NotSupported => ErrorCategory.NotInstalled,
        MdevError.NotLive or MdevError.NotASimulation or MdevError.OtherComputer or MdevError.DeviceChanged => ErrorCategory.InvalidOperation,
        MdevError.PermissionDenied or MdevError.ReadOnly or MdevError.AttributeReadOnly => ErrorCategory.PermissionDenied,
        MdevError.TypeAmbiguous or MdevError.InvalidArgument or MdevError.UuidFixed => ErrorCategory.InvalidArgument,
        MdevError.NoCapacity => ErrorCategory.LimitsExceeded,
        MdevError.UuidExists or MdevError.PathExists or MdevError.DefinitionExists => ErrorCategory.ResourceExists,
        MdevError.InUse => ErrorCategory.ResourceBusy,
        MdevError.GuardUnavailable or MdevError.ShellUnavailable or MdevError.VfioUnavailable or MdevError.VfioNoIommuDriver
            or MdevError.TooManyOpenFiles => ErrorCategory.ResourceUnavailable,
        MdevError.BrokenEntry or MdevError.VfioMismatch or MdevError.DefinitionBroken => ErrorCategory.InvalidData,
        MdevError.AttributeUnreadable => ErrorCategory.ReadError,
        MdevError.VfioRefused => ErrorCategory.OpenError,
        MdevError.WriteRefused or MdevError.AttributeFailed or MdevError.SimulationFailed or MdevError.FileFailed => ErrorCategory.WriteError,
        MdevError.Declined or MdevError.CalloutRefused => ErrorCategory.OperationStopped,
        MdevError.CalloutUntrusted or MdevError.AutoStartUntrusted => ErrorCategory.SecurityError,
        _ => ErrorCategory.InvalidOperation,
    };

    private static string NextStep(MdevException exception) => exception switch
    {
        // The driver's answer after the VM has ended: there is nothing left to shut down.
        { Error: MdevError.InUse, Errno: Errno.EBUSY, Operation: "write" } => "Get-MdevDevice -IncludeUser shows whether anybody has it open.",
        { Error: MdevError.FileFailed, Errno: Errno.EXDEV } => "Unmount it, and try again.",
        _ => NextStep(exception.Error),
    };

    private static string NextStep(MdevError error) => error switch
    {
        MdevError.RootNotFound => "Check -Root, or the environment variable MDEVPS_ROOT.",
        MdevError.NotSupported => "Load the vendor's driver (its package names it), or try a simulated host: New-MdevSimulation -Use.",
        MdevError.NotLive => "Only a running kernel's sysfs or a simulated host can be changed; check -Root.",
        MdevError.PermissionDenied => $"Run as root{(Environment.UserName.Length > 0 && Environment.UserName != "root" ? $" (you are {Environment.UserName})" : "")}, or have the file's mode changed.",
        MdevError.ReadOnly => "Remount sysfs read-write; in a container, have it started with a writable /sys.",
        MdevError.ParentNotFound => "See what there is: Get-MdevParent.",
        MdevError.TypeNotFound => "See what there is: Get-MdevType.",
        MdevError.TypeAmbiguous => "Name one of the type ids.",
        MdevError.DeviceNotFound => "See what there is: Get-MdevDevice.",
        MdevError.NoCapacity => "See what is left: Get-MdevType -Available; free some with Remove-MdevDevice.",
        MdevError.UuidExists => "Use another UUID, or see the one there is: Get-MdevDevice.",
        MdevError.UuidFixed => "Name that UUID, or none.",
        MdevError.DeviceChanged => "Nothing was changed. See what there is now: Get-MdevDevice.",
        MdevError.InUse => "Shut the VM down first, or close the program that has it open. Get-MdevDevice -IncludeUser shows who that is.",
        MdevError.GuardUnavailable => "Nothing was changed. Check that /dev/vfio of the host is there.",
        MdevError.ShellUnavailable => "Nothing was changed. -EvenIfInUse needs /bin/sh where somebody has the device open.",
        MdevError.BrokenEntry => "The rest was read. If it stays, have the entry made anew: reload the driver, or install the package, that it comes from.",
        MdevError.AttributeUnreadable => "A property that cannot be read is null. Try again; a device that is being reset answers later.",
        MdevError.AttributeNotFound => "See what there is: Get-MdevAttribute.",
        MdevError.AttributeReadOnly => "See what can be set: Get-MdevAttribute.",
        MdevError.AttributeFailed => "Correct the value and make the device anew.",
        MdevError.WriteRefused => "The kernel log (dmesg) often says why.",
        MdevError.VfioUnavailable => "Load the module vfio; into a container, pass /dev/vfio.",
        MdevError.VfioNoIommuDriver => "Load the module vfio_iommu_type1.",
        MdevError.VfioRefused => "Some drivers open a device only for a VM that they know; the kernel log (dmesg) often says why.",
        MdevError.VfioMismatch => "Trust what VFIO says, and tell the vendor.",
        MdevError.OtherComputer => "Run the command on that computer: Invoke-Command -ComputerName.",
        MdevError.NotASimulation => "Name the Root that New-MdevSimulation gave.",
        MdevError.SimulationFailed => "See that this user may write there, and that there is room.",
        MdevError.TooManyOpenFiles => "Close what is not needed, or raise the limit: ulimit -n.",
        MdevError.FileFailed => "See that this user may write there, and that there is room.",
        MdevError.ProcessNotFound => "Name the number that StartVm gave.",
        MdevError.DefinitionNotFound => "See what there is: Get-MdevDefinition.",
        MdevError.DefinitionExists => "Change it with Set-MdevDefinition, or replace it: -Force.",
        MdevError.DefinitionBroken => "Correct the file, or move it away.",
        MdevError.CalloutRefused => "Do what the script asks for, or leave the scripts out: -SkipCallout.",
        MdevError.CalloutUntrusted => "Give the script, and every directory that it is in, to that user, and take the right to write from all others.",
        MdevError.AutoStartUntrusted => "Install PowerShell and the module for all users, as root (Install-PSResource MdevPS -Scope AllUsers), and name them: -PowerShellPath, -ModulePath.",
        MdevError.Declined => "Answer yes to all of them, or leave -AllOrNothing out.",
        MdevError.PathExists => "Name a directory that is absent or empty, or move away what is there. Enable- and Disable-MdevAutoStart take -Force.",
        _ => "See Get-Help for the command.",
    };
}
