using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>
/// What a kernel does when something is asked of it beyond reading its files. Two implement it: <see cref="LiveKernel"/> and the
/// simulated one. Reading is no part of it, because a simulated host's files are read by the same code as the kernel's. Paths are host paths.
/// </summary>
public interface IKernel
{
    /// <summary>Whether it is played, so that its host can be changed as a simulated one can.</summary>
    bool IsSimulated { get; }

    /// <summary>Opens an attribute for writing: one open(2) without O_CREAT and O_TRUNC.</summary>
    /// <exception cref="MdevException">
    /// ENOENT: there is none; EACCES: the mode forbids it; EROFS: sysfs is mounted read-only; <see cref="MdevError.NotLive"/>: the file is
    /// no kernel's.
    /// </exception>
    IAttributeWriter OpenAttribute(string hostPath);

    /// <summary>Opens a VFIO group and holds it until disposed; nobody else can open it meanwhile (Documentation/driver-api/vfio.rst).</summary>
    /// <param name="node">The group's node, such as <c>/dev/vfio/63</c>.</param>
    /// <exception cref="MdevException">EBUSY: somebody has it open; EACCES; ENOENT: there is no such node; <see cref="MdevError.NotLive"/>: it is no node of VFIO's.</exception>
    IDisposable OpenGroup(string node);

    /// <summary>Opens a device through VFIO: container, IOMMU driver, group, device.</summary>
    /// <param name="container">The container's node.</param>
    /// <param name="group">The node of the device's group.</param>
    /// <param name="name">The device's name as the kernel writes it.</param>
    /// <exception cref="MdevException">EBUSY: somebody has the group open; <see cref="MdevError.VfioNoIommuDriver"/>; whatever else refused, by its errno.</exception>
    IVfioDevice OpenVfioDevice(string container, string group, string name);
}

/// <summary>An attribute opened for writing.</summary>
public interface IAttributeWriter : IDisposable
{
    /// <summary>The attribute, on this machine.</summary>
    string Path { get; }

    /// <summary>Writes a value by one write(2).</summary>
    /// <exception cref="MdevException">The kernel refused it; the errno says how.</exception>
    void Write(ReadOnlySpan<byte> value);

    /// <summary>Has the value written by a process of its own, which goes on when this one ends, and returns at once.</summary>
    /// <exception cref="MdevException">The process cannot be started. How the kernel answers the write can only be seen by its effect.</exception>
    void WriteDetached(string value);
}
