using System.Collections;
using System.Management.Automation.Language;
using System.Management.Automation;
using System.Net.Sockets;
using System.Net;
using Mdev.Errors;
using Mdev.Simulation;
using Mdev;

namespace MdevPS.Binding;

/// <summary>Paths as they are typed: relative to PowerShell's location, which is not the process's own.</summary>
internal static class FilePath
{
    /// <summary>The path in the file system.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.RootNotFound"/>: no drive or provider of that name, or no path at all.</exception>
    public static string Of(PathIntrinsics paths, string typed)
    {
        try
        {
            // PowerShell takes any character; the file system does not.
            if (typed.Contains('\0'))
                throw new ArgumentException("A path has no NUL character in it.");
            string path = paths.GetUnresolvedProviderPathFromPSPath(typed, out ProviderInfo provider, out _);
            return provider.Name == "FileSystem" ? path : throw new ArgumentException($"It is one of the provider {provider.Name}.");
        }
        catch (Exception e) when (e is RuntimeException or ArgumentException or NotSupportedException)
        {
            throw new MdevException(MdevError.RootNotFound, $"'{typed}' is no path of the file system: {e.Message}", typed, e);
        }
    }
}

/// <summary>
/// The default host of this process, which the environment variable MDEVPS_ROOT names. Whoever makes a simulated host the default gets back what was there
/// before when it goes: without a default, every later cmdlet would mean the real machine.
/// </summary>
internal static class DefaultHost
{
    private static readonly Dictionary<string, string?> s_before = [];

    /// <summary>Makes a simulated host the default.</summary>
    public static void Use(string root)
    {
        lock (s_before)
        {
            s_before[root] = Environment.GetEnvironmentVariable(HostOpener.EnvironmentVariable);
            Environment.SetEnvironmentVariable(HostOpener.EnvironmentVariable, root);
        }
    }

    /// <summary>Whether a simulated host is the default, also where a link leads to it.</summary>
    public static bool Is(string root)
    {
        try
        {
            return HostOpener.Default == root || SimulatedHost.Require(HostOpener.Default) == root;
        }
        catch (MdevException)
        {
            return false;
        }
    }

    /// <summary>Goes back to what was the default before a host that is gone.</summary>
    /// <param name="root">The root of the host.</param>
    /// <param name="isDefault">Whether it was the default.</param>
    public static void Leave(string root, bool isDefault)
    {
        lock (s_before)
        {
            bool isKnown = s_before.Remove(root, out string? before);
            // Whoever became the default after it goes back to what was there before both.
            foreach (string later in s_before.Where(entry => entry.Value == root).Select(entry => entry.Key).ToList())
                s_before[later] = before;
            // Of a default that somebody else has named it is not known what was before, and an error is better than the real machine.
            if (isDefault && isKnown)
                Environment.SetEnvironmentVariable(HostOpener.EnvironmentVariable, before);
        }
    }
}

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

/// <summary>Completes the roots of this user's simulated hosts.</summary>
public class SimulationCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public virtual IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        SimulatedHost.All()
            .Where(host => host.Root.StartsWith(Quoting.Unquote(wordToComplete), StringComparison.Ordinal))
            .Select(host => new CompletionResult(Quoting.Quote(host.Root), host.Root, CompletionResultType.ParameterValue, $"simulated host with {string.Join(", ", host.Driver)}"));
}

/// <summary>Completes the roots of hosts: those of this user's simulated hosts, and directories.</summary>
public sealed class RootCompleter : SimulationCompleter
{
    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        base.CompleteArgument(commandName, parameterName, wordToComplete, commandAst, fakeBoundParameters)
            .Concat(CompletionCompleters.CompleteFilename(wordToComplete).Where(found => found.ResultType == CompletionResultType.ProviderContainer));
}
