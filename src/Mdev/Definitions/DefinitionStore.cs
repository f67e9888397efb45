using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Definitions;

/// <summary>A name among the definitions.</summary>
/// <param name="Folder">The folder that the directories of the parents are in, as the host sees it.</param>
/// <param name="Parent">The parent.</param>
/// <param name="Uuid">The UUID that is the file's name; zeroes where the name is none.</param>
internal sealed record DefinitionFile(string Folder, string Parent, Guid Uuid)
{
    /// <summary>Whether it is a link to a file elsewhere.</summary>
    public bool IsLink { get; init; }

    /// <summary>Why it cannot be a definition; null when it can.</summary>
    public MdevException? Fault { get; init; }

    /// <summary>Whether it stands for a whole directory that could not be looked into, so that definitions may lie there unseen.</summary>
    public bool Hides { get; init; }

    /// <summary>Whether it stands for the folder itself, where the definitions for every parent are.</summary>
    public bool IsOfFolder => Parent.Length == 0;

    /// <summary>The directory that it lies in.</summary>
    public string Directory => $"{Folder}/{Parent}";

    public string Path => $"{Directory}/{Uuid}";
}

/// <summary>
/// The files of definitions: a folder with a directory for each parent and a file for each UUID. mdevctl and libvirt know the first folder; what they
/// cannot know, functions that are parents without the mediated device bus, lies in the second.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="cancel">Ends the wait for another writer.</param>
internal sealed class DefinitionStore(HostRoot host, CancellationToken cancel = default)
{
    public const string MdevctlFolder = "/etc/mdevctl.d";
    public const string OwnFolder = "/etc/mdevps.d";

    /// <summary>The directory of mdevctl's own in its folder, which is no parent.</summary>
    public const string Scripts = "scripts.d";

    /// <summary>Both folders.</summary>
    public static readonly string[] Folders = [MdevctlFolder, OwnFolder];

    private const uint NewFile = 0x1a4; // 0644
    private const uint LockMode = 0x180; // 0600
    private const string LockName = ".mdevps-lock";
    private const int MostBytes = 1 << 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly FileChanges _changes = new(host.Files);

    /// <summary>The folder for definitions on parents of an interface.</summary>
    public static string FolderOf(string deviceInterface) => InterfaceKinds.All.Any(kind => kind.Name == deviceInterface && kind.IsOfMdevctl) ? MdevctlFolder : OwnFolder;

    /// <summary>Whether a definition for a parent of this name could be kept.</summary>
    public static bool CanBeParent(string name) => NamePattern.IsName(name) && !string.IsNullOrWhiteSpace(name) && name != Scripts && !name.StartsWith('.');

    /// <summary>All names, in the natural order of the parents, what is none among them with its fault. No file is opened.</summary>
    /// <param name="only">The only UUID that is asked for, so that the directories of the parents are not listed; null for all.</param>
    public List<DefinitionFile> Files(Guid? only = null)
    {
        var files = new List<DefinitionFile>();
        foreach (string folder in Folders)
        {
            foreach (DirectoryEntry entry in Entries(folder, folder, "", files) ?? [])
            {
                // mdevctl passes over files here.
                if (entry.Name != Scripts && entry.Kind is EntryKind.Directory or EntryKind.Link or EntryKind.Unknown)
                    files.AddRange(InParent(folder, entry, only));
            }
        }

        // The parents are few, and their order is dear.
        return files.GroupBy(file => file.Parent).OrderBy(parent => parent.Key, NaturalOrder.Instance)
            .SelectMany(parent => parent.OrderBy(file => file.Fault is null).ThenBy(file => file.Uuid)).ToList();
    }

    /// <summary>What the files say, in their order; each directory of a parent is opened once for the files of it that come one after the other.</summary>
    /// <param name="files">The files.</param>
    /// <param name="report">Told of those that cannot be read or understood.</param>
    public IEnumerable<(DefinitionFile File, DefinitionContent Content)> Read(IEnumerable<DefinitionFile> files, Action<MdevException> report)
    {
        DirectoryHandle? directory = null;
        string path = "";
        try
        {
            foreach (DefinitionFile file in files)
            {
                DefinitionContent? content = null;
                try
                {
                    if (file.Fault is not null)
                        throw file.Fault;
                    if (path != file.Directory)
                    {
                        directory?.Dispose();
                        (directory, path) = (null, "");
                        directory = Opened(file);
                        path = file.Directory;
                    }

                    content = Read(file, directory);
                }
                catch (MdevException e)
                {
                    report(e);
                }

                if (content is not null)
                    yield return (file, content);
            }
        }
        finally
        {
            directory?.Dispose();
        }
    }

