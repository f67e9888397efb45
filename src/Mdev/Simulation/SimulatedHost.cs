using Mdev.Kernel;
using Mdev.Simulation.Drivers;

namespace Mdev.Simulation;

/// <summary>A host that is not there: a directory with the tree of the drivers it was made with, whose kernel answers writes as a real one does.</summary>
public sealed record SimulatedHost
{
    /// <summary>The root to work on.</summary>
    public required string Root { get; init; }

    /// <summary>The drivers it was made with.</summary>
    public required string[] Driver { get; init; }

    /// <summary>The names of the drivers that can be asked for.</summary>
    public static IReadOnlyCollection<string> Drivers => SimulatedDrivers.Names;

    /// <summary>Makes a simulated host.</summary>
    /// <param name="drivers">Names out of <see cref="Drivers"/>.</param>
    /// <param name="path">The directory to make it in, which must be absent or empty; null for a new one among the temporary files.</param>
    /// <param name="sizes">How large it is; null for the usual sizes.</param>
    /// <param name="cancel">Stops the making; what is made of the host until then is removed again.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.InvalidArgument"/>: no driver of that name, or no such size of it; <see cref="MdevError.PathExists"/>: something is there already;
    /// <see cref="MdevError.SimulationFailed"/>.
    /// </exception>
    public static SimulatedHost Create(IEnumerable<string> drivers, string? path = null, SimulationSizes? sizes = null, CancellationToken cancel = default)
    {
        Dictionary<string, SimulatedDriver> chosen = drivers.Distinct(StringComparer.OrdinalIgnoreCase).ToDictionary(name => name, SimulatedDrivers.ByName);
        sizes ??= new SimulationSizes();
        RequireSizes(chosen, sizes);
        string place = path is null ? Path.GetTempPath() : Path.GetFullPath(path);
        return SimulationFault.Guard(place, "made", () =>
        {
            string root = path is null ? Directory.CreateTempSubdirectory("mdevps-").FullName : place;
            if (File.Exists(root) || (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()))
                throw new MdevException(MdevError.PathExists, $"A simulated host cannot be made in '{root}': something is there already.", root);
            bool wasThere = path is not null && Directory.Exists(root);
            Directory.CreateDirectory(root);
            try
            {
                var builder = new SimulatedHostBuilder(new SimulatedTree(root, cancel));
                foreach (SimulatedDriver driver in chosen.Values)
                    driver.Register(builder, sizes);
                // The marker comes last: a host that was not finished is none.
                SimulationMarker.Write(root);
                new SimulatedKernel(root).Core.Refresh();
            }
            catch
            {
                Directory.Delete(root, recursive: true);
                if (wasThere)
                    Directory.CreateDirectory(root);
                throw;
            }

            return new SimulatedHost { Root = root, Driver = [.. chosen.Keys.Select(key => Drivers.First(name => name.Equals(key, StringComparison.OrdinalIgnoreCase)))] };
        });
    }

    /// <summary>Takes a simulated host away, following no link out of it.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.NotASimulation"/>: the directory bears no marker; <see cref="MdevError.SimulationFailed"/>.</exception>
    public static void Remove(string root)
    {
        RequireMarker(root);
        // Directory.Delete removes a link itself and never what it leads to.
        SimulationFault.Guard(root, "removed", () =>
        {
            // Whoever is at work there, such as a removal that waited, is let to the end of it.
            using (HostLock.Take(root))
                Directory.Delete(root, recursive: true);
            return root;
        });
    }

    /// <summary>Makes sure that a directory is a simulated host.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.NotASimulation"/>: it bears no marker.</exception>
    public static void RequireMarker(string root)
    {
        if (!SimulationMarker.IsIn(root))
            throw new MdevException(MdevError.NotASimulation, $"'{root}' is no simulated host: {(Directory.Exists(root) ? $"it has no file '{SimulationMarker.FileName}'" : "there is no such directory")}. Nothing was removed.", root);
    }

    /// <summary>Unloads a vendor driver of a simulated host, as rmmod does: its parents and all their devices go.</summary>
    /// <exception cref="MdevException">EBUSY: a process has one of the devices open.</exception>
    public static void UnloadDriver(string root, string driver) => new SimulatedKernel(root).Core.UnloadDriver(driver);

    /// <summary>Starts a virtual machine on a simulated host: a QEMU process that holds devices open.</summary>
    /// <returns>Its process id.</returns>
    /// <exception cref="MdevException"><see cref="MdevError.DeviceNotFound"/>, or EBUSY: somebody has the device open already.</exception>
    public static int StartVm(string root, string name, params Guid[] devices) =>
        new SimulatedKernel(root).StartProcess("qemu-system-x86", ["/usr/bin/qemu-system-x86_64", "-name", $"guest={name.Replace(",", ",,", StringComparison.Ordinal)},debug-threads=on", "-uuid", Guid.NewGuid().ToString(), "-S"], devices);

    /// <summary>Starts a process on a simulated host that holds devices open.</summary>
    /// <returns>Its process id.</returns>
    /// <exception cref="MdevException"><see cref="MdevError.DeviceNotFound"/>, or EBUSY: somebody has the device open already.</exception>
    public static int StartProcess(string root, string name, string[] commandLine, params Guid[] devices) =>
        new SimulatedKernel(root).StartProcess(name, commandLine, devices);

    /// <summary>Ends a process of a simulated host, which lets go of its devices.</summary>
    public static void EndProcess(string root, int processId) => new SimulatedKernel(root).EndProcess(processId);

    /// <summary>Starts a virtual machine on this host, as <see cref="StartVm(string, string, Guid[])"/> does.</summary>
    public int StartVm(string name, params Guid[] devices) => StartVm(Root, name, devices);

    /// <summary>Ends a process of this host, which lets go of its devices.</summary>
    public void EndProcess(int processId) => EndProcess(Root, processId);

    /// <inheritdoc/>
    public override string ToString() => Root;

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
