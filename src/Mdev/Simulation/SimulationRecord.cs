using System.Text.Json;
using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Simulation;

/// <summary>
/// What a user knows of a simulated host that they made. The root of the host bears a marker with an id; the record of that id, among the user's own
/// files, tells which directory it is. Only both together make a simulated host: a marker in a tree that somebody else packed is an image like any other.
/// </summary>
internal sealed record SimulationRecord
{
    /// <summary>The file in the root of a simulated host. Its first line is the id of the record; a line <c>read-only=1</c> makes its sysfs one that is mounted read-only.</summary>
    public const string Marker = "/.mdevps-simulation";

    private const int LongestId = 64;

    public required string Id { get; init; }

    public required string Root { get; init; }

    /// <summary>Which directory the root is, so that another one in its place is not taken for it.</summary>
    public required string Identity { get; init; }

    public required string[] Driver { get; init; }

    public required DateTimeOffset Made { get; init; }

    // The XDG base directory specification: state that persists, and is of no use on another machine.
    private static string Folder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } state && Path.IsPathRooted(state) ? state
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".local", "state"),
        "mdevps",
        "simulations");

    /// <summary>The record of the host in a directory; null when that is no simulated host of this user's.</summary>
    public static SimulationRecord? Of(HostFiles files)
    {
        if (files.Root == "/" || IdIn(files) is not { } id || Read(PathOf(id)) is not { } record)
            return null;
        return record.Id == id && record.Identity == IdentityOf(files) ? record : null;
    }

    /// <summary>The records of all hosts of this user, those that are gone among them.</summary>
    public static IReadOnlyList<SimulationRecord> All() => Directory.Exists(Folder)
        ? Directory.EnumerateFiles(Folder).Select(Read).OfType<SimulationRecord>().OrderBy(record => record.Made).ToList()
        : [];

    /// <summary>Which directory a root is: device and inode number, and who owns it.</summary>
    public static string IdentityOf(HostFiles files)
    {
        FileStatus status = files.Status;
        return $"{status.Identity.Major}:{status.Identity.Minor}:{status.Identity.Inode}:{status.Owner}";
    }

    /// <summary>Whether sysfs of a simulated host is to be taken for mounted read-only.</summary>
    public static bool IsReadOnly(HostFiles files) => MarkerLines(files).Contains("read-only=1");

    public bool IsThere
    {
        get
        {
            try
            {
                return Of(HostFiles.Open(Root)) is not null;
            }
            catch (MdevException)
            {
                return false;
            }
        }
    }

    /// <summary>Writes the record.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.SimulationFailed"/>.</exception>
    public void Save()
    {
        try
        {
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            string aside = $"{PathOf(Id)}.{Environment.ProcessId}.new";
            File.WriteAllText(aside, JsonSerializer.Serialize(this));
            File.Move(aside, PathOf(Id), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MdevException(MdevError.SimulationFailed, $"The record of the simulated host cannot be written in '{Folder}': {e.Message} Without it nobody could change the host; XDG_STATE_HOME can name another place.", Folder, e);
        }
    }

    /// <summary>Deletes the record.</summary>
    public void Forget()
    {
        try
        {
            File.Delete(PathOf(Id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MdevException(MdevError.SimulationFailed, $"The record of the simulated host cannot be deleted in '{Folder}': {e.Message}", Folder, e);
        }
    }

    private static string PathOf(string id) => Path.Combine(Folder, id + ".json");

    private static string? IdIn(HostFiles files) => MarkerLines(files).FirstOrDefault() is { Length: > 0 and <= LongestId } id && id.All(char.IsAsciiLetterOrDigit) ? id : null;

    private static string[] MarkerLines(HostFiles files)
    {
        try
        {
            using DirectoryHandle? root = files.OpenDirectory("/");
            return root?.ReadAttribute(Marker[1..])?.Split('\n') ?? [];
        }
        catch (MdevException)
        {
            return [];
        }
    }

    private static SimulationRecord? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<SimulationRecord>(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
