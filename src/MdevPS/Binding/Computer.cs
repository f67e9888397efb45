using System.Net;
using System.Net.Sockets;
using Mdev;
using Mdev.Errors;

namespace MdevPS.Binding;

/// <summary>The computer that a remoted object was listed on: its Root means another host there than here.</summary>
internal static class Computer
{
    /// <summary>Makes sure that an object was listed on this computer.</summary>
    /// <param name="name">Its PSComputerName; null when it did not come from a remoting session.</param>
    /// <exception cref="MdevException"><see cref="MdevError.OtherComputer"/>.</exception>
    public static void RequireThis(string? name)
    {
        if (!IsThis(name))
            throw new MdevException(MdevError.OtherComputer, $"Nothing was changed: the object was listed on computer '{Printable.Text(name!)}', and this is '{Environment.MachineName}'.");
    }

    // Jobs say localhost of their objects, and a session through a tunnel may say it of another computer's; nothing on the object tells the two apart.
    private static bool IsThis(string? name) =>
        string.IsNullOrEmpty(name)
        || Same(name, "localhost")
        || (IPAddress.TryParse(name, out IPAddress? address) && IPAddress.IsLoopback(address))
        || Same(name, Environment.MachineName)
        || Same(name, Dns.GetHostName())
        || IsFullName(name.TrimEnd('.'));

    // The resolver, which may take its time, is asked only about a name that begins like ours.
    private static bool IsFullName(string name)
    {
        if (!name.StartsWith(Environment.MachineName + ".", StringComparison.OrdinalIgnoreCase))
            return false;
        try
        {
            return Same(name, Dns.GetHostEntry(Dns.GetHostName()).HostName);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