    private DirectoryHandle? Opened(DefinitionFile file)
    {
        try
        {
            return host.Files.OpenDirectory(file.Directory);
        }
        catch (MdevException e)
        {
            throw Unreadable(file.Path, file.Uuid, e);
        }
    }

    private MdevException Unreadable(string path, Guid? uuid, MdevException cause)
    {
        (MdevError error, string why) = Refusal.Of(Attempt.ReadDefinition, cause);
        return new MdevException(error, $"The definition '{Printable.Text(host.OnMachine(path))}' cannot be read: {why}", cause) { Uuid = uuid };
    }

    /// <summary>The file that a definition was read from, or would be.</summary>
    public DefinitionFile FileOf(MdevDefinition definition)
    {
        var own = new DefinitionFile(OwnFolder, definition.Parent, definition.Uuid);
        return definition.Path == host.OnMachine(own.Path) ? own : own with { Folder = MdevctlFolder };
    }

    /// <summary>What the file says now; null when it is not there.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.DefinitionBroken"/>; <see cref="MdevError.PermissionDenied"/>.</exception>
    public DefinitionContent? Read(DefinitionFile file)
    {
        using DirectoryHandle? directory = host.Files.OpenDirectory(file.Directory);
        return directory?.Kind($"{file.Uuid}") is not { } kind ? null
            : Read(file with { IsLink = kind != FileKind.File }, directory)
            ?? throw new MdevException(MdevError.DefinitionBroken, $"'{host.OnMachine(file.Path)}' is no ordinary file.", host.OnMachine(file.Path)) { Uuid = file.Uuid };
    }

    /// <summary>Lets one writer at a time change the definitions of a folder, also when they are processes of their own. mdevctl takes no lock.</summary>
    /// <exception cref="MdevException">As a write of a file can fail; <see cref="MdevError.FileFailed"/>: somebody else does not let go.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled, and nothing was changed.</exception>
    public void Locked(string folder, Guid uuid, Action change)
    {
        try
        {
            if (!host.Files.HasDirectory(folder))
            {
                _changes.CreateDirectory(folder);
                _changes.Sync(HostFiles.Parent(folder));
            }

            // Whoever may open a file may lock it, so that nobody else may open this one. mdevctl passes over it.
            using Descriptor file = host.Files.OpenOrCreate($"{folder}/{LockName}", LibC.O_RDONLY | LibC.O_CREAT, LockMode);
            bool isOurs = Waiting.Until(() => HasLock(file, folder), s_patience, cancel);
            cancel.ThrowIfCancellationRequested();
            if (!isOurs)
                throw new MdevException(MdevError.FileFailed, $"The definitions in '{host.OnMachine(folder)}' were not changed: another program has been changing them for {s_patience.TotalSeconds:F0} seconds.", host.OnMachine(folder));
            Tidy(folder);
            change();
        }
        catch (MdevException e) when (e.Errno != 0 && e.Error == MdevError.WriteRefused)
        {
            (MdevError error, string why) = Refusal.Of(Attempt.WriteFile, e);
            throw new MdevException(error, $"The definition of {uuid} was not changed: {why}", e) { Uuid = uuid };
        }
    }

    /// <summary>Writes a file at once: a reader sees what was there before or this, and so does whoever comes after a crash. The lock must be held.</summary>
    public void Write(DefinitionFile file, DefinitionContent content)
    {
        string directory = file.Directory;
        if (!host.Files.HasDirectory(directory))
        {
            _changes.CreateDirectory(directory);
            _changes.Sync(file.Folder);
        }

        RequireOrdinary(file);
        host.Trace($"Writing '{host.OnMachine(file.Path)}'.");
        // Files that lie in the folder itself are none of mdevctl's.
        _changes.ReplaceFile(file.Path, content.ToFile(), NewFile, asideIn: file.Folder, isDurable: true);
    }

    /// <summary>Deletes a file, or the link that stands for it; false when it is not there. The lock must be held.</summary>
    public bool Delete(DefinitionFile file)
    {
        if (!_changes.TryDelete(file.Path))
            return false;
        _changes.Sync(file.Directory);
        return true;
    }

    private static bool HasLock(Descriptor file, string path)
    {
        if (LibC.flock(file.Number, LibC.LOCK_EX | LibC.LOCK_NB) == 0)
            return true;
        int errno = LibC.errno;
        return errno is Errno.EAGAIN or Errno.EINTR ? false : throw Refusal.ToCall(errno, "flock", path);
    }

    // Whoever has the lock is the only writer, so what lies aside was left by one that was killed.
    private void Tidy(string folder)
    {
        using DirectoryHandle? directory = host.Files.OpenDirectory(folder);
        foreach (DirectoryEntry entry in directory?.Entries().Where(entry => entry.Kind == EntryKind.File && FileChanges.IsNewName(entry.Name)).ToList() ?? [])
            _changes.TryDelete($"{folder}/{entry.Name}");
    }

