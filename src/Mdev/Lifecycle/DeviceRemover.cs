using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Vfio;

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
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    // The time in which a process must have come to its write, however slow the machine.
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(15);

    private readonly DeviceReader _devices = new(host, report);

    /// <summary>Removes a device that nobody has open.</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.DeviceNotFound"/>: it is not there, or somebody else removed it first; <see cref="MdevError.InUse"/>;
    /// <see cref="MdevError.GuardUnavailable"/>; <see cref="MdevError.PermissionDenied"/>; <see cref="MdevError.ReadOnly"/>; <see cref="MdevError.NotLive"/>.
    /// </exception>
    public void Remove(MdevDevice device)
    {
        if (device.State == MdevDeviceState.Removing)
            throw BeingRemoved(device);
        Remove(device, evenIfInUse: false);
    }

    /// <summary>
    /// Removes a device also when somebody has it open: the removal is then begun by a process of its own, and the kernel ends it as soon as the
    /// device is let go. A device that nobody has open is removed as by <see cref="Remove(MdevDevice)"/>.
    /// </summary>
    /// <returns>Whether the device is gone; <see cref="WaitFor"/> tells how it goes on otherwise.</returns>
    /// <exception cref="MdevException">As from <see cref="Remove(MdevDevice)"/>, but for what the guard says; <see cref="MdevError.ShellUnavailable"/>.</exception>
    public bool RemoveEvenIfInUse(MdevDevice device) => device.State != MdevDeviceState.Removing && Remove(device, evenIfInUse: true);

    /// <summary>Waits until a device whose removal has begun is gone.</summary>
    /// <returns>Null when it is gone; else the device as it is now, with whoever still holds it. When the wait is cancelled, the device as it was.</returns>
    /// <exception cref="MdevException"><see cref="MdevError.WriteRefused"/>: the removal did not begin.</exception>
    public MdevDevice? WaitFor(MdevDevice device, TimeSpan limit, CancellationToken cancel)
    {
        for (long start = Environment.TickCount64; host.HasDirectory(device.SysfsPath); cancel.WaitHandle.WaitOne(s_poll))
        {
            TimeSpan waited = TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
            if (cancel.IsCancellationRequested)
                return device;
            if (waited < limit)
                continue;
            if (_devices.Find(device.Uuid) is not { } now)
                return null;
            if (now.State == MdevDeviceState.Removing)
                return device with { State = now.State, Driver = null, IommuGroup = now.IommuGroup, Users = UserScan.Of(host, cancel).UsersOf(now) };
            if (waited > limit + s_startLimit)
                throw new MdevException(MdevError.WriteRefused, $"Device {device.Uuid} was not removed: the kernel took no notice of the write to '{host.OnMachine(device.SysfsPath)}/remove'.", host.OnMachine(device.SysfsPath));
        }

        return null;
    }

    private bool Remove(MdevDevice device, bool evenIfInUse)
    {
        try
        {
            // The attribute is opened before the group: what is then removed is the device that was looked at, not one made anew under its UUID.
            using IAttributeWriter remove = host.OpenAttribute($"{device.SysfsPath}/remove");
            IDisposable? group;
            try
            {
                group = HoldGroup(device.Uuid);
            }
            catch (MdevException e) when (evenIfInUse && e.Error is MdevError.InUse or MdevError.GuardUnavailable or MdevError.PermissionDenied)
            {
                // Without the guard the write may have to wait, so it must not be ours.
                host.WriteDetached(remove, "1");
                return false;
            }

            using (group)
                host.Write(remove, "1");
            return true;
        }
        catch (MdevException e) when (e.Errno != 0)
        {
            throw Explain(e, device);
        }
    }

    // Null when there is nothing to hold: a device without a driver cannot be opened by anybody.
    private IDisposable? HoldGroup(Guid uuid)
    {
        for (int attempt = 0; attempt < 3; attempt++)
        {
            MdevDevice device = _devices.Find(uuid) ?? throw NotFound(uuid);
            if (device.State == MdevDeviceState.Removing)
                throw BeingRemoved(device);
            if (device.State == MdevDeviceState.Unbound)
                return null;
            if (device.VfioPath is not { } node)
                throw new MdevException(MdevError.GuardUnavailable, $"Device {uuid} was not removed: it has no IOMMU group, so that it cannot be kept from being in use.", host.OnMachine(device.SysfsPath));
            host.Trace($"Holding '{host.OnMachine(node)}' so that nobody can open the device meanwhile.");
            IDisposable group;
            try
            {
                group = OpenGroup(node);
            }
            catch (MdevException e) when (e.Errno is Errno.ENOENT or Errno.ENXIO or Errno.ENODEV && attempt < 2)
            {
                // The node goes with the device, a moment before its directory, or with its driver: the next look tells.
                continue;
            }

            // The number may have gone to another device between the look and the open.
            if (_devices.Find(uuid)?.VfioPath == node)
                return group;
            group.Dispose();
        }

        throw new MdevException(MdevError.GuardUnavailable, $"Device {uuid} was not removed: its IOMMU group keeps changing.");
    }

    private IDisposable OpenGroup(string node)
    {
        try
        {
            return host.Kernel.OpenGroup(host.OnMachine(node));
        }
        catch (MdevException e)
        {
            MdevError error = e.Errno switch
            {
                Errno.EBUSY => MdevError.InUse,
                Errno.EACCES or Errno.EPERM => MdevError.PermissionDenied,
                _ => MdevError.GuardUnavailable,
            };
            throw new MdevException(error, "Cannot hold the VFIO group", e.Errno, e.Operation!, e.Path!, e);
        }
    }

    private MdevException BeingRemoved(MdevDevice device) => new(
        MdevError.InUse, $"Device {device.Uuid} is being removed already, and that waits until it is let go by {HoldersOf(device)}.", host.OnMachine(device.SysfsPath))
    {
        Uuid = device.Uuid,
    };

    private string HoldersOf(MdevDevice device) => UserScan.Holders(UserScan.Of(host).UsersOf(device));

    private MdevException Explain(MdevException e, MdevDevice device)
    {
        if (e.Error is MdevError.WriteRefused && e.Errno is Errno.ENOENT or Errno.ENODEV)
            return NotFound(device.Uuid, e);
        (MdevError error, string why) = (e.Error, e.Errno) switch
        {
            (MdevError.InUse, _) => (e.Error, $"{HoldersOf(device)} has it open"),
            (MdevError.GuardUnavailable, _) => (e.Error, "its VFIO group cannot be opened, so that it cannot be kept from being in use"),
            (MdevError.PermissionDenied, _) => (e.Error, "whether it is in use can only be made sure of by opening its VFIO group, which this user may not"),
            (MdevError.WriteRefused, Errno.EACCES or Errno.EPERM) => (MdevError.PermissionDenied, "the mode of its 'remove' does not let this user write"),
            (MdevError.WriteRefused, Errno.EROFS) => (MdevError.ReadOnly, "sysfs is mounted read-only"),
            (MdevError.ShellUnavailable, _) => (e.Error, "the shell that would write in our stead, since the kernel may make the write wait, cannot be started"),
            _ => (e.Error, "the kernel refused"),
        };
        return new MdevException(error, $"Device {device.Uuid} was not removed: {why}", e.Errno, e.Operation!, e.Path!, e) { Uuid = device.Uuid };
    }

    private MdevException NotFound(Guid uuid, MdevException? inner = null) =>
        new(MdevError.DeviceNotFound, $"No mediated device has the UUID {uuid} on host '{host.Root}' any more: somebody else removed it first.", inner?.Path, inner);
}
