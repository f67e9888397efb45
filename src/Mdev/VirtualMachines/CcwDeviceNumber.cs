using System.Globalization;
using System.Text.RegularExpressions;
using Mdev.Kernel;

namespace Mdev.VirtualMachines;

/// <summary>The number under which an s390 guest sees a channel device: channel subsystem, subchannel set, device, such as <c>fe.0.0a12</c>.</summary>
/// <param name="Cssid">The channel subsystem; fe is the one of virtual devices.</param>
/// <param name="Ssid">The subchannel set.</param>
/// <param name="Devno">The device.</param>
public readonly partial record struct CcwDeviceNumber(byte Cssid, byte Ssid, ushort Devno)
{
    /// <summary>Reads a number.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: it is none.</exception>
    public static CcwDeviceNumber Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
            throw new MdevException(MdevError.InvalidArgument, $"'{Printable.Text(text, 40)}' is no channel device number: three hexadecimal numbers such as fe.0.0a12 are.");
        int Number(int group) => int.Parse(match.Groups[group].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new CcwDeviceNumber((byte)Number(1), (byte)Number(2), (ushort)Number(3));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Cssid:x2}.{Ssid:x}.{Devno:x4}";

    [GeneratedRegex(@"\A([0-9a-f]{1,2})\.([0-3])\.([0-9a-f]{1,4})\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
