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
    }

    /// <summary>The cause.</summary>
    public MdevError Error { get; }

    /// <summary>The kernel's error number; 0 when the library itself found the fault.</summary>
    public int Errno { get; }

    /// <summary>The symbolic name of <see cref="Errno"/>, such as <c>ENOSPC</c>; null when there is none.</summary>
    public string? ErrnoName => Errno == 0 ? null : Mdev.Errors.Errno.Name(Errno);

    /// <summary>The call that failed: open, read, write, readlink, getdents or ioctl.</summary>
    public string? Operation { get; }

    /// <summary>The device that making or removing failed for; null where the failure is not about one device.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>The name of the parent, type or attribute that the failure is about; null where it is not about one.</summary>
    public string? Name { get; init; }

    /// <summary>The path of the file or directory concerned, on this machine (with the root in front).</summary>
    public string? Path { get; }

    private static string Told(string message, MdevException cause) => cause.Errno == 0
        ? message.TrimEnd('.') + "."
        : $"{message.TrimEnd('.')}: {cause.Operation} of '{cause.Path}' failed with {Mdev.Errors.Errno.Name(cause.Errno)} ({cause.Errno}).";
}
