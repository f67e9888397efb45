namespace Mdev.Errors;

/// <summary>Error numbers of the kernel (asm-generic/errno-base.h, asm-generic/errno.h) and the names people know them by.</summary>
public static class Errno
{
#pragma warning disable CS1591, CA1707 // The names are the kernel's and so is their meaning.
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int EXDEV = 18;
    public const int ENODEV = 19;
    public const int ENOTDIR = 20;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ENOTTY = 25;
    public const int EFBIG = 27;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int ERANGE = 34;
    public const int ENAMETOOLONG = 36;
    public const int ENOSYS = 38;
    public const int ENOTEMPTY = 39;
    public const int ELOOP = 40;
    public const int EUSERS = 87;
    public const int EOPNOTSUPP = 95;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
#pragma warning restore CS1591, CA1707

    /// <summary>The symbolic name of an error number, such as <c>ENOSPC</c>; <c>errno 123</c> for one that is not in the list.</summary>
    public static string Name(int errno) => errno switch
    {
        EPERM => "EPERM",
        ENOENT => "ENOENT",
        EINTR => "EINTR",
        EIO => "EIO",
        ENXIO => "ENXIO",
        EBADF => "EBADF",
        EAGAIN => "EAGAIN",
        ENOMEM => "ENOMEM",
        EACCES => "EACCES",
        EBUSY => "EBUSY",
        EEXIST => "EEXIST",
        EXDEV => "EXDEV",
        ENODEV => "ENODEV",
        ENOTDIR => "ENOTDIR",
        EISDIR => "EISDIR",
        EINVAL => "EINVAL",
        ENFILE => "ENFILE",
        EMFILE => "EMFILE",
        ENOTTY => "ENOTTY",
        EFBIG => "EFBIG",
        ENOSPC => "ENOSPC",
        EROFS => "EROFS",
        ERANGE => "ERANGE",
        ENAMETOOLONG => "ENAMETOOLONG",
        ENOSYS => "ENOSYS",
        ENOTEMPTY => "ENOTEMPTY",
        ELOOP => "ELOOP",
        EUSERS => "EUSERS",
        EOPNOTSUPP => "EOPNOTSUPP",
        EADDRINUSE => "EADDRINUSE",
        EADDRNOTAVAIL => "EADDRNOTAVAIL",
        _ => $"errno {errno}",
    };
}

/// <summary>What was being done when the kernel refused: the same errno means another thing at another place.</summary>
internal enum Attempt
{
    /// <summary>Something was read: a directory, a link, an attribute.</summary>
    Read,

    /// <summary>A UUID or type was written to make a device.</summary>
    Make,

    /// <summary>A device was to be removed.</summary>
    Remove,

    /// <summary>A VFIO group was opened to keep others from opening its device.</summary>
    Guard,

    /// <summary>A value was written to a vendor's attribute.</summary>
    SetAttribute,

    /// <summary>VFIO was asked what a device is.</summary>
    AskVfio,

    /// <summary>An ordinary file was written: a definition, a simulated host's tree.</summary>
    WriteFile,

    /// <summary>A definition was read, or the directory that definitions are in.</summary>
    ReadDefinition,
}

/// <summary>
/// What an errno usually means, as a cause and in words; an interface or a kind of file may know better. Sources: the manual pages of the calls, and what was measured of the mediated device
/// core and of vendor drivers (drivers/vfio/mdev).
/// </summary>
internal static class Refusal
{
    /// <summary>The cause of a refusal, and why in words that go behind a colon.</summary>
    public static (MdevError Error, string Why) Of(Attempt attempt, MdevException refused) => (refused.Errno, attempt) switch
    {
        (0, _) => (refused.Error, refused.Message.TrimEnd('.')),
        (Errno.EMFILE or Errno.ENFILE, _) => (MdevError.TooManyOpenFiles, "this process, or the whole machine, has as many files open as it may"),
        (_, Attempt.ReadDefinition) => ReadingDefinition(refused),
        (Errno.ELOOP, _) => (MdevError.BrokenEntry, "a link stands where there should be none, or links lead in a circle"),
        (Errno.EROFS, Attempt.WriteFile) => (MdevError.ReadOnly, "the file system is mounted read-only"),
        (Errno.EROFS, _) => (MdevError.ReadOnly, "sysfs is mounted read-only"),
        (_, Attempt.Read) => Reading(refused),
        (_, Attempt.Make) => Making(refused),
        (_, Attempt.Remove) => Removing(refused),
        (_, Attempt.Guard) => Guarding(refused),
        (_, Attempt.SetAttribute) => Setting(refused),
        (_, Attempt.AskVfio) => Asking(refused),
        _ => Writing(refused),
    };

    /// <summary>The error of a look that failed.</summary>
    public static MdevException ToRead(int errno, string operation, string path)
    {
        var raw = new MdevException(MdevError.AttributeUnreadable, "Cannot read", errno, operation, path);
        MdevError error = Of(Attempt.Read, raw).Error;
        return error == raw.Error ? raw : new MdevException(error, "Cannot read", errno, operation, path);
    }

