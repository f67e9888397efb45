using Mdev;

namespace MdevPS.Binding;

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

    /// <summary>Goes back to what was the default before a host that is gone.</summary>
    public static void Leave(string root)
    {
        lock (s_before)
        {
            _ = s_before.Remove(root, out string? before);
            // Whoever became the default after it goes back to what was there before both.
            foreach (string later in s_before.Where(entry => entry.Value == root).Select(entry => entry.Key).ToList())
                s_before[later] = before;
            if (HostOpener.Default == root)
                Environment.SetEnvironmentVariable(HostOpener.EnvironmentVariable, before);
        }
    }
}
