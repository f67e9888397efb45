using System.Globalization;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Simulation;

namespace Mdev.Conformance.Worlds;

/// <summary>A simulated host of its own for every test.</summary>
internal sealed class SimulatedWorld : World
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly EnumerationOptions s_everyDirectory = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly string _root = Directory.CreateTempSubdirectory("mdevps-conformance-").FullName;
    private int _nextPid = 4242;

    public SimulatedWorld()
    {
        SimulatedHost.Create(Paths.Drivers, _root);
        // Somebody else must be able to look at it.
        File.SetUnixFileMode(_root, Everybody);
        Host = HostOpener.Open(_root);
    }

    public override HostRoot Host { get; }

    public override HostRoot ReadOnlyHost()
    {
        File.AppendAllText(Path.Combine(_root, ".mdevps-simulation"), "read-only=1\n");
        return HostOpener.Open(_root);
    }

    // The simulated kernel works with the hands of whoever writes: these need the directories, while the attribute's own mode goes by the test.
    public override void ChangeMode(string hostPath, UnixFileMode mode)
    {
        base.ChangeMode(hostPath, mode);
        foreach (string directory in Directory.EnumerateDirectories(_root, "*", s_everyDirectory))
            File.SetUnixFileMode(directory, Everybody);
    }

    public override bool Unload(string driver)
    {
        try
        {
            SimulatedHost.UnloadDriver(_root, driver);
            return true;
        }
        catch (MdevException e) when (e.Errno == Errno.EBUSY)
        {
            return false;
        }
    }

    public override IDisposable HoldDevice(Guid uuid)
    {
        string process = Path.Combine(_root, "proc", _nextPid++.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory($"{process}/fd");
        File.CreateSymbolicLink($"{process}/fd/10", "/dev/vfio/vfio");
        File.CreateSymbolicLink($"{process}/fd/11", GroupNode(uuid)[_root.Length..]);
        File.CreateSymbolicLink($"{process}/fd/12", "anon_inode:[vfio-device]");
        return new Holder(process);
    }

    protected override void CleanUp() => Directory.Delete(_root, recursive: true);

    private sealed class Holder(string process) : IDisposable
    {
        public void Dispose()
        {
            if (Directory.Exists(process))
                Directory.Delete(process, recursive: true);
        }
    }
}
