using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Definitions;

/// <summary>What the units that make defined devices at boot run, and how long they wait.</summary>
public sealed record AutoStartPlan
{
    /// <summary>The PowerShell that is run, as the host sees it.</summary>
    public required string PowerShellPath { get; init; }

    /// <summary>The folder of the module, as the host sees it.</summary>
    public required string ModulePath { get; init; }

    /// <summary>How long, in seconds, it waits for drivers and types that come up late.</summary>
    public int TimeoutSec { get; init; } = 90;
}

/// <summary>A file that has devices made at boot, and what became of it.</summary>
public sealed class MdevAutoStartFile : Snapshot
{
    /// <summary>The file, on this machine (with the root in front).</summary>
    public required string Path { get; init; }

    /// <summary>What became of it: one of <see cref="MdevAutoStartState"/>.</summary>
    public required string State { get; init; }

    /// <summary>The root of the host.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}

/// <summary>What became of a file. They are words, so that they stay words in JSON, in CSV and on another host.</summary>
public static class MdevAutoStartState
{
    /// <summary>It was written.</summary>
    public const string Written = "Written";

    /// <summary>It was there already, and says the same.</summary>
    public const string Unchanged = "Unchanged";

    /// <summary>It was removed.</summary>
    public const string Removed = "Removed";

    /// <summary>It was not there.</summary>
    public const string Absent = "Absent";
}

/// <summary>
/// The files that have defined devices made at boot, and whenever a driver comes up: units of systemd (systemd.unit(5), systemd.device(5)) and a rule of udev (udev(7)).
/// A file that somebody else has written or changed is left alone unless it is said that it may go.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="decide">Asked before each change, with the path and what is to be done with it.</param>
/// <param name="force">Whether files of somebody else are replaced or removed too.</param>
public sealed class BootFiles(HostRoot host, Func<string, string, bool> decide, bool force)
{
    private const string Units = "/etc/systemd/system", Rules = "/etc/udev/rules.d";
    private const string Service = "mdevps-restore.service", Template = "mdevps-restore@.service";
    private const string Wanted = $"{Units}/multi-user.target.wants/{Service}", WantedTarget = $"../{Service}";
    private const string ByUs = "# Written by Enable-MdevAutoStart of MdevPS, and removed by Disable-MdevAutoStart. Content: ";
    private const string Unusable = "$\"'\\*?[]`";
    private const uint Mode = 0x1a4; // 0644
    private const int MostBytes = 1 << 16;

    private static readonly string[] s_ruleFolders = [Rules, "/run/udev/rules.d", "/usr/local/lib/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"];

    private readonly FileChanges _changes = new(host.Files);

    /// <summary>The rule of mdevctl that has devices made at boot too, on this machine's path; null where there is none or it is masked.</summary>
    public string? RuleOfMdevctl
    {
        get
        {
            // The first of a name counts (udev(7)).
            string? first = s_ruleFolders.Select(folder => $"{folder}/60-mdevctl.rules").FirstOrDefault(IsThere);
            return first is not null && host.Files.KindOf(first) == FileKind.File ? host.OnMachine(first) : null;
        }
    }

    /// <summary>Writes the files.</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.AutoStartUntrusted"/>: others than root can change what would be run; <see cref="MdevError.PathExists"/>: a file is there that is not ours;
    /// <see cref="MdevError.InvalidArgument"/>: a path that a unit cannot have; and as a write of a file can fail.
    /// </exception>
    public IEnumerable<MdevAutoStartFile> Enable(AutoStartPlan plan)
    {
        RequireTrust(plan);
        (string Path, string Content)[] files =
        [
            ($"{Units}/{Template}", Marked(TemplateUnit(plan))),
            ($"{Units}/{Service}", Marked(ServiceUnit(plan))),
            ($"{Rules}/90-mdevps.rules", Marked(Rule)),
        ];
        // Nothing is written where something is in the way: half of them would be worse than none.
        foreach ((string path, _) in files)
            RequireOurs(path);
        RequireOurLink();
        foreach ((string path, string content) in files)
        {
            bool isThere = Read(path) is { } old && old.SequenceEqual(Encoding.UTF8.GetBytes(content));
            if (isThere && IsOwnersAlone(path))
                yield return Told(path, MdevAutoStartState.Unchanged);
            else if (decide(host.OnMachine(path), "Write"))
                yield return Changed(path, () => Write(path, content), MdevAutoStartState.Written);
        }

        if (LinkText(Wanted) == WantedTarget)
            yield return Told(Wanted, MdevAutoStartState.Unchanged);
        else if (decide(host.OnMachine(Wanted), "Write"))
            yield return Changed(Wanted, WriteLink, MdevAutoStartState.Written);
    }

    /// <summary>Removes the files.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.PathExists"/>: a file is there that is not ours; and as the removal of a file can fail.</exception>
    public IEnumerable<MdevAutoStartFile> Disable()
    {
        string[] files = [$"{Rules}/90-mdevps.rules", $"{Units}/{Service}", $"{Units}/{Template}"];
        foreach (string path in files)
            RequireOurs(path);
        RequireOurLink();
        // What starts the units goes first.
        foreach (string path in files.Prepend(Wanted))
        {
            if (!IsThere(path))
                yield return Told(path, MdevAutoStartState.Absent);
            else if (decide(host.OnMachine(path), "Remove"))
                yield return Changed(path, () => Remove(path), MdevAutoStartState.Removed);
        }
    }

