using System.Globalization;
using System.Text;
using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Simulation;

/// <summary>The files of a simulated host. Paths are host paths; links are written as the kernel writes them, relative.</summary>
/// <param name="files">The files below the root of the host.</param>
/// <param name="progress">Told how many files were made so far; null for nobody.</param>
/// <param name="cancel">Stops the making of files.</param>
/// <param name="waiting">Ends the wait for another writer; what has begun is brought to its end.</param>
internal sealed class SimulatedTree(HostFiles files, Action<int>? progress = null, CancellationToken cancel = default, CancellationToken waiting = default)
{
    /// <summary>Where things are put together that must appear, or vanish, at once.</summary>
    private const string Staging = "/.mdevps-staging";

    private const string LockFile = "/.mdevps-lock";
    private const uint Readable = 0x124; // 0444
    private const uint Writable = 0x80; // 0200

    private readonly FileChanges _changes = new(files);
    private int _made;

    public HostFiles Files => files;

    public string Root => files.Root;

    /// <summary>Lets one writer at a time change the host, also when they are processes of their own.</summary>
    public IDisposable Lock()
    {
        Descriptor descriptor = files.OpenFile(LockFile, LibC.O_RDONLY | LibC.O_NOFOLLOW);
        try
        {
            return Waiting.Until(() => HasLock(descriptor), TimeSpan.MaxValue, waiting) ? descriptor : throw new OperationCanceledException(waiting);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    public void AddLock() => AddReadOnly(LockFile, "");

    public void AddDirectory(string path) => Change(() => _changes.CreateDirectory(path));

    /// <summary>A directory into which nobody else may look.</summary>
    public void AddPrivateDirectory(string path) => Change(() => _changes.CreateDirectory(path, 0x1c0 /* 0700 */));

    /// <summary>An attribute 0444.</summary>
    public void AddReadOnly(string path, string value) => AddFile(path, value, Readable);

    /// <summary>An attribute 0644.</summary>
    public void AddReadWrite(string path, string value) => AddFile(path, value, Readable | Writable);

    /// <summary>An attribute 0200.</summary>
    public void AddWriteOnly(string path) => AddFile(path, "", Writable);

    /// <summary>A device node 0600; an ordinary file stands for it.</summary>
    public void AddNode(string path) => AddFile(path, "", 0x180);

    /// <summary>
    /// A link whose text leads to <paramref name="target"/> from where it will stand in the end. As the kernel writes it, the text ends
    /// in the target's own name, also when the link stands below its target.
    /// </summary>
    public void AddLink(string path, string target, string? standsAt = null)
    {
        string way = Path.GetRelativePath(HostFiles.Parent(standsAt ?? path), HostFiles.Parent(target));
        AddProcLink(path, Path.Combine(way == "." ? "" : way, HostFiles.Name(target)));
    }

    /// <summary>A link of procfs, whose text need be no path.</summary>
    public void AddProcLink(string path, string text) => Change(() => _changes.CreateLink(path, text));

    /// <summary>Gives an attribute another value; a reader sees the old one or the new one, never a part.</summary>
    public void Replace(string path, string value) => Change(() =>
    {
        _changes.CreateDirectory(Staging);
        _changes.ReplaceFile(path, Encoding.UTF8.GetBytes(value), Readable, Staging, isDurable: false);
    });

    /// <summary>
    /// Has an attribute answer ENXIO to whoever reads it: a socket does that to whoever opens it. <see cref="Replace"/> gives it a value again.
    /// </summary>
    public void ReplaceByUnanswered(string path) => Change(() =>
    {
        string staged = NewStagingPath();
        _changes.CreateSocket(staged, Readable | Writable);
        _changes.Rename(staged, path);
    });

    /// <summary>A path at which to build a directory that <see cref="Publish"/> then puts in its place.</summary>
    public string NewStagingPath()
    {
        AddDirectory(Staging);
        return FileChanges.NewName(Staging);
    }

    public void Publish(string staged, string path) => Change(() => _changes.Rename(staged, path));

    /// <summary>Takes a directory away at once.</summary>
    public void RemoveDirectory(string path) => Change(() =>
    {
        string staged = NewStagingPath();
        _changes.Rename(path, staged);
        _ = _changes.TryDeleteTree(staged);
    });

    public void RemoveFile(string path) => Change(() => _changes.TryDelete(path));

    public bool HasDirectory(string path) => files.HasDirectory(path);

    public bool HasLink(string path) => LinkText(path) is not null;

    /// <summary>The text of a link; null when there is none.</summary>
    public string? LinkText(string path)
    {
        try
        {
            return files.ReadLink(path);
        }
        catch (MdevException e) when (e.Errno == Errno.EINVAL)
        {
            return null;
        }
    }

    public string? ReadText(string path)
    {
        using DirectoryHandle? directory = files.OpenDirectory(HostFiles.Parent(path));
        return files.KindOf(path) == FileKind.File && directory?.ReadFile(HostFiles.Name(path)) is { } content ? Encoding.UTF8.GetString(content).TrimEnd('\n') : null;
    }

    /// <summary>The last part of where a link leads; null when there is none.</summary>
    public string? LinkName(string path) => LinkText(path) is { } target ? HostFiles.Name(target) : null;

    /// <summary>The names in a directory; none when it is not there.</summary>
    public IReadOnlyList<string> Names(string path)
    {
        using DirectoryHandle? directory = files.OpenDirectory(path);
        return directory?.Entries().Select(entry => entry.Name).ToList() ?? [];
    }

    /// <summary>The host path that a link in <paramref name="directory"/> leads to.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.SimulationFailed"/>: it is not there any more.</exception>
    public string Resolve(string directory, string name) => LinkText($"{directory}/{name}") is { } target
        ? Path.GetFullPath(Path.Combine(directory, target))
        : throw new MdevException(MdevError.SimulationFailed, $"'{files.OnMachine($"{directory}/{name}")}' is not there any more.", files.OnMachine($"{directory}/{name}"));

    private static bool HasLock(Descriptor descriptor)
    {
        if (LibC.flock(descriptor.Number, LibC.LOCK_EX | LibC.LOCK_NB) == 0)
            return true;
        int errno = LibC.errno;
        return errno is Errno.EAGAIN or Errno.EINTR ? false : throw Refusal.ToCall(errno, "flock", LockFile);
    }

    private void AddFile(string path, string value, uint mode)
    {
        cancel.ThrowIfCancellationRequested();
        progress?.Invoke(_made++);
        Change(() => _changes.CreateFile(path, Encoding.UTF8.GetBytes(value), mode));
    }

    // Somebody else may be removing the host, or the disk is full.
    private static void Change(Action change)
    {
        try
        {
            change();
        }
        catch (MdevException e) when (e.Errno != 0 && e.Error != MdevError.SimulationFailed)
        {
            throw new MdevException(MdevError.SimulationFailed, $"The simulated host could not be changed: {Refusal.Of(Attempt.WriteFile, e).Why}", e);
        }
    }
}
