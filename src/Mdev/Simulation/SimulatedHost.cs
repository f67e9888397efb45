using System.Diagnostics.CodeAnalysis;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Simulation.Drivers;

namespace Mdev.Simulation;

/// <summary>A host that is not there: a directory with the tree of the drivers it was made with, whose kernel answers writes as a real one does.</summary>
public sealed class SimulatedHost : Snapshot
{
    /// <summary>Makes one of which nothing is known yet.</summary>
    public SimulatedHost()
    {
    }

    /// <summary>Makes a copy, of which something else can then be said.</summary>
    [SetsRequiredMembers]
    public SimulatedHost(SimulatedHost other)
    {
        Root = other.Root;
        Driver = other.Driver;
        Made = other.Made;
        DeviceCount = other.DeviceCount;
    }

    /// <summary>The root to work on.</summary>
    public required string Root { get; init; }

    /// <summary>The drivers it was made with.</summary>
    public required string[] Driver { get; init; }

    /// <summary>When it was made, in local time.</summary>
    public DateTime Made { get; init; }

    /// <summary>How many devices it had when it was listed; null where that was not asked for, or cannot be known.</summary>
    public int? DeviceCount { get; init; }

    /// <summary>The names of the drivers that can be asked for.</summary>
    public static IReadOnlyCollection<string> Drivers => SimulatedDrivers.Names;

    /// <summary>Makes a simulated host.</summary>
    /// <param name="drivers">Names out of <see cref="Drivers"/>.</param>
    /// <param name="path">The directory to make it in, which must be absent or empty; null for a new one among the temporary files.</param>
    /// <param name="sizes">How large it is; null for the usual sizes.</param>
    /// <param name="progress">Told again and again how many files it has; null for nobody.</param>
    /// <param name="cancel">Stops the making; what is made of the host until then is removed again.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.InvalidArgument"/>: no driver of that name, or no such size of it; <see cref="MdevError.PathExists"/>: something is there already;
    /// <see cref="MdevError.SimulationFailed"/>.
    /// </exception>
    public static SimulatedHost Create(IEnumerable<string> drivers, string? path = null, SimulationSizes? sizes = null, Action<int>? progress = null, CancellationToken cancel = default)
    {
        Dictionary<string, SimulatedDriver> chosen = drivers.Distinct(StringComparer.OrdinalIgnoreCase).ToDictionary(name => name, SimulatedDrivers.ByName);
        sizes ??= new SimulationSizes();
        RequireSizes(chosen, sizes);
        string[] names = [.. chosen.Keys.Select(key => Drivers.First(name => name.Equals(key, StringComparison.OrdinalIgnoreCase)))];
        bool wasThere = path is not null && Directory.Exists(path);
        string root = MakeRoot(path);
        HostFiles files = HostFiles.Open(root);
        // From here on a failure deletes what is in it: it must be the empty directory that was found, and no other that has taken its name since.
        using (DirectoryHandle opened = files.OpenRoot())
        {
            if (opened.Entries().Any())
                throw new MdevException(MdevError.PathExists, $"A simulated host cannot be made in '{root}': something is there already.", root);
        }

        try
        {
            var tree = new SimulatedTree(files, progress, cancel);
            var record = new SimulationRecord
            {
                Id = Guid.NewGuid().ToString("N"),
                Root = root,
                Identity = SimulationRecord.IdentityOf(tree.Files),
                Driver = names,
                Made = DateTimeOffset.UtcNow,
            };
            var builder = new SimulatedHostBuilder(tree);
            foreach (SimulatedDriver driver in chosen.Values)
                driver.Register(builder, sizes);
            new SimulatedKernel(tree).Core.Refresh();
            // The marker and the record come last: a host that was not finished is none. A record without its marker is one of a host that is gone, which
            // somebody else may be tidying up at this moment.
            ForgetThoseGone();
            tree.AddReadWrite(SimulationRecord.Marker, record.Id + "\n");
            record.Save();
            return Of(record);
        }
        catch
        {
            Clear(files, keepDirectory: wasThere);
            throw;
        }
    }

