using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>
/// Changes ordinary files below a root: those of a simulated host, and definitions. Every path is resolved below the root by
/// <see cref="HostFiles"/> up to the directory that the entry lies in, and the entry itself is never followed where it is a link.
/// </summary>
/// <param name="files">The files of the host.</param>
internal sealed unsafe class FileChanges(HostFiles files)
{
    private const int MostSteps = 64;
    private const string NewNamePrefix = ".mdevps-";

    /// <summary>Makes a directory, and those above it that are missing.</summary>
    public void CreateDirectory(string path, uint mode = 0x1ed /* 0755 */)
    {
        if (path.Length <= 1 || files.KindOf(path) == FileKind.Directory)
            return;
        CreateDirectory(HostFiles.Parent(path), mode);
        InParent(path, "mkdir", (parent, name) => LibC.mkdirat(parent, name, mode), Errno.EEXIST);
        if (files.KindOf(path) != FileKind.Directory)
            throw Refusal.ToCall(Errno.EEXIST, "mkdir", files.OnMachine(path));
    }

    /// <summary>Makes a file that must not be there yet, with exactly these permission bits.</summary>
    public void CreateFile(string path, ReadOnlySpan<byte> content, uint mode)
    {
        using Descriptor file = files.OpenOrCreate(path, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_EXCL, mode);
        Write(file, content, path);
        // The umask may have taken bits away.
        if (FileStatus.Of(file).Mode != mode)
            Check(LibC.fchmod(file.Number, mode), "fchmod", path);
    }

    /// <summary>
    /// Gives a file another content at once: a reader sees the old one or the new one, and after a crash one of both is there. The mode
    /// of a file that is replaced stays, and that of a durable one its owner.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its new content.</param>
    /// <param name="mode">The mode of a file that is new.</param>
    /// <param name="asideIn">The directory, on the same file system, in which the new content is put together.</param>
    /// <param name="isDurable">Whether it must be on the disk before this returns.</param>
    public void ReplaceFile(string path, ReadOnlySpan<byte> content, uint mode, string asideIn, bool isDurable)
    {
        string aside = NewName(asideIn);
        try
        {
            FileStatus? old = StatusOf(path);
            using (Descriptor file = files.OpenOrCreate(aside, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_EXCL, old?.Mode ?? mode))
            {
                Write(file, content, aside);
                // Only root may give a file to somebody else; a file of a simulated host belongs to whoever wrote it last.
                if (isDurable && old is { } there && FileStatus.Of(file) is var made && (made.Owner, made.Group) != (there.Owner, there.Group))
                    Check(LibC.fchown(file.Number, there.Owner, there.Group), "fchown", aside);
                if (FileStatus.Of(file).Mode != (old?.Mode ?? mode))
                    Check(LibC.fchmod(file.Number, old?.Mode ?? mode), "fchmod", aside);
                if (isDurable)
                    Check(LibC.fsync(file.Number), "fsync", aside);
            }

            Rename(aside, path);
        }
        catch
        {
            _ = TryDelete(aside);
            throw;
        }

        if (isDurable)
            Sync(HostFiles.Parent(path));
    }

    /// <summary>Makes a link of this very text.</summary>
    public void CreateLink(string path, string text)
    {
        using var target = new NativePath(text, stackalloc byte[NativePath.StackSize]);
        fixed (byte* p = target.Bytes)
        {
            byte* native = p;
            InParent(path, "symlink", (parent, name) => LibC.symlinkat(native, parent, name));
        }
    }

