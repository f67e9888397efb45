using System.Globalization;

namespace Mdev.Simulation;

/// <summary>Numbers as kstrtoul reads them with base 0 (lib/kstrtox.c).</summary>
internal static class KernelNumber
{
    public static bool TryParse(ReadOnlySpan<byte> value, out ulong number)
    {
        number = 0;
        if (value is [.., (byte)'\n'])
            value = value[..^1];
        if (value is [(byte)'+', ..])
            value = value[1..];
        int radix = value is [(byte)'0', (byte)'x' or (byte)'X', _, ..] ? 16 : value is [(byte)'0', _, ..] ? 8 : 10;
        if (radix == 16)
            value = value[2..];
        if (value.IsEmpty)
            return false;
        foreach (byte b in value)
        {
            int digit = char.IsAsciiHexDigit((char)b) ? int.Parse([(char)b], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : radix;
            if (digit >= radix || number > (ulong.MaxValue - (ulong)digit) / (ulong)radix)
                return false;
            number = (number * (ulong)radix) + (ulong)digit;
        }

        return true;
    }
}
