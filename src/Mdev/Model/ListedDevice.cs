using Mdev.Errors;

namespace Mdev.Model;

/// <summary>
/// What a device was when it was listed. A UUID may have a new owner since: another device was made under it, or, where the UUID is that of a PCI
/// function, on the function.
/// </summary>
/// <param name="Type">Its type, empty when it had none; null where that is not known.</param>
/// <param name="Parent">Its parent; null where that is not known.</param>
public sealed record ListedDevice(string? Type, string? Parent)
{
    /// <summary>Makes sure that a device is still what was listed. One that is on its way out has no type any more.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.DeviceChanged"/>.</exception>
    public void Require(MdevDevice now)
    {
        if ((Type is null || now.Type is null || Type == now.Type) && (Parent is null || Parent == now.Parent))
            return;
        // A name in words, or a pattern, is never that of a listed device.
        if (Type is not null && Type.AsSpan().IndexOfAny(" *?[") >= 0)
            throw new MdevException(MdevError.InvalidArgument, $"Device {now.Uuid} is held against the type id that it was listed with, and '{Printable.Text(Type)}' is no type id: it is of type '{Printable.Text(now.Type ?? "unknown")}'.") { Uuid = now.Uuid };
        string listed = string.Join(" and ", new[] { Type is null ? null : Type.Length == 0 ? "without a type" : $"of type '{Printable.Text(Type)}'", Parent is null ? null : $"on parent '{Printable.Text(Parent)}'" }.OfType<string>());
        throw new MdevException(
            MdevError.DeviceChanged,
            $"Device {now.Uuid} is not what was listed any more: it was {listed}, and is of type '{Printable.Text(now.Type ?? "unknown")}' on parent '{Printable.Text(now.Parent)}'.")
        {
            Uuid = now.Uuid,
        };
    }
}
