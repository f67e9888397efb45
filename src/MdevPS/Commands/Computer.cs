using Mdev;
using Mdev.Errors;

namespace MdevPS.Commands;

/// <summary>The computer that a remoted object was listed on: its Root means another host there than here.</summary>
internal static class Computer
{
    /// <summary>Makes sure that an object was listed on this computer.</summary>
    /// <param name="name">Its PSComputerName; null when it did not come from a remote session.</param>
    /// <exception cref="MdevException"><see cref="MdevError.OtherComputer"/>.</exception>
    public static void RequireThis(string? name)
    {
        if (string.IsNullOrEmpty(name)
            || name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase))
            return;
        throw new MdevException(
            MdevError.OtherComputer, $"Nothing was changed: the object was listed on computer '{Printable.Text(name)}', and this is '{Environment.MachineName}'.");
    }
}