    /// <summary>Makes a socket that nobody listens on.</summary>
    public void CreateSocket(string path, uint mode)
    {
        using DirectoryHandle parent = OpenParent(path);
        // The address of a socket is a short path; the runtime takes the entry away with the socket, so it gets its name only afterwards.
        string here = $"/proc/self/fd/{parent.Descriptor.Number}", aside = $"{here}/{HostFiles.Name(NewName(""))}";
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(aside));
            File.SetUnixFileMode(aside, (UnixFileMode)mode);
            File.Move(aside, $"{here}/{HostFiles.Name(path)}", overwrite: true);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            throw new MdevException(MdevError.FileFailed, $"'{files.OnMachine(path)}' could not be made: {e.Message}", files.OnMachine(path), e);
        }
    }

    /// <summary>Moves an entry; a file of the new name is replaced at once.</summary>
    public void Rename(string from, string to)
    {
        using DirectoryHandle source = OpenParent(from), target = OpenParent(to);
        using var oldName = new NativePath(HostFiles.Name(from), stackalloc byte[NativePath.StackSize]);
        using var newName = new NativePath(HostFiles.Name(to), stackalloc byte[NativePath.StackSize]);
        fixed (byte* o = oldName.Bytes, n = newName.Bytes)
            Check(LibC.renameat(source.Descriptor.Number, o, target.Descriptor.Number, n), "rename", to);
    }

    /// <summary>Deletes a file or a link; false when nothing of that name is there.</summary>
    public bool TryDelete(string path)
    {
        using DirectoryHandle? parent = files.OpenDirectory(HostFiles.Parent(path));
        return parent is not null && InParent(parent, path, "unlink", (at, name) => LibC.unlinkat(at, name, 0), Errno.ENOENT);
    }

    /// <summary>Deletes a directory and all that is in it, following no link; false when there is none.</summary>
    public bool TryDeleteTree(string path)
    {
        using DirectoryHandle? parent = files.OpenDirectory(HostFiles.Parent(path));
        return parent is not null && DeleteTree(parent, HostFiles.Name(path), 0);
    }

    /// <summary>
    /// Deletes all that is in the root, following no link; the directory itself stays, with its mode and owner. What is deleted from is the directory
    /// that was opened as the root, whatever its path leads to by now, and nothing where something is mounted below it.
    /// </summary>
    /// <exception cref="MdevException"><see cref="MdevError.FileFailed"/>: it is the root of this machine; or something is mounted below it (EXDEV).</exception>
    public void DeleteContent()
    {
        using DirectoryHandle root = files.OpenRoot();
        using Descriptor machine = Descriptor.Open("/", LibC.O_PATH | LibC.O_DIRECTORY);
        if (FileStatus.Of(root.Descriptor).Identity == FileStatus.Of(machine).Identity)
            throw new MdevException(MdevError.FileFailed, $"Nothing was deleted: '{files.Root}' is the root of this machine.", files.Root);
        // Opened once more, because a list is read only once.
        using (DirectoryHandle looked = files.OpenRoot())
            RequireNoMount(looked, 0);
        DeleteEntries(root, 0);
    }

    /// <summary>A path in a directory that nothing has yet.</summary>
    public static string NewName(string directory) => $"{directory}/{NewNamePrefix}{Convert.ToHexString(RandomNumberGenerator.GetBytes(12)).ToLowerInvariant()}";

    /// <summary>Whether a name is one that <see cref="NewName"/> made up.</summary>
    public static bool IsNewName(string name) => name.Length == NewNamePrefix.Length + 24 && name.StartsWith(NewNamePrefix, StringComparison.Ordinal);

    /// <summary>Has the entries of a directory written to the disk.</summary>
    public void Sync(string directory)
    {
        using Descriptor opened = files.OpenFile(directory, LibC.O_RDONLY | LibC.O_DIRECTORY);
        Check(LibC.fsync(opened.Number), "fsync", directory);
    }

    private static bool DeleteTree(DirectoryHandle parent, string name, int depth)
    {
        using (DirectoryHandle? directory = parent.OpenDirectoryOfSameMount(name))
        {
            if (directory is null)
                return false;
            DeleteEntries(directory, depth + 1);
        }

        return InParent(parent, name, "rmdir", (at, entry) => LibC.unlinkat(at, entry, LibC.AT_REMOVEDIR), Errno.ENOENT);
    }

    private static void DeleteEntries(DirectoryHandle directory, int depth)
    {
        RequireDepth(directory, depth);
        foreach (DirectoryEntry entry in directory.Entries().ToList())
        {
            if (IsDirectory(directory, entry))
                DeleteTree(directory, entry.Name, depth);
            else
                InParent(directory, entry.Name, "unlink", (at, file) => LibC.unlinkat(at, file, 0), Errno.ENOENT);
        }
    }

    // Told before anything is deleted; the deletion itself does not go there either.
    private static void RequireNoMount(DirectoryHandle directory, int depth)
    {
        RequireDepth(directory, depth);
        foreach (DirectoryEntry entry in directory.Entries().Where(entry => IsDirectory(directory, entry)).ToList())
        {
            try
            {
                using DirectoryHandle? inner = directory.OpenDirectoryOfSameMount(entry.Name);
                if (inner is not null)
                    RequireNoMount(inner, depth + 1);
            }
            catch (MdevException e) when (e is { Errno: Errno.EXDEV, Error: not MdevError.FileFailed })
            {
                string path = $"{directory.Path}/{entry.Name}";
                throw new MdevException(MdevError.FileFailed, $"Nothing was deleted: something is mounted at '{path}'", Errno.EXDEV, "open", path);
            }
        }
    }

    private static void RequireDepth(DirectoryHandle directory, int depth)
    {
        if (depth > MostSteps)
            throw Refusal.ToCall(Errno.ELOOP, "unlink", directory.Path);
    }

    // Some file systems leave the kind out.
    private static bool IsDirectory(DirectoryHandle directory, DirectoryEntry entry) =>
        entry.Kind == EntryKind.Directory || (entry.Kind == EntryKind.Unknown && directory.Kind(entry.Name) == FileKind.Directory);

    private delegate int EntryCall(int parent, byte* name);

    private void InParent(string path, string operation, EntryCall call, int allowed = 0)
    {
        using DirectoryHandle parent = OpenParent(path);
        InParent(parent, path, operation, call, allowed);
    }

    // False when the call failed with the errno that is allowed.
    private static bool InParent(DirectoryHandle parent, string path, string operation, EntryCall call, int allowed)
    {
        string entry = HostFiles.Name(path);
        using var native = new NativePath(entry, stackalloc byte[NativePath.StackSize]);
        int result;
        fixed (byte* p = native.Bytes)
            result = call(parent.Descriptor.Number, p);
        if (result == 0)
            return true;
        int errno = LibC.errno;
        return errno == allowed ? false : throw Refusal.ToCall(errno, operation, $"{parent.Path}/{entry}");
    }

    private DirectoryHandle OpenParent(string path) =>
        files.OpenDirectory(HostFiles.Parent(path)) ?? throw Refusal.ToCall(Errno.ENOENT, "open", files.OnMachine(HostFiles.Parent(path)));

    // Null when no file is there. The mode of a link, which lets everybody write, is none for a file in its place.
    private FileStatus? StatusOf(string path)
    {
        if (files.KindOf(path) == FileKind.None)
            return null;
        using Descriptor file = files.OpenFile(path, LibC.O_PATH | LibC.O_NOFOLLOW);
        return FileStatus.Of(file) is { Kind: FileKind.File } status ? status : null;
    }

    private void Write(Descriptor file, ReadOnlySpan<byte> content, string path)
    {
        while (content.Length > 0)
        {
            nint written;
            fixed (byte* p = content)
                written = LibC.write(file.Number, p, (nuint)content.Length);
            if (written < 0 && LibC.errno != Errno.EINTR)
                throw Refusal.ToCall(LibC.errno, "write", files.OnMachine(path));
            content = content[(int)Math.Max(0, written)..];
        }
    }

    private void Check(int result, string operation, string path)
    {
        if (result != 0)
            throw Refusal.ToCall(LibC.errno, operation, files.OnMachine(path));
    }
}
