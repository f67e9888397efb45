using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Vfio;

namespace Mdev.Lifecycle;

/// <summary>
/// Removes a device, unless somebody has it open. The kernel lets the write that removes a mediated device wait for as long as a process has the
/// device open, and a writer that is killed then cannot die. So the device's VFIO group is opened before the write: EBUSY says that somebody
/// has it, and while we have it nobody else can take it. A mediated device goes at once then; the driver of a function may take some seconds.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what is broken on the way.</param>
/// <param name="cancel">Ends looks at the processes of the host.</param>
public sealed class DeviceRemover(HostRoot host, Action<MdevException> report, CancellationToken cancel = default)
{
    // The time in which a process must have come to its write, however slow the machine.
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(15);

    // Another remover holds the group only while it writes.
    private static readonly TimeSpan s_otherRemover = TimeSpan.FromMilliseconds(100);

    private readonly DeviceReader _devices = new(host, report);
    private readonly ParentFinder _parents = new(host, report);

    /// <summary>Removes a device that nobody has open.</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.DeviceNotFound"/>: it is not there, or somebody else removed it first; <see cref="MdevError.DeviceChanged"/>;
    /// <see cref="MdevError.InUse"/>; <see cref="MdevError.GuardUnavailable"/>; <see cref="MdevError.PermissionDenied"/>; <see cref="MdevError.ReadOnly"/>; <see cref="MdevError.NotLive"/>.
    /// </exception>
    public void Remove(MdevDevice device)
    {
        if (device.State == MdevDeviceState.Removing)
            throw BeingRemoved(device);
        Remove(device, evenIfInUse: false);
    }

    /// <summary>
    /// Removes a device also when somebody has it open: the removal is then begun by a process of its own, and the kernel ends it as soon as the
    /// device is let go. A device that nobody has open is removed as by <see cref="Remove(MdevDevice)"/>. Where the interface cannot do that, a device
    /// that is in use is refused.
    /// </summary>
    /// <returns>Whether the device is gone; <see cref="WaitFor"/> tells how it goes on otherwise.</returns>
    /// <exception cref="MdevException">As from <see cref="Remove(MdevDevice)"/>, but for what the guard says; <see cref="MdevError.ShellUnavailable"/>.</exception>
    public bool RemoveEvenIfInUse(MdevDevice device) => device.State != MdevDeviceState.Removing && Remove(device, evenIfInUse: true);

    /// <summary>Waits until a device whose removal has begun is gone.</summary>
    /// <param name="device">The device.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="meanwhile">Called again and again while it waits; null for nothing.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>Null when it is gone; else the device as it is now, with whoever still holds it. When the wait is cancelled, the device as it was.</returns>
    /// <exception cref="MdevException"><see cref="MdevError.WriteRefused"/>: the removal did not begin.</exception>
    public MdevDevice? WaitFor(MdevDevice device, TimeSpan limit, Action? meanwhile = null, CancellationToken stop = default)
    {
        if (_parents.ParentOf(device) is not { } parent || Waiting.Until(IsGone, limit, stop))
            return null;
        if (stop.IsCancellationRequested)
            return device;
        MdevDevice? now = null;
        if (!Waiting.Until(() => (now = _devices.Find(device.Uuid, device.Parent)) is null or { State: MdevDeviceState.Removing }, s_startLimit, stop) && !stop.IsCancellationRequested)
            throw new MdevException(MdevError.WriteRefused, $"Device {device.Uuid} was not removed: the kernel took no notice of the write.", host.OnMachine(device.SysfsPath));
        return now is null ? null
            : now.State != MdevDeviceState.Removing ? device
            : new MdevDevice(device) { State = now.State, Driver = null, IommuGroup = now.IommuGroup, Users = UserScan.Of(host, stop).UsersOf(now) };

        bool IsGone()
        {
            meanwhile?.Invoke();
            return parent.IsGone(device);
        }
    }

    private bool Remove(MdevDevice device, bool evenIfInUse)
    {
        HostParent parent = _parents.ParentOf(device) ?? throw NotFound(device.Uuid);
        try
        {
            // The attribute is opened before the group: what is then removed is the device that was looked at, not one made anew under its UUID.
            using IAttributeWriter remove = parent.OpenRemoval(device);
            IDisposable? group;
            try
            {
                group = HoldGroup(device);
            }
            catch (MdevException e) when (evenIfInUse && parent.WhyNotInUse is null && e.Error is MdevError.InUse or MdevError.GuardUnavailable or MdevError.PermissionDenied)
            {
                // Without the guard the write may have to wait, so it must not be ours.
                parent.RemoveInUse(remove);
                return false;
            }

            using (group)
                parent.Remove(remove, device, cancel);
            return true;
        }
        catch (MdevException e) when (e.Errno != 0 && e.Uuid is null)
        {
            throw Explain(e, parent, device, evenIfInUse ? parent.WhyNotInUse : null);
        }
    }