    /// <summary>The simulated hosts of this user that are still there, the oldest first.</summary>
    public static IReadOnlyList<SimulatedHost> All() =>
        SimulationRecord.All().Where(record => record.IsThere).Select(Of).ToList();

    /// <summary>Takes a simulated host away, following no link out of it.</summary>
    /// <param name="root">Its root.</param>
    /// <param name="cancel">Ends the wait for another writer.</param>
    /// <exception cref="MdevException"><see cref="MdevError.NotASimulation"/>: it is none of this user's; <see cref="MdevError.SimulationFailed"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled, and nothing was changed.</exception>
    public static void Remove(string root, CancellationToken cancel = default)
    {
        (SimulatedTree tree, SimulationRecord record) = Open(root, cancel);
        // Whoever is at work there, such as a removal that waited, is let to the end of it.
        using (tree.Lock())
            Clear(tree.Files, keepDirectory: false);
        record.Forget();
        ForgetThoseGone();
    }

    /// <summary>Restarts a simulated host: what a reboot leaves is there afterwards, definitions among it, and no device and no virtual machine.</summary>
    /// <param name="root">Its root.</param>
    /// <param name="cancel">Ends the wait for another writer.</param>
    /// <exception cref="MdevException"><see cref="MdevError.NotASimulation"/>; <see cref="MdevError.SimulationFailed"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled, and nothing was changed.</exception>
    public static void Restart(string root, CancellationToken cancel = default) => Kernel(root, cancel).Restart();

    /// <summary>Makes sure that a directory is a simulated host of this user's.</summary>
    /// <returns>Its root, also where a link led to it.</returns>
    /// <exception cref="MdevException"><see cref="MdevError.NotASimulation"/>.</exception>
    public static string Require(string root) => Open(root).Tree.Root;

    /// <summary>Unloads a vendor driver of a simulated host, as rmmod does: its parents and all their devices go.</summary>
    /// <exception cref="MdevException">EBUSY: a process has one of the devices open.</exception>
    public static void UnloadDriver(string root, string driver) => Kernel(root).Core.UnloadDriver(driver);

    /// <summary>Starts a virtual machine on a simulated host: a QEMU process that holds devices open.</summary>
    /// <returns>Its process id.</returns>
    /// <exception cref="MdevException"><see cref="MdevError.DeviceNotFound"/>, or EBUSY: somebody has the device open already.</exception>
    public static int StartVm(string root, string name, params Guid[] devices) =>
        Kernel(root).StartProcess("qemu-system-x86", ["/usr/bin/qemu-system-x86_64", "-name", $"guest={name.Replace(",", ",,", StringComparison.Ordinal)},debug-threads=on", "-uuid", Guid.NewGuid().ToString(), "-S"], devices);

    /// <summary>Starts a process on a simulated host that holds devices open.</summary>
    /// <returns>Its process id.</returns>
    /// <exception cref="MdevException"><see cref="MdevError.DeviceNotFound"/>, or EBUSY: somebody has the device open already.</exception>
    public static int StartProcess(string root, string name, string[] commandLine, params Guid[] devices) => Kernel(root).StartProcess(name, commandLine, devices);

    /// <summary>Ends a process of a simulated host, which lets go of its devices.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.ProcessNotFound"/>.</exception>
    public static void EndProcess(string root, int processId) => Kernel(root).EndProcess(processId);

    /// <summary>Starts a virtual machine on this host, as <see cref="StartVm(string, string, Guid[])"/> does.</summary>
    /// <exception cref="ArgumentException">No device is named, so that the name may be meant as one.</exception>
    public int StartVm(string name, params Guid[] devices) => devices.Length > 0 ? StartVm(Root, name, devices)
        : throw new ArgumentException("Give the VM a name, and then its devices or their UUIDs: StartVm('web01', $device).", nameof(devices));

