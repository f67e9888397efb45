using System.Text;

namespace Mdev.Simulation;

/// <summary>The files of a simulated host. Paths are host paths; links are written as the kernel writes them, relative.</summary>
/// <param name="root">The root directory of the host.</param>
/// <param name="cancel">Stops the making of files.</param>
internal sealed class SimulatedTree(string root, CancellationToken cancel = default)
{
    /// <summary>Where things are put together that must appear, or vanish, at once.</summary>
    private const string Staging = "/.mdevps-staging";

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public string Root => root;

    public string OnMachine(string path) => root + path;

    public void AddDirectory(string path) => Directory.CreateDirectory(OnMachine(path));

    /// <summary>An attribute 0444.</summary>
    public void AddReadOnly(string path, string value) => AddFile(path, value, Readable);

    /// <summary>An attribute 0644.</summary>
    public void AddReadWrite(string path, string value) => AddFile(path, value, Readable | UnixFileMode.UserWrite);

    /// <summary>An attribute 0200.</summary>
    public void AddWriteOnly(string path) => AddFile(path, "", UnixFileMode.UserWrite);

    /// <summary>A device node 0600; an ordinary file stands for it.</summary>
    public void AddNode(string path) => AddFile(path, "", UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>
    /// A link whose text leads to <paramref name="target"/> from where it will stand in the end. As the kernel writes it, the text ends
    /// in the target's own name, also when the link stands below its target.
    /// </summary>
    public void AddLink(string path, string target, string? standsAt = null)
    {
        string from = Path.GetDirectoryName(standsAt ?? path)!;
        string way = Path.GetRelativePath(from, Path.GetDirectoryName(target)!);
        File.CreateSymbolicLink(OnMachine(path), Path.Combine(way == "." ? "" : way, Path.GetFileName(target)));
    }

    /// <summary>A link of procfs, whose text need be no path.</summary>
    public void AddProcLink(string path, string text) => File.CreateSymbolicLink(OnMachine(path), text);

    /// <summary>Gives an attribute another value; a reader sees the old one or the new one, never a part.</summary>
    public void Replace(string path, string value)
    {
        UnixFileMode mode = File.GetUnixFileMode(OnMachine(path));
        string staged = NewStagingPath();
        AddFile(staged, value, mode);
        File.Move(OnMachine(staged), OnMachine(path), overwrite: true);
    }

    /// <summary>A path at which to build a directory that <see cref="Publish"/> then puts in its place.</summary>
    public string NewStagingPath()
    {
        AddDirectory(Staging);
        return $"{Staging}/{Guid.NewGuid():N}";
    }

    public void Publish(string staged, string path) => Directory.Move(OnMachine(staged), OnMachine(path));

    /// <summary>Takes a directory away at once.</summary>
    public void RemoveDirectory(string path)
    {
        string staged = NewStagingPath();
        Directory.Move(OnMachine(path), OnMachine(staged));
        Directory.Delete(OnMachine(staged), recursive: true);
    }

    public void RemoveFile(string path) => File.Delete(OnMachine(path));

    public bool HasDirectory(string path) => Directory.Exists(OnMachine(path));

    public bool HasLink(string path) => new FileInfo(OnMachine(path)).LinkTarget is not null;

    public string? ReadText(string path) => File.Exists(OnMachine(path)) ? File.ReadAllText(OnMachine(path)).TrimEnd('\n') : null;

    /// <summary>The last part of where a link leads; null when there is none.</summary>
    public string? LinkName(string path) => new FileInfo(OnMachine(path)).LinkTarget is { } target ? Path.GetFileName(target) : null;

    /// <summary>The names in a directory; none when it is not there.</summary>
    public IReadOnlyList<string> Names(string path)
    {
        try
        {
            return Array.ConvertAll(Directory.GetFileSystemEntries(OnMachine(path)), entry => Path.GetFileName(entry));
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>The host path that a link in <paramref name="directory"/> leads to.</summary>
    /// <exception cref="FileNotFoundException">It is not there any more.</exception>
    public string Resolve(string directory, string name) =>
        new FileInfo(OnMachine($"{directory}/{name}")).LinkTarget is { } target ? Path.GetFullPath(Path.Combine(directory, target)) : throw new FileNotFoundException(null, OnMachine($"{directory}/{name}"));

    private void AddFile(string path, string value, UnixFileMode mode)
    {
        cancel.ThrowIfCancellationRequested();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = mode };
        using var stream = new FileStream(OnMachine(path), options);
        stream.Write(s_utf8.GetBytes(value));
        // The umask may have taken bits away.
        if (File.GetUnixFileMode(stream.SafeFileHandle) != mode)
            File.SetUnixFileMode(stream.SafeFileHandle, mode);
    }
}