    private List<DefinitionFile> InParent(string folder, DirectoryEntry parent, Guid? only)
    {
        string path = $"{folder}/{parent.Name}";
        var files = new List<DefinitionFile>();
        if (Entries(path, folder, parent.Name, files, only) is { } entries)
            files.AddRange(entries.Select(entry => Entry(folder, parent.Name, entry, $"{path}/{entry.Name}")));
        // What is no link and no directory is a file on a file system that does not say so.
        else if (parent.Kind == EntryKind.Link && KindOf(path, null, out MdevException? fault) == FileKind.None)
            files.Add(Faulty(folder, parent.Name, path, "is a link, and leads nowhere below the root", null, fault) with { Hides = true });
        return files;
    }

    private DefinitionFile Entry(string folder, string parent, DirectoryEntry entry, string path)
    {
        // mdevctl lists other spellings of a UUID, and can neither start nor remove them.
        if (!KernelUuid.TryParse(entry.Name, out Guid uuid) || uuid.ToString() != entry.Name)
            return Faulty(folder, parent, path, "is among the definitions, but its name is no UUID in lower case");
        MdevException? fault = null;
        FileKind kind = entry.Kind == EntryKind.File ? FileKind.File : KindOf(path, uuid, out fault);
        return kind == FileKind.File ? new DefinitionFile(folder, parent, uuid) { IsLink = entry.Kind == EntryKind.Link }
            : Faulty(folder, parent, path, entry.Kind == EntryKind.Link && kind == FileKind.None ? "is a link, and leads nowhere below the root" : "is no ordinary file", uuid, fault);
    }

    // What cannot be looked at is nothing, and its fault says why.
    private FileKind KindOf(string path, Guid? uuid, out MdevException? fault)
    {
        fault = null;
        try
        {
            return host.Files.KindOf(path);
        }
        catch (MdevException e)
        {
            fault = Unreadable(path, uuid, e);
            return FileKind.None;
        }
    }

    // A directory that cannot be read is the fault of one entry; null where there is none.
    private List<DirectoryEntry>? Entries(string path, string folder, string parent, List<DefinitionFile> faults, Guid? only = null)
    {
        try
        {
            using DirectoryHandle? directory = host.Files.OpenDirectory(path);
            if (directory is null || only is null)
                return directory?.Entries().ToList();
            return directory.Kind($"{only}") is { } kind ? [new DirectoryEntry($"{only}", kind == FileKind.File ? EntryKind.File : EntryKind.Link)] : [];
        }
        catch (MdevException e)
        {
            (MdevError error, string why) = Refusal.Of(Attempt.ReadDefinition, e);
            faults.Add(new DefinitionFile(folder, parent, default) { Hides = true, Fault = new MdevException(error, $"The definitions in '{host.OnMachine(path)}' cannot be read: {why}", e) });
            return [];
        }
    }

    private DefinitionFile Faulty(string folder, string parent, string path, string what, Guid? uuid = null, MdevException? fault = null) => new(folder, parent, uuid ?? default)
    {
        Fault = fault ?? new MdevException(MdevError.DefinitionBroken, $"'{Printable.Text(host.OnMachine(path))}' {what}.", host.OnMachine(path)) { Uuid = uuid },
    };

    private DefinitionContent? Read(DefinitionFile file, DirectoryHandle? directory)
    {
        string Path() => host.OnMachine(file.Path);
        try
        {
            byte[]? bytes = file.IsLink ? host.Files.ReadFile(file.Path, MostBytes) : directory?.ReadFile($"{file.Uuid}", MostBytes);
            return bytes is null ? null : DefinitionContent.Parse(bytes);
        }
        catch (FormatException e)
        {
            throw new MdevException(MdevError.DefinitionBroken, $"The definition '{Path()}' cannot be understood: {e.Message}.", Path(), e) { Uuid = file.Uuid };
        }
        catch (MdevException e)
        {
            throw Unreadable(file.Path, file.Uuid, e);
        }
    }

    // A link belongs to whoever manages what it leads to, and a directory is not replaced by a file.
    private void RequireOrdinary(DefinitionFile file)
    {
        using DirectoryHandle? directory = host.Files.OpenDirectory(file.Directory);
        if (directory?.Kind($"{file.Uuid}") is { } kind and not FileKind.File)
            throw new MdevException(MdevError.DefinitionBroken, $"'{host.OnMachine(file.Path)}' was not changed: it is {(kind == FileKind.Directory ? "a directory" : "a link, or no ordinary file")}.", host.OnMachine(file.Path)) { Uuid = file.Uuid };
    }
}