    // Null when there is nothing to hold: a device without a driver and a group cannot be opened by anybody. While an unbind waits for whoever has the
    // device open, the link to the driver is gone and the group is there (__device_release_driver in drivers/base/dd.c).
    private IDisposable? HoldGroup(MdevDevice listed)
    {
        Guid uuid = listed.Uuid;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            MdevDevice device = _devices.Find(uuid, listed.Parent) ?? throw NotFound(uuid);
            if (device.State == MdevDeviceState.Removing)
                throw BeingRemoved(device);
            new ListedDevice(listed.Type, listed.Parent).Require(device);
            if (device.VfioPath is not { } node)
                return device.State == MdevDeviceState.Unbound && IsReadWhole(listed) ? null : throw new MdevException(MdevError.GuardUnavailable, $"Device {uuid} was not removed: it has no IOMMU group, so that it cannot be kept from being in use.", host.OnMachine(device.SysfsPath));
            IDisposable? group = OpenGroup(listed, node, attempt);
            if (group is null)
                continue;
            try
            {
                // The number may have gone to another device between the look and the open.
                if (_devices.Find(uuid, listed.Parent)?.VfioPath == node)
                    return group;
            }
            catch
            {
                group.Dispose();
                throw;
            }

            group.Dispose();
        }

        throw new MdevException(MdevError.GuardUnavailable, $"Device {uuid} was not removed: its IOMMU group keeps changing.");
    }

    // A link to a group that may not be read is none that is not there.
    private bool IsReadWhole(MdevDevice device)
    {
        bool isWhole = true;
        _ = new DeviceReader(host, _ => isWhole = false).Find(device.Uuid, device.Parent);
        return isWhole;
    }

    // Null when the node went away, which the next look explains.
    private IDisposable? OpenGroup(MdevDevice listed, string node, int attempt)
    {
        host.Trace($"Holding '{host.OnMachine(node)}' so that nobody can open the device meanwhile.");
        try
        {
            return host.Kernel.OpenGroup(node);
        }
        catch (MdevException e) when (e.Errno is Errno.ENOENT or Errno.ENXIO or Errno.ENODEV && attempt < 2)
        {
            // The node goes with the device, a moment before its directory, or with its driver: the next look tells.
            return null;
        }
        catch (MdevException e) when (e.Errno == Errno.EBUSY && Waiting.Until(() => _devices.Find(listed.Uuid, listed.Parent) is null, s_otherRemover, cancel))
        {
            throw NotFound(listed.Uuid);
        }
        catch (MdevException e) when (e.Errno != 0)
        {
            throw new MdevException(Refusal.Of(Attempt.Guard, e).Error, "Cannot hold the VFIO group", e);
        }
    }

    private MdevException BeingRemoved(MdevDevice device) => new(
        MdevError.InUse, $"Device {device.Uuid} is being removed already, and that waits until it is let go by {HoldersOf(device)}.", host.OnMachine(device.SysfsPath))
    {
        Uuid = device.Uuid,
    };

    private string HoldersOf(MdevDevice device) => UserScan.Holders(UserScan.Of(host, cancel).UsersOf(device));

    private MdevException Explain(MdevException e, HostParent parent, MdevDevice device, string? whyNotInUse)
    {
        bool isOfGroup = e.Error is MdevError.InUse or MdevError.GuardUnavailable or MdevError.PermissionDenied;
        (MdevError error, string why) = e.Error switch
        {
            MdevError.ShellUnavailable => (e.Error, "the shell that would write in our stead, since the kernel may make the write wait, cannot be started"),
            MdevError.BrokenEntry or MdevError.AttributeUnreadable => (e.Error, "it cannot be looked at"),
            _ => isOfGroup ? Refusal.Of(Attempt.Guard, e) : parent.WhyNotRemoved(e, device),
        };
        if (error == MdevError.DeviceNotFound)
            return NotFound(device.Uuid, e);
        if (error == MdevError.InUse && UserScan.Of(host, cancel).UsersOf(device) is var users && (isOfGroup || users is { Length: > 0 }))
            why = $"{UserScan.Holders(users)} has it open";
        if (error == MdevError.InUse && whyNotInUse is not null)
            why = $"{why}. {whyNotInUse.TrimEnd('.')}";
        return new MdevException(error, $"Device {device.Uuid} was not removed: {why}", e) { Uuid = device.Uuid };
    }

    private MdevException NotFound(Guid uuid, MdevException? cause = null)
    {
        string message = $"No device has the UUID {uuid} on host '{host.Root}' any more: somebody else removed it first.";
        return cause is null ? new MdevException(MdevError.DeviceNotFound, message) { Uuid = uuid } : new MdevException(MdevError.DeviceNotFound, message, cause) { Uuid = uuid };
    }
}