    /// <summary>The error of a file that could not be opened; what it means is said by whoever opened it.</summary>
    public static MdevException ToOpen(int errno, string path) => new(MdevError.WriteRefused, "The kernel refused", errno, "open", path);

    /// <summary>The error of a call that was refused; what it means is said by whoever made it.</summary>
    public static MdevException ToCall(int errno, string operation, string path) => new(MdevError.WriteRefused, "The kernel refused", errno, operation, path);

    private static (MdevError, string) Reading(MdevException refused) => refused.Errno switch
    {
        Errno.EACCES or Errno.EPERM => (MdevError.PermissionDenied, "its mode does not let this user read"),
        Errno.EXDEV => (MdevError.BrokenEntry, "a link leads out of the root"),
        _ => (MdevError.AttributeUnreadable, "the kernel or the vendor's driver could not read it"),
    };

    private static (MdevError, string) ReadingDefinition(MdevException refused) => refused.Errno switch
    {
        Errno.EACCES or Errno.EPERM => (MdevError.PermissionDenied, "its mode does not let this user read"),
        Errno.EFBIG => (MdevError.DefinitionBroken, "no definition is as large as that"),
        Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.EXDEV => (MdevError.DefinitionBroken, "it is a link, and leads nowhere below the root"),
        Errno.ENOMEM => (MdevError.FileFailed, "the kernel has no memory left for it"),
        _ => (MdevError.FileFailed, "the file system could not read it"),
    };

    private static (MdevError, string) Making(MdevException refused) => (refused.Errno, refused.Operation) switch
    {
        (Errno.EEXIST, _) => (MdevError.UuidExists, "a device of that UUID is there already, or is just being removed"),
        // vfio_ap before Linux 6.0 answers EPERM to the write; the file's permission was settled when it was opened.
        (Errno.ENOSPC or Errno.EUSERS, _) or (Errno.EPERM, "write") => (MdevError.NoCapacity, "no instance of it is left there"),
        (Errno.EACCES or Errno.EPERM, _) => (MdevError.PermissionDenied, "the mode of the file does not let this user write"),
        (Errno.ENOENT, _) => (MdevError.TypeNotFound, "the parent does not offer the type any more"),
        (Errno.ENODEV, _) => (MdevError.WriteRefused, "the parent is going away"),
        (Errno.ENOMEM, _) => (MdevError.WriteRefused, "the vendor's driver ran out of memory for it"),
        _ => (MdevError.WriteRefused, "the vendor driver refused it, by a rule of its own or because the parent is not ready"),
    };

    private static (MdevError, string) Removing(MdevException refused) => refused.Errno switch
    {
        Errno.ENOENT or Errno.ENODEV => (MdevError.DeviceNotFound, "somebody else removed it first"),
        Errno.EACCES or Errno.EPERM => (MdevError.PermissionDenied, "the mode of the file does not let this user write"),
        _ => (MdevError.WriteRefused, "the kernel refused"),
    };

    private static (MdevError, string) Guarding(MdevException refused) => refused.Errno switch
    {
        Errno.EBUSY => (MdevError.InUse, "somebody has it open"),
        Errno.EACCES or Errno.EPERM => (MdevError.PermissionDenied, "whether it is in use can only be made sure of by opening its VFIO group, which this user may not"),
        _ => (MdevError.GuardUnavailable, "its VFIO group cannot be opened, so that it cannot be kept from being in use"),
    };

    private static (MdevError, string) Setting(MdevException refused) => (refused.Errno, refused.Operation) switch
    {
        (Errno.EACCES or Errno.EPERM, "open") => (MdevError.PermissionDenied, "its mode does not let this user write"),
        (Errno.ENOENT, "open") => (MdevError.AttributeNotFound, "it is not there any more"),
        _ => (MdevError.WriteRefused, "the vendor driver refused the value"),
    };

    private static (MdevError, string) Asking(MdevException refused) => (refused.Errno, refused.Operation) switch
    {
        (Errno.EBUSY, "open") => (MdevError.InUse, "somebody has it open"),
        (Errno.EACCES or Errno.EPERM, "open") => (MdevError.PermissionDenied, "this user may not open it"),
        // ENODEV, ENXIO: the node is there, and the module behind it is not.
        (Errno.ENOENT or Errno.ENODEV or Errno.ENXIO, "open") => (MdevError.VfioUnavailable, "its node, or the module behind the node, is not there"),
        _ => (MdevError.VfioRefused, "its driver or VFIO refused"),
    };

    private static (MdevError, string) Writing(MdevException refused) => refused.Errno switch
    {
        Errno.EACCES or Errno.EPERM => (MdevError.PermissionDenied, "this user may not write there"),
        Errno.EEXIST => (MdevError.PathExists, "something is there already"),
        Errno.ENOSPC => (MdevError.FileFailed, "no space is left there"),
        _ => (MdevError.FileFailed, "the file system refused"),
    };
}
