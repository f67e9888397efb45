using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Mdev.Model;

/// <summary>
/// The UUIDs of devices to which the kernel gives none because each is a PCI function: of version 8 (RFC 9562, 5.8), a constant of this project followed by
/// the function's domain (four bytes), bus, and device and function (one byte each). The function of <c>6d646576-7073-8766-8000-000000004104</c> is
/// <c>0000:41:00.4</c>.
/// </summary>
public static partial class FunctionUuid
{
    private const int AddressAt = 10;

    // The letters mdevps and vf, as far as version and variant leave them.
    private static readonly byte[] s_constant = [0x6d, 0x64, 0x65, 0x76, 0x70, 0x73, 0x87, 0x66, 0x80, 0x00];

    /// <summary>The UUID of the device on a PCI function; null when the text is no PCI address.</summary>
    public static Guid? Of(string address)
    {
        if (Address().Match(address) is not { Success: true } match)
            return null;
        uint Number(int group) => uint.Parse(match.Groups[group].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        uint device = Number(3);
        if (device > 31)
            return null;
        Span<byte> bytes = stackalloc byte[16];
        s_constant.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[AddressAt..], Number(1));
        bytes[14] = (byte)Number(2);
        bytes[15] = (byte)((device << 3) | Number(4));
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The address of the PCI function that a UUID stands for; null for any other UUID.</summary>
    public static string? AddressOf(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return bytes.StartsWith(s_constant)
            ? $"{BinaryPrimitives.ReadUInt32BigEndian(bytes[AddressAt..]):x4}:{bytes[14]:x2}:{bytes[15] >> 3:x2}.{bytes[15] & 7}"
            : null;
    }

    // "%04x:%02x:%02x.%d" in drivers/pci/probe.c: a domain has four digits or more.
    [GeneratedRegex(@"\A([0-9a-f]{4}|[1-9a-f][0-9a-f]{4,7}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