    /// <summary>Starts a virtual machine on this host that has these devices open.</summary>
    /// <exception cref="ArgumentException">No device is named, or one of another host.</exception>
    public int StartVm(string name, params MdevDevice[] devices) =>
        Array.Find(devices, device => device.Root != Root) is not { } other ? StartVm(name, Array.ConvertAll(devices, device => device.Uuid))
        : throw new ArgumentException($"Device {other.Uuid} is on the host '{other.Root}', and this is '{Root}'.", nameof(devices));

    /// <summary>Ends a process of this host, which lets go of its devices.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.ProcessNotFound"/>.</exception>
    public void EndProcess(int processId) => EndProcess(Root, processId);

    /// <inheritdoc/>
    public override string ToString() => Root;

    private static SimulatedHost Of(SimulationRecord record) => new() { Root = record.Root, Driver = record.Driver, Made = record.Made.LocalDateTime };

    private static SimulatedKernel Kernel(string root, CancellationToken cancel = default) => new(Open(root, cancel).Tree);

    private static (SimulatedTree Tree, SimulationRecord Record) Open(string root, CancellationToken cancel = default)
    {
        string why;
        try
        {
            HostFiles files = HostFiles.Open(RealPath(root));
            if (SimulationRecord.Of(files) is { } record)
                return (new SimulatedTree(files, waiting: cancel), record);
            why = files.KindOf(SimulationRecord.Marker) == FileKind.File ? "it was not made by this user on this machine" : $"it has no file '{SimulationRecord.Marker[1..]}'";
        }
        catch (MdevException e) when (e.Error == MdevError.RootNotFound)
        {
            why = "there is no such directory";
        }

        throw new MdevException(MdevError.NotASimulation, $"'{root}' is no simulated host: {why}. Nothing was changed.", root);
    }

    private static string MakeRoot(string? path)
    {
        try
        {
            if (path is null)
                return Directory.CreateTempSubdirectory("mdevps-").FullName;
            string root = Path.GetFullPath(path);
            if (File.Exists(root) || (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()))
                throw new MdevException(MdevError.PathExists, $"A simulated host cannot be made in '{root}': something is there already.", root);
            Directory.CreateDirectory(root);
            // A link on the way would make the root another directory for whoever follows it later.
            return RealPath(root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MdevException(MdevError.SimulationFailed, $"A simulated host cannot be made in '{path ?? Path.GetTempPath()}': {e.Message}", path, e);
        }
    }

    private static string RealPath(string root)
    {
        if (!Directory.Exists(root))
            return root;
        using Descriptor opened = Descriptor.Open(root, LibC.O_PATH | LibC.O_DIRECTORY);
        return DirectoryHandle.LinkText(LibC.AT_FDCWD, $"/proc/self/fd/{opened.Number}") ?? root;
    }

    private static void Clear(HostFiles files, bool keepDirectory)
    {
        new FileChanges(files).DeleteContent();
        if (keepDirectory)
            return;
        try
        {
            // Only an empty directory goes, and only the one that was opened.
            if (HostFiles.Open(files.Root).Status.Identity != files.Status.Identity)
                throw new IOException("Another directory has its name now.");
            Directory.Delete(files.Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MdevException(MdevError.SimulationFailed, $"The simulated host '{files.Root}' could not be removed: {e.Message}", files.Root, e);
        }
    }

    private static void ForgetThoseGone()
    {
        foreach (SimulationRecord record in SimulationRecord.All().Where(record => !record.IsThere))
            record.Forget();
    }

    private static void RequireSizes(Dictionary<string, SimulatedDriver> chosen, SimulationSizes sizes)
    {
        // A size that nothing heeds is a slip worth telling, not a host of the usual size.
        foreach (string size in sizes.Given.Where(size => !chosen.Values.Any(driver => driver.Sizes.Contains(size))))
        {
            string fitting = string.Join(", ", SimulatedDrivers.Names.Where(name => SimulatedDrivers.ByName(name).Sizes.Contains(size)));
            throw new MdevException(MdevError.InvalidArgument, $"-{size} is a size of {fitting}, and the host is to have {string.Join(", ", chosen.Keys)}.");
        }

        foreach (SimulatedDriver driver in chosen.Values)
            driver.Check(sizes);
    }
}