    // The parents that nothing is defined for are left alone, so that a GPU of many functions starts no PowerShell for each.
    private static string Rule => $$"""
        # Has the devices made that are defined for a parent, as soon as it offers them.
        {{string.Join('\n', InterfaceKinds.All.Select(RuleOf))}}

        """;

    private static string RuleOf(InterfaceKind kind) => $$"""
        {{kind.UdevMatch}}, TEST=="{{DefinitionStore.FolderOf(kind.Name)}}/%k", TAG+="systemd", ENV{SYSTEMD_WANTS}+="{{Template}}"
        """;

    // NVIDIA's daemons register the types; what starts virtual machines comes after. Units that are not there do no harm here.
    private const string Order = """
        After=nvidia-vgpud.service nvidia-vgpu-mgr.service systemd-udev-trigger.service
        Before=libvirtd.service virtqemud.service virtnodedevd.service pve-guests.service nova-compute.service kubelet.service
        """;

    // It stays inactive afterwards, so that it is started again when the driver is loaded again.
    private static string TemplateUnit(AutoStartPlan plan) => $"""
        # Makes the devices that are defined for one parent. Started by udev's rule; the instance is the parent's path in sysfs.
        [Unit]
        Description=Mediated devices defined for %f
        {Order}

        {Run(plan, "$name = @{ Parent = [WildcardPattern]::Escape((Split-Path -Leaf $env:MDEVPS_PARENT)) };", "MDEVPS_PARENT=%f")}

        """;

    private static string ServiceUnit(AutoStartPlan plan) => $"""
        # Makes the devices that are defined for any parent, once at boot: for what udev's rule does not reach.
        [Unit]
        Description=Mediated devices that are defined
        {Order}
        ConditionDirectoryNotEmpty=|{DefinitionStore.MdevctlFolder}
        ConditionDirectoryNotEmpty=|{DefinitionStore.OwnFolder}

        {Run(plan, "$name = @{};")}

        [Install]
        WantedBy=multi-user.target

        """;

    // All that comes from outside goes by the environment, so that nothing of it is read as PowerShell. <3> is the mark of an error to the journal.
    private static string Run(AutoStartPlan plan, string name, params string[] variables)
    {
        string script = string.Join(' ',
            "Import-Module $env:MDEVPS_MODULE -ErrorAction Stop;",
            name,
            "Restore-MdevDevice -Root / -AutoStart @name -TimeoutSec $env:MDEVPS_TIMEOUT -ErrorAction SilentlyContinue -ErrorVariable failed |",
            "ForEach-Object { '{0}: {1} ({2} on {3})' -f $_.Outcome, $_.Uuid, $_.Type, $_.Parent };",
            "$failed | ForEach-Object { [Console]::Error.WriteLine('<3>' + $_) };",
            "exit [int]($failed.Count -gt 0)");
        string[] environment = [$"MDEVPS_MODULE={Escaped(plan.ModulePath)}", string.Create(CultureInfo.InvariantCulture, $"MDEVPS_TIMEOUT={plan.TimeoutSec}"), "POWERSHELL_TELEMETRY_OPTOUT=1", .. variables];
        return string.Create(CultureInfo.InvariantCulture, $"""
            [Service]
            Type=oneshot
            Environment={string.Join(' ', environment.Select(variable => $"\"{variable}\""))}
            ExecStart="{Escaped(plan.PowerShellPath)}" -NoLogo -NoProfile -NonInteractive -Command "{script.Replace("$", "$$", StringComparison.Ordinal)}"
            TimeoutStartSec={plan.TimeoutSec + 60}
            """);
    }

    // Between double quotes (systemd.syntax(7)), where a percent sign begins a specifier (systemd.unit(5)). systemd runs nothing whose path has a quote or a
    // backslash in it; to PowerShell a backslash separates folders, and Import-Module looks for what matches a pattern.
    private static string Escaped(string path) => !path.StartsWith('/') || path.Any(character => char.IsControl(character) || Unusable.Contains(character))
        ? throw new MdevException(MdevError.InvalidArgument, $"'{Printable.Text(path)}' is no path that a unit and PowerShell could name: it has to be absolute, without control characters and any of {Unusable}.", path)
        : path.Replace("%", "%%", StringComparison.Ordinal);

    // The sum tells a file that was changed since from one that an older version wrote.
    private static string Marked(string content) => $"{ByUs}{Sum(content)}\n{content}";

