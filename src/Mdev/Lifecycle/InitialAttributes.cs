using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Lifecycle;

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
