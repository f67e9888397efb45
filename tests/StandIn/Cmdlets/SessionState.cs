using System.Collections.ObjectModel;

namespace System.Management.Automation;

public sealed class SessionState
{
    public PathIntrinsics Path { get; } = new();
    public PSVariableIntrinsics PSVariable { get; } = new();
}

/// <summary>Paths of the file system, which is the only provider here.</summary>
public sealed class PathIntrinsics
{
    internal PathIntrinsics() { }

    public PathInfo CurrentLocation { get; private set; } = new(Environment.CurrentDirectory);

    public PathInfo CurrentProviderLocation(string providerName) => providerName.Equals("FileSystem", StringComparison.OrdinalIgnoreCase)
        ? CurrentLocation
        : throw new StandInException($"the provider {providerName}");

    public PathInfo SetLocation(string path)
    {
        string full = GetUnresolvedProviderPathFromPSPath(path);
        return CurrentLocation = Directory.Exists(full) ? new PathInfo(full) : throw new ItemNotFoundException($"There is no directory {full}.");
    }

    public string GetUnresolvedProviderPathFromPSPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        path = path.Replace('\\', '/');
        if (path.IndexOf("::", StringComparison.Ordinal) is >= 0 and int provider)
        {
            return path[..provider].EndsWith("FileSystem", StringComparison.OrdinalIgnoreCase)
                ? path[(provider + 2)..]
                : throw new StandInException($"the provider in {path}");
        }
        if (path.Split('/')[0].Split(':') is [var drive, _, ..])
            throw new DriveNotFoundException(drive, $"There is no drive {drive}.");
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..];
        // An absolute path stays as it was written, unless it climbs.
        return path.StartsWith('/') && !path.Contains("/.") ? path : IO.Path.GetFullPath(path, CurrentLocation.Path);
    }
}

public sealed class PathInfo
{
    internal PathInfo(string path) => Path = path;

    public string Path { get; }
    public string ProviderPath => Path;
    public override string ToString() => Path;
}

public sealed class PSVariableIntrinsics
{
    private readonly Dictionary<string, PSVariable> _variables = new(StringComparer.OrdinalIgnoreCase);

    internal PSVariableIntrinsics() { }

    public PSVariable? Get(string name) => _variables.GetValueOrDefault(name);
    public object? GetValue(string name) => Get(name)?.Value;
    public object? GetValue(string name, object? defaultValue) => Get(name) is { } variable ? variable.Value : defaultValue;
    public void Set(string name, object? value) => _variables[name] = new PSVariable(name, value);
}

public class PSVariable(string name, object? value)
{
    public string Name { get; } = name;
    public virtual object? Value { get; set; } = value;
}

public class EngineIntrinsics
{
    internal EngineIntrinsics(Host.PSHost host, SessionState sessionState) => (Host, SessionState) = (host, sessionState);

    public Host.PSHost Host { get; }
    public SessionState SessionState { get; }
}
