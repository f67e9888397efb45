using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code; 128 and the number of the signal when it was killed by one.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Error">What it wrote to its standard error.</param>
internal sealed record ProgramResult(int ExitCode, string Output, string Error);

/// <summary>
/// A program below a root that nobody but its owner can have put there or changed: the file and every directory on the way, from the root on and
/// through links, belong to the owner and can be written by nobody else. What is run is the file that was looked at, by its open descriptor.
/// </summary>
internal sealed class TrustedProgram : IDisposable
{
    /// <summary>The permission bits by which others than the owner can change a file.</summary>
    public const uint OthersWrite = 0x12; // 0022

    private const uint Executable = 0x49; // 0111
    private const int MostLinks = 40;
    private const int MostFolders = 16;

    private readonly Descriptor _file;

    private TrustedProgram(Descriptor file) => _file = file;

    /// <summary>The user that this process acts as.</summary>
    public static uint Caller => LibC.geteuid();

    /// <summary>Opens a program.</summary>
    /// <param name="files">The files of the host.</param>
    /// <param name="path">Its path as the host sees it.</param>
    /// <param name="owner">Who alone may be able to change it.</param>
    /// <returns>Null when there is no executable file.</returns>
    /// <exception cref="MdevException"><see cref="MdevError.CalloutUntrusted"/>: somebody else may have changed it; its message says which file or directory is at fault.</exception>
    public static TrustedProgram? Open(HostFiles files, string path, uint owner)
    {
        Descriptor? found = Walk(files, path, owner);
        if (found is null)
            return null;
        try
        {
            // What is no program is passed over, whoever it belongs to.
            FileStatus status = FileStatus.Of(found);
            if (status.Kind != FileKind.File || (status.Mode & Executable) == 0)
                return null;
            Require(found, owner, path, "it");
            var program = new TrustedProgram(found);
            found = null;
            return program;
        }
        finally
        {
            found?.Dispose();
        }
    }

    /// <summary>Makes sure that nobody but the owner can change a file or a directory, what is in it, and what its links lead to.</summary>
    /// <returns>False when there is nothing of that path.</returns>
    /// <exception cref="MdevException"><see cref="MdevError.CalloutUntrusted"/>: somebody else can; <see cref="MdevException.Finding"/> says how.</exception>
    public static bool RequireOwned(HostFiles files, string path, uint owner) => RequireOwned(files, path, owner, depth: 0);

    private static bool RequireOwned(HostFiles files, string path, uint owner, int depth)
    {
        if (depth > MostFolders)
            throw Untrusted(path, "it lies too deep, or links lead in a circle");
        using (Descriptor? found = Walk(files, path, owner))
        {
            if (found is null)
                return false;
            Require(found, owner, path, "it");
            if (FileStatus.Of(found).Kind != FileKind.Directory)
                return true;
        }

        using DirectoryHandle? directory = files.OpenDirectory(path);
        foreach (DirectoryEntry entry in directory?.Entries().ToList() ?? [])
            RequireOwned(files, $"{path}/{entry.Name}", owner, depth + 1);
        return true;
    }

    // What a path leads to, with every directory on the way held against the owner; null when nothing is there.
    private static Descriptor? Walk(HostFiles files, string path, uint owner)
    {
        var above = new Stack<Descriptor>();
        var left = new Stack<string>(Parts(path));
        int links = 0;
        try
        {
            above.Push(files.OpenFile("/", LibC.O_PATH | LibC.O_DIRECTORY));
            Require(above.Peek(), owner, path, "the root directory");
            while (left.TryPop(out string? part))
            {
                if (part == "..")
                {
                    if (above.Count > 1)
                        above.Pop().Dispose();
                    continue;
                }

                int fd = Resolution.WithoutLinks(above.Peek().Number, part, LibC.O_PATH | LibC.O_NOFOLLOW);
                if (fd < 0)
                    return fd is -Errno.ENOENT or -Errno.ENOTDIR ? null : throw Untrusted(path, $"'{Printable.Text(part)}' on the way to it cannot be opened ({Errno.Name(-fd)})");
                var found = new Descriptor(fd);
                if (DirectoryHandle.LinkText(fd, "") is { } target)
                {
                    found.Dispose();
                    if (++links > MostLinks)
                        throw Untrusted(path, "links on the way to it lead in a circle");
                    for (int keep = target.StartsWith('/') ? 1 : above.Count; above.Count > keep;)
                        above.Pop().Dispose();
                    foreach (string next in Parts(target))
                        left.Push(next);
                    continue;
                }

                above.Push(found);
                if (left.Count == 0)
                    break;
                if (FileStatus.Of(found).Kind != FileKind.Directory)
                    return null;
                Require(found, owner, path, $"the directory '{Printable.Text(part)}' on the way to it");
            }

            return above.Pop();
        }
        finally
        {
            while (above.TryPop(out Descriptor? descriptor))
                descriptor.Dispose();
        }
    }

    /// <summary>Its path without links, as the host sees it.</summary>
    public string PathIn(HostFiles files) => files.PathOf(_file);

    /// <summary>Runs it and waits until it has ended and nobody has its output open any more.</summary>
    /// <returns>Null when the kernel would not run it: its interpreter is missing, or it has no format that is known.</returns>
    /// <exception cref="OperationCanceledException">It was stopped, and the program was killed.</exception>
    public ProgramResult? Run(IEnumerable<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        // The descriptor is ours and stays open meanwhile, so that the interpreter of a script opens this very file too.
        var start = new ProcessStartInfo($"/proc/{Environment.ProcessId}/fd/{_file.Number}", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return null;
        }

        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None), error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            Task.WaitAll([GiveAsync(process, input), output, error], cancel);
            process.WaitForExitAsync(cancel).GetAwaiter().GetResult();
            return new ProgramResult(process.ExitCode, output.Result, error.Result);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse().ToArray();

    private static async Task GiveAsync(Process process, ReadOnlyMemory<byte> input)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It does not have to read what it is given.
        }
    }

    private static void Require(Descriptor descriptor, uint owner, string path, string what)
    {
        FileStatus status = FileStatus.Of(descriptor);
        if (status.Owner != owner)
            throw Untrusted(path, $"{what} belongs to user {status.Owner} and not to {(owner == 0 ? "root" : $"user {owner}")}");
        if ((status.Mode & OthersWrite) != 0)
            throw Untrusted(path, $"others than the owner can write to {what}");
    }

    private static MdevException Untrusted(string path, string why) => new(MdevError.CalloutUntrusted, $"'{Printable.Text(path)}' was not run: {why}.", path) { Finding = why };
}