    private static string Sum(string content) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(content))).ToLowerInvariant()[..32];

    private static bool IsOurs(byte[] file)
    {
        string text = Encoding.UTF8.GetString(file);
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return end > 0 && text.StartsWith(ByUs, StringComparison.Ordinal) && text[ByUs.Length..end] == Sum(text[(end + 1)..]);
    }

    // A service at boot runs as root: what it runs must be root's alone. What a simulated host says is run by nobody.
    private void RequireTrust(AutoStartPlan plan)
    {
        _ = Escaped(plan.PowerShellPath) + Escaped(plan.ModulePath);
        if (host.Kernel.IsSimulated)
            return;
        uint owner = host.IsThisMachine ? 0 : host.Files.Status.Owner;
        try
        {
            using (TrustedProgram program = TrustedProgram.Open(host.Files, plan.PowerShellPath, owner) ?? throw Missing(plan.PowerShellPath, "is no program"))
            {
                // A package puts a link on PATH; beside the program that it leads to lies the rest of PowerShell.
                TrustedProgram.RequireOwned(host.Files, HostFiles.Parent(program.PathIn(host.Files)), owner);
            }

            if (!TrustedProgram.RequireOwned(host.Files, plan.ModulePath, owner) || host.Files.KindOf(plan.ModulePath) != FileKind.Directory)
                throw Missing(plan.ModulePath, "is no folder of a module");
        }
        catch (MdevException e) when (e.Error == MdevError.CalloutUntrusted)
        {
            throw new MdevException(MdevError.AutoStartUntrusted, $"Nothing was written: '{Printable.Text(e.Path!)}' would be run as root at boot, and {e.Finding}.", e.Path);
        }
    }

    private MdevException Missing(string path, string what) => new(MdevError.InvalidArgument, $"Nothing was written: '{Printable.Text(host.OnMachine(path))}' {what}.", host.OnMachine(path));

    private bool IsThere(string path) => Kind(path) is not null;

    private FileKind? Kind(string path)
    {
        using DirectoryHandle? directory = host.Files.OpenDirectory(HostFiles.Parent(path));
        return directory?.Kind(HostFiles.Name(path));
    }

    private bool IsOwnersAlone(string path)
    {
        using Descriptor file = host.Files.OpenFile(path, LibC.O_PATH | LibC.O_NOFOLLOW);
        return FileStatus.Of(file) is var status && status.Owner == host.Files.Status.Owner && (status.Mode & TrustedProgram.OthersWrite) == 0;
    }

    private byte[]? Read(string path) => Kind(path) == FileKind.File ? host.Files.ReadFile(path, MostBytes) : null;

    // Null where there is no link.
    private string? LinkText(string path)
    {
        using DirectoryHandle? directory = host.Files.OpenDirectory(HostFiles.Parent(path));
        return directory?.Entries().Any(entry => entry.Name == HostFiles.Name(path) && entry.Kind == EntryKind.Link) == true ? host.Files.ReadLink(path) : null;
    }

    private void RequireOurs(string path)
    {
        if (!force && Kind(path) is { } kind && (kind != FileKind.File || Read(path) is not { } content || !IsOurs(content)))
            throw NotOurs(path, kind);
        if (Kind(path) == FileKind.Directory)
            throw NotOurs(path, FileKind.Directory);
    }

    private void RequireOurLink()
    {
        if (Kind(Wanted) is { } kind && (kind == FileKind.Directory || (!force && HostFiles.Name(LinkText(Wanted) ?? "") != Service)))
            throw NotOurs(Wanted, kind);
    }

    private MdevException NotOurs(string path, FileKind kind) => new(
        MdevError.PathExists,
        $"Nothing was changed: '{host.OnMachine(path)}' {(kind == FileKind.Directory ? "is a directory" : kind == FileKind.Other ? "is a link of somebody else's, as systemctl mask makes, or no ordinary file" : "was written, or has been changed, by somebody else")}.",
        host.OnMachine(path));

    private void Write(string path, string content)
    {
        string folder = HostFiles.Parent(path);
        _changes.CreateDirectory(folder);
        // A file that is replaced keeps its mode and owner, and what others can write to is not to be run by root.
        if (IsThere(path) && !IsOwnersAlone(path))
            _changes.TryDelete(path);
        _changes.ReplaceFile(path, Encoding.UTF8.GetBytes(content), Mode, asideIn: folder, isDurable: true);
    }

    private void WriteLink()
    {
        _changes.CreateDirectory(HostFiles.Parent(Wanted));
        _ = _changes.TryDelete(Wanted);
        _changes.CreateLink(Wanted, WantedTarget);
        _changes.Sync(HostFiles.Parent(Wanted));
    }

    private void Remove(string path)
    {
        if (_changes.TryDelete(path))
            _changes.Sync(HostFiles.Parent(path));
    }

    private MdevAutoStartFile Changed(string path, Action change, string state)
    {
        try
        {
            host.Trace($"{state}: '{host.OnMachine(path)}'.");
            change();
            return Told(path, state);
        }
        catch (MdevException e) when (e.Errno != 0 && e.Error == MdevError.WriteRefused)
        {
            (MdevError error, string why) = Refusal.Of(Attempt.WriteFile, e);
            throw new MdevException(error, $"'{host.OnMachine(path)}' was not changed: {why}", e);
        }
    }

    private MdevAutoStartFile Told(string path, string state) => new() { Path = host.OnMachine(path), State = state, Root = host.Root };
}
