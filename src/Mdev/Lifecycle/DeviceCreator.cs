using Mdev.Inventory;
using Mdev.Kernel;

namespace Mdev.Lifecycle;

/// <summary>Makes a device: one write of its UUID to the type's <c>create</c> (Documentation/ABI/testing/sysfs-bus-vfio-mdev).</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what is broken in what comes back.</param>
public sealed class DeviceCreator(HostRoot host, Action<MdevException> report)
{
    private static readonly TimeSpan s_completePoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_completeLimit = TimeSpan.FromSeconds(3);

    private readonly DeviceReader _devices = new(host, report);

    /// <summary>Makes a device on a parent and waits until it is complete, its VFIO node included: udev may be slower than the write.</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.UuidExists"/> (EEXIST), <see cref="MdevError.NoCapacity"/> (ENOSPC, EUSERS), <see cref="MdevError.PermissionDenied"/>,
    /// <see cref="MdevError.ReadOnly"/>, <see cref="MdevError.NotLive"/>, <see cref="MdevError.TypeNotFound"/>,
    /// <see cref="MdevError.WriteRefused"/> (what a vendor driver answers by its own rules: EINVAL, EIO, ENOMEM, ENODEV).
    /// </exception>
    internal MdevDevice Create(ParentPlace parent, string type, Guid uuid, CancellationToken cancel)
    {
        try
        {
            using IAttributeWriter create = host.OpenAttribute($"{parent.TypesPath}/{type}/create");
            host.Write(create, uuid.ToString());
        }
        catch (MdevException e) when (e.Errno != 0)
        {
            throw Explain(e, parent.Name, type, uuid);
        }

        return WaitUntilComplete(parent, uuid, cancel);
    }

    private static MdevException Explain(MdevException e, string parent, string type, Guid uuid)
    {
        string what = $"Cannot make a device of type '{Printable.Text(type)}' on parent '{Printable.Text(parent)}'";
        (MdevError error, string why) = (e.Errno, e.Operation) switch
        {
            (Errno.EEXIST, _) => (MdevError.UuidExists, $"a device {uuid} is there already, or is just being removed"),
            // vfio_ap before Linux 6.0 answers EPERM to the write; the file's permission was settled when it was opened.
            (Errno.ENOSPC or Errno.EUSERS, _) or (Errno.EPERM, "write") => (MdevError.NoCapacity, "no instance of it is left there"),
            (Errno.EACCES or Errno.EPERM, _) => (MdevError.PermissionDenied, "the mode of its 'create' does not let this user write"),
            (Errno.EROFS, _) => (MdevError.ReadOnly, "sysfs is mounted read-only"),
            (Errno.ENOENT, _) => (MdevError.TypeNotFound, "the parent does not offer the type any more"),
            (Errno.ENODEV, _) => (MdevError.WriteRefused, "the parent is going away"),
            _ => (MdevError.WriteRefused, "the vendor driver refused it, by a rule of its own or because the parent is not ready"),
        };
        return new MdevException(error, $"{what}: {why}", e.Errno, e.Operation!, e.Path!, e) { Uuid = error == MdevError.UuidExists ? uuid : null };
    }

    private MdevDevice WaitUntilComplete(ParentPlace parent, Guid uuid, CancellationToken cancel)
    {
        for (long start = Environment.TickCount64; ; cancel.WaitHandle.WaitOne(s_completePoll))
        {
            MdevDevice device = _devices.Find(parent, uuid) ?? throw Gone(parent, uuid);
            if (IsComplete(device) || cancel.IsCancellationRequested || Environment.TickCount64 - start > s_completeLimit.TotalMilliseconds)
                return device;
        }
    }

    private static MdevException Gone(ParentPlace parent, Guid uuid) => new(
        MdevError.DeviceNotFound, $"Device {uuid} was made on '{Printable.Text(parent.Name)}' and was gone before it could be read: somebody else removed it.")
    {
        Uuid = uuid,
    };

    // Where the host has no /dev below its root there is no node to wait for.
    private bool IsComplete(MdevDevice device) =>
        device is { State: MdevDeviceState.Active, VfioPath: { } node } && (!host.HasDirectory("/dev/vfio") || host.HasNode(node));
}
