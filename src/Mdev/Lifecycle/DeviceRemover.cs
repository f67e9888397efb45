using Mdev.Inventory;
using Mdev.Kernel;

namespace Mdev.Lifecycle;

/// <summary>
/// Removes a device: one write of <c>1</c> to its <c>remove</c>. The kernel lets that write wait for as long as a process has the
/// device open, and a writer that is killed then cannot die. So the device's VFIO group is opened first: EBUSY says that somebody has
/// it, and while we have it nobody else can take it. Removal with only the group open succeeds at once.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what is broken on the way.</param>
public sealed class DeviceRemover(HostRoot host, Action<MdevException> report)
{
    private readonly DeviceReader _devices = new(host, report);

    /// <summary>Removes a device that nobody has open.</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.DeviceNotFound"/>: it is not there, or somebody else removed it first; <see cref="MdevError.InUse"/>;
    /// <see cref="MdevError.GuardUnavailable"/>; <see cref="MdevError.PermissionDenied"/>; <see cref="MdevError.ReadOnly"/>; <see cref="MdevError.NotLive"/>.
    /// </exception>
    public void Remove(MdevDevice device)
    {
        try
        {
            // The attribute is opened before the group: what is then removed is the device that was looked at, not one made anew under its UUID.
            using IAttributeWriter remove = host.OpenAttribute($"{device.SysfsPath}/remove");
            using IDisposable? group = HoldGroup(device.Uuid);
            host.Write(remove, "1");
        }
        catch (MdevException e) when (e.Errno != 0)
        {
            throw Explain(e, device.Uuid);
        }
    }

    // Null when there is no group to hold: a device without a driver cannot be opened by anybody.
    private IDisposable? HoldGroup(Guid uuid)
    {
        for (int attempt = 0; attempt < 3; attempt++)
        {
            if (_devices.Find(uuid) is not { } device)
                throw NotFound(uuid);
            if (device.VfioPath is not { } node)
                return null;
            host.Trace($"Holding '{host.OnMachine(node)}' so that nobody can open the device meanwhile.");
            IDisposable group;
            try
            {
                group = OpenGroup(node, uuid);
            }
            catch (MdevException e) when (e.Errno == Errno.ENOENT && attempt < 2)
            {
                // The device may have gone meanwhile; the next look tells.
                continue;
            }

            // The number may have gone to another device between the look and the open.
            if (_devices.Find(uuid)?.VfioPath == node)
                return group;
            group.Dispose();
        }

        throw new MdevException(MdevError.GuardUnavailable, $"Device {uuid} was not removed: its IOMMU group keeps changing.");
    }

    private IDisposable OpenGroup(string node, Guid uuid)
    {
        try
        {
            return host.Kernel.OpenGroup(host.OnMachine(node));
        }
        catch (MdevException e)
        {
            string what = $"Device {uuid} was not removed";
            (MdevError error, string why) = e.Errno switch
            {
                Errno.EBUSY => (MdevError.InUse, "a process has it open"),
                Errno.EACCES or Errno.EPERM => (MdevError.PermissionDenied, "whether it is in use can only be made sure of by opening its VFIO group, which this user may not"),
                _ => (MdevError.GuardUnavailable, "its VFIO group cannot be opened, so that it cannot be kept from being in use"),
            };
            throw new MdevException(error, $"{what}: {why}", e.Errno, e.Operation!, e.Path!, e);
        }
    }

    private MdevException Explain(MdevException e, Guid uuid)
    {
        if (e.Error != MdevError.WriteRefused)
            return e;
        if (e.Errno is Errno.ENOENT or Errno.ENODEV)
            return NotFound(uuid, e);
        (MdevError error, string why) = e.Errno switch
        {
            Errno.EACCES or Errno.EPERM => (MdevError.PermissionDenied, "the mode of its 'remove' does not let this user write"),
            Errno.EROFS => (MdevError.ReadOnly, "sysfs is mounted read-only"),
            _ => (MdevError.WriteRefused, "the kernel refused"),
        };
        return new MdevException(error, $"Device {uuid} was not removed: {why}", e.Errno, e.Operation!, e.Path!, e);
    }

    private MdevException NotFound(Guid uuid, MdevException? inner = null) =>
        new(MdevError.DeviceNotFound, $"No mediated device has the UUID {uuid} on host '{host.Root}' any more: somebody else removed it first.", inner?.Path, inner);
}
