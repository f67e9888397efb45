namespace Mdev.Errors;

/// <summary>An operation on a host that failed: the cause, and where the kernel said no, its errno, the call and the path.</summary>
public sealed class MdevException : Exception
{
    /// <summary>A failure that the library itself found.</summary>
    public MdevException(MdevError error, string message, string? path = null, Exception? inner = null)
        : base(message, inner)
    {
        Error = error;
        Path = path;
    }

    /// <summary>A system call that failed.</summary>
    public MdevException(MdevError error, string message, int errno, string operation, string path, Exception? inner = null)
        : base($"{message}: {operation} of '{path}' failed with {Mdev.Errors.Errno.Name(errno)} ({errno}).", inner)
    {
        Error = error;
        Errno = errno;
        Operation = operation;
        Path = path;
    }

    /// <summary>A failure told anew by whoever knows what it means; what the kernel said goes along.</summary>
    /// <param name="error">The cause as it is known now.</param>
    /// <param name="message">What happened, to the person who reads it.</param>
    /// <param name="cause">The failure.</param>
    /// <param name="tellsCause">Whether the message tells call, path and errno already.</param>
    public MdevException(MdevError error, string message, MdevException cause, bool tellsCause = false)
        : base(tellsCause ? message : Told(message, cause), cause)
    {
        Error = error;
        Errno = cause.Errno;
        Operation = cause.Operation;
        Path = cause.Path;
        Uuid = cause.Uuid;
        Name = cause.Name;
        Finding = cause.Finding;
    }

    /// <summary>The cause.</summary>
    public MdevError Error { get; }

    /// <summary>The id by which scripts know the cause, such as <c>MdevTypeNotFound</c>.</summary>
    public string ErrorId => $"Mdev{Error}";

    /// <summary>The kernel's error number; 0 when the library itself found the fault.</summary>
    public int Errno { get; }

    /// <summary>The symbolic name of <see cref="Errno"/>, such as <c>ENOSPC</c>; null when there is none.</summary>
    public string? ErrnoName => Errno == 0 ? null : Mdev.Errors.Errno.Name(Errno);

    /// <summary>The system call that failed, such as open or write; null when the library itself found the fault.</summary>
    public string? Operation { get; }

    /// <summary>The device that the failure is about; null where it is not about one.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>The name of the parent, type or attribute that the failure is about; null where it is not about one.</summary>
    public string? Name { get; init; }

    /// <summary>What was found when the host was looked at once more after a refusal, in a few words; null where its errno says enough.</summary>
    public string? Finding { get; init; }

    /// <summary>The path of the file or directory concerned, on this machine (with the root in front).</summary>
    public string? Path { get; }

    private static string Told(string message, MdevException cause) => cause.Errno == 0
        ? message.TrimEnd('.') + "."
        : $"{message.TrimEnd('.')}: {cause.Operation} of '{cause.Path}' failed with {Mdev.Errors.Errno.Name(cause.Errno)} ({cause.Errno}).";
}

/// <summary>What went wrong, one value per cause that a caller can act on. The PowerShell error ids are these names behind "Mdev".</summary>
public enum MdevError
{
    /// <summary>The root directory of the host does not exist.</summary>
    RootNotFound,

    /// <summary>The host has no interface for such devices: no driver for them is loaded, or its kernel has none.</summary>
    NotSupported,

    /// <summary>The file below the root is no kernel's attribute and no simulated one, so nothing is written to it.</summary>
    NotLive,

    /// <summary>The file mode does not let this user do it.</summary>
    PermissionDenied,

    /// <summary>The file system, such as sysfs in a container, is mounted read-only.</summary>
    ReadOnly,

    /// <summary>No parent has that name.</summary>
    ParentNotFound,

    /// <summary>No parent offers that type.</summary>
    TypeNotFound,

    /// <summary>A human name stands for more than one type id.</summary>
    TypeAmbiguous,

    /// <summary>No device has that UUID, or somebody else removed it first.</summary>
    DeviceNotFound,

    /// <summary>No instance of the type is left.</summary>
    NoCapacity,

    /// <summary>A device with that UUID is already there, on whatever parent.</summary>
    UuidExists,

    /// <summary>A device's UUID follows from where it is, and another one was asked for.</summary>
    UuidFixed,

    /// <summary>The device is not what it was when it was listed: it is of another type now, or of another parent.</summary>
    DeviceChanged,

    /// <summary>A process holds the device open.</summary>
    InUse,

    /// <summary>The guard that keeps a removal from blocking cannot be had.</summary>
    GuardUnavailable,

    /// <summary>The shell that would write in our stead, because the kernel may make the write wait, cannot be started.</summary>
    ShellUnavailable,

    /// <summary>A directory entry is not what the kernel's interface says it should be.</summary>
    BrokenEntry,

    /// <summary>An attribute could not be read, or its value not understood.</summary>
    AttributeUnreadable,

    /// <summary>The object has no vendor attribute of that name.</summary>
    AttributeNotFound,

    /// <summary>The attribute can only be read.</summary>
    AttributeReadOnly,

    /// <summary>The process, or the machine, has as many files open as it may.</summary>
    TooManyOpenFiles,

    /// <summary>An ordinary file of the host could not be written, or a definition not be read.</summary>
    FileFailed,

    /// <summary>A new device could not be given an attribute, and was removed again.</summary>
    AttributeFailed,

    /// <summary>The kernel refused a value that was written.</summary>
    WriteRefused,

    /// <summary>The host has no VFIO to ask: no container, or no node for the device's group.</summary>
    VfioUnavailable,

    /// <summary>VFIO has no IOMMU driver, without which it opens no device.</summary>
    VfioNoIommuDriver,

    /// <summary>VFIO, or the driver behind it, refused to open the device or to say what it is.</summary>
    VfioRefused,

    /// <summary>The device is something else to VFIO than its type says.</summary>
    VfioMismatch,

    /// <summary>The object came from another computer than this one.</summary>
    OtherComputer,

    /// <summary>A simulated host has no process of that number.</summary>
    ProcessNotFound,

    /// <summary>The directory is no simulated host of this user's.</summary>
    NotASimulation,

    /// <summary>Something else stands where a simulated host should be made.</summary>
    PathExists,

    /// <summary>The directory of a simulated host cannot be written or removed.</summary>
    SimulationFailed,

    /// <summary>No definition has that UUID.</summary>
    DefinitionNotFound,

    /// <summary>There is a definition already that says something else, or several where one must be meant.</summary>
    DefinitionExists,

    /// <summary>A file among the definitions is none, or cannot be understood.</summary>
    DefinitionBroken,

    /// <summary>A callout script refused what was to be done.</summary>
    CalloutRefused,

    /// <summary>A callout script was not run, because others than its owner can change it.</summary>
    CalloutUntrusted,

    /// <summary>What would be run at boot can be changed by others than root.</summary>
    AutoStartUntrusted,

    /// <summary>One device of several that are wanted all or not at all was declined.</summary>
    Declined,

    /// <summary>The arguments contradict each other.</summary>
    InvalidArgument,
}
