using System.Diagnostics;
using Mdev.Kernel;

namespace Mdev.Conformance.Worlds;

/// <summary>The kernel that we run on, in a virtual machine that is there for nothing else.</summary>
internal sealed class KernelWorld : World
{
    private readonly List<IDisposable> _holders = [];
    private readonly List<string> _unloaded = [];

    public KernelWorld()
    {
        Assert.True(Environment.UserName == "root", "MDEVPS_WORLD=kernel needs root.");
        Assert.False(Directory.EnumerateFileSystemEntries(Paths.Bus).Any(), "There are devices of somebody else on the bus.");
    }

    public override HostRoot Host { get; } = HostOpener.Open("/");

    public override HostRoot ReadOnlyHost()
    {
        string root = Directory.CreateTempSubdirectory("mdevps-ro-").FullName;
        string sys = Directory.CreateDirectory(Path.Combine(root, "sys")).FullName;
        AtEnd(() => Directory.Delete(root, recursive: true));
        Run("mount", "-t", "sysfs", "-o", "ro", "sysfs", sys);
        AtEnd(() => Run("umount", sys));
        return HostOpener.Open(root);
    }

    public override bool Unload(string driver)
    {
        if (ExitCode("rmmod", driver) != 0)
            return false;
        _unloaded.Add(driver);
        return true;
    }

    public override IDisposable HoldDevice(Guid uuid)
    {
        var holder = new VfioHolder(GroupNode(uuid), uuid.ToString());
        _holders.Add(holder);
        return holder;
    }

    protected override void CleanUp()
    {
        // A held device would keep the writer below waiting.
        _holders.ForEach(holder => holder.Dispose());
        foreach (string driver in Paths.Drivers.Except(_unloaded))
        {
            foreach (string device in Directory.EnumerateDirectories(Paths.Parent(driver)).Where(d => Guid.TryParse(Path.GetFileName(d), out _)).ToList())
                File.WriteAllText($"{device}/remove", "1");
        }

        foreach (string driver in _unloaded)
            Run("modprobe", driver);
    }

    public static void Run(string program, params string[] arguments)
    {
        int code = ExitCode(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}.");
    }

    public static int ExitCode(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
