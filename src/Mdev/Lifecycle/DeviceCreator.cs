using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Lifecycle;

/// <summary>A device that was made, and what was found wrong with it since.</summary>
/// <param name="Device">The device, as far as it could be read back.</param>
/// <param name="Faults">What could not be read, or did not come; the device is there all the same.</param>
internal sealed record MadeDevice(MdevDevice Device, IReadOnlyList<MdevException> Faults);

/// <summary>Makes a device by its parent's interface and waits until it can be used.</summary>
/// <param name="host">The host.</param>
internal sealed class DeviceCreator(HostRoot host)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);

    /// <summary>Makes a device on a parent and waits until it is complete, its VFIO node included: udev may be slower than the write.</summary>
    /// <exception cref="MdevException">
    /// It was not made: <see cref="MdevError.UuidExists"/>, <see cref="MdevError.NoCapacity"/>, <see cref="MdevError.PermissionDenied"/>,
    /// <see cref="MdevError.ReadOnly"/>, <see cref="MdevError.NotLive"/>, <see cref="MdevError.TypeNotFound"/>,
    /// <see cref="MdevError.WriteRefused"/> (what a vendor driver answers by its own rules: EINVAL, EIO, ENOMEM, ENODEV); or it was
    /// made and is gone: <see cref="MdevError.DeviceNotFound"/>.
    /// </exception>
    public MadeDevice Create(HostParent parent, string type, Guid uuid, CancellationToken cancel)
    {
        parent.Make(type, uuid);

        // From here on the device is there, and whoever asked for it must hear of it whatever cannot be read.
        var faults = new List<MdevException>();
        MdevDevice? device = null;
        bool isGone = false, isComplete = false;
        try
        {
            isComplete = Waiting.Until(
                () =>
                {
                    faults.Clear();
                    device = parent.FindDevice(uuid, faults.Add);
                    isGone = device is null;
                    return isGone || IsComplete(device!);
                },
                s_limit,
                cancel);
        }
        catch (MdevException e)
        {
            faults.Add(e);
        }

        if (isGone)
            throw new MdevException(MdevError.DeviceNotFound, $"Device {uuid} was made on '{Printable.Text(parent.Name)}' and was gone before it could be read: somebody else removed it.") { Uuid = uuid };
        if (device?.Type is { } other && other != type)
            throw new MdevException(MdevError.DeviceNotFound, $"Device {uuid} was made on '{Printable.Text(parent.Name)}' and was gone before it could be read: somebody else has made one of type '{Printable.Text(other)}' in its place.") { Uuid = uuid };
        device ??= Unread(parent, type, uuid);
        if (!isComplete && !cancel.IsCancellationRequested && faults.Count == 0)
            faults.Add(Incomplete(device));
        return new MadeDevice(device, faults);
    }

    // Where the host has no /dev below its root there is no node to wait for.
    private bool IsComplete(MdevDevice device) => device is { State: MdevDeviceState.Active, VfioPath: { } node }
        && (!host.Files.HasDirectory("/dev/vfio") || host.Files.Exists(node));

    private MdevException Incomplete(MdevDevice device) => new(
        MdevError.VfioUnavailable,
        $"Device {device.Uuid} was made, but no VM can open it yet: after {s_limit.TotalSeconds:F0} seconds {(device.VfioPath is { } node ? $"its node '{host.OnMachine(node)}' has not appeared" : "it has no VFIO group")}.",
        host.OnMachine(device.SysfsPath))
    {
        Uuid = device.Uuid,
    };

    private MdevDevice Unread(HostParent parent, string type, Guid uuid) => new()
    {
        Uuid = uuid,
        Type = type,
        Parent = parent.Name,
        PhysicalDevice = parent.PhysicalDevice,
        Interface = parent.Interface,
        State = MdevDeviceState.Active,
        SysfsPath = parent.DevicePath(uuid),
        Root = host.Root,
    };
}

/// <summary>Gives a new device its attributes, one after the other; a device that cannot have one of them is removed again.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what is broken on the way.</param>
internal sealed class InitialAttributes(HostRoot host, Action<MdevException> report)
{
    private readonly VendorAttributes _attributes = new(host, report);

    /// <summary>Writes the values in their order.</summary>
    /// <exception cref="OperationCanceledException">It was stopped, and the device was removed again.</exception>
    /// <exception cref="MdevException"><see cref="MdevError.AttributeFailed"/>, with the errno and path of the write that failed.</exception>
    public void Set(MdevDevice device, IReadOnlyList<AttributeValue> values, CancellationToken cancel)
    {
        for (int i = 0; i < values.Count; i++)
        {
            try
            {
                cancel.ThrowIfCancellationRequested();
                _attributes.Write(AttributeOwner.Of(device), values[i].Name, values[i].Value);
            }
            catch (MdevException e)
            {
                string message = $"Attribute {i + 1} of {values.Count} failed. {e.Message.TrimEnd('.')}. {Undo(device)}";
                throw new MdevException(MdevError.AttributeFailed, message, e, tellsCause: true) { Uuid = device.Uuid };
            }
            catch
            {
                // The listener of the trace may end everything at any word, as a stopped pipeline does.
                _ = Undo(device);
                throw;
            }
        }
    }

    private string Undo(MdevDevice device)
    {
        try
        {
            new DeviceRemover(host.Untraced, _ => { }).Remove(device);
            return "The device was removed again.";
        }
        catch (MdevException e)
        {
            return $"The device is still there, it could not be removed again. {e.Message}";
        }
    }
}
