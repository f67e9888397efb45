using System.Buffers.Binary;

namespace Mdev.Vfio;

/// <summary>The ids in the header of PCI configuration space (PCI Local Bus Specification 3.0, 6.1): little endian, at fixed places.</summary>
internal static class PciConfig
{
    public const int HeaderSize = 64;

    private const int VendorAt = 0x00, DeviceAt = 0x02, ClassAt = 0x09, SubsystemVendorAt = 0x2c, SubsystemAt = 0x2e;

    public static string Id(ReadOnlySpan<byte> header) => $"{Word(header, VendorAt):x4}:{Word(header, DeviceAt):x4}";

    public static string Class(ReadOnlySpan<byte> header) => $"{header[ClassAt + 2]:x2}{header[ClassAt + 1]:x2}{header[ClassAt]:x2}";

    public static string SubsystemId(ReadOnlySpan<byte> header) => $"{Word(header, SubsystemVendorAt):x4}:{Word(header, SubsystemAt):x4}";

    /// <summary>A header that says these ids.</summary>
    public static byte[] Header(ushort vendor, ushort device, int classCode, ushort subsystemVendor, ushort subsystem)
    {
        var header = new byte[HeaderSize];
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(VendorAt), vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(DeviceAt), device);
        for (int i = 0; i < 3; i++)
            header[ClassAt + i] = (byte)(classCode >> (8 * i));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(SubsystemVendorAt), subsystemVendor);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(SubsystemAt), subsystem);
        return header;
    }

    private static ushort Word(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadUInt16LittleEndian(header[at..]);
}
