namespace Mdev.Errors;

/// <summary>What went wrong, one value per cause that a caller can act on. The PowerShell error ids are these names behind "Mdev".</summary>
public enum MdevError
{
    /// <summary>The root directory of the host does not exist.</summary>
    RootNotFound,

    /// <summary>The host has no mediated device bus: no driver for it is loaded, or its kernel has none.</summary>
    NotSupported,

    /// <summary>The file below the root is no kernel's attribute and no simulated one, so nothing is written to it.</summary>
    NotLive,

    /// <summary>The file mode does not let this user do it.</summary>
    PermissionDenied,

    /// <summary>sysfs is mounted read-only.</summary>
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

    /// <summary>An ordinary file of the host could not be written.</summary>
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

    /// <summary>One device of several that are wanted all or not at all was declined.</summary>
    Declined,

    /// <summary>The arguments contradict each other.</summary>
    InvalidArgument,
}
