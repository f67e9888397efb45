using System.Globalization;
using System.Text;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Simulation.Drivers;

namespace Mdev.Simulation;

/// <summary>
/// The functions of a simulated host that are given vGPU types by NVIDIA's vendor-specific VFIO, and what their driver does when a type is written
/// (vgpu-vfio, os-hypervisor.c).
/// </summary>
internal sealed class SimulatedVendorVfio(SimulatedTree tree, SimulatedProcesses processes)
{
    /// <summary>Where a simulated host remembers until when a VM that has ended is not quite gone: milliseconds of Unix time, in a file for each function.</summary>
    public const string Leaving = "/.mdevps-leaving";

    private const string Current = "nvidia/current_vgpu_type";
    private const string Functions = "/sys/bus/pci/devices";

    // The real driver waits for 5 seconds; a VM that ends here is gone after a part of one.
    private static readonly TimeSpan s_exitLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_exit = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a path is that of an attribute that gives a function its type.</summary>
    public static bool IsType(string path) => path.EndsWith($"/{Current}", StringComparison.Ordinal);

    /// <summary>The function of this name; null when there is none that takes types.</summary>
    public SimulatedFunction? Find(string name) =>
        tree.HasLink($"{Functions}/{name}") && SimulatedFunction.At(tree, tree.Resolve(Functions, name)) is { } function ? function : null;

    /// <summary>The function that a device's UUID stands for, while it has a type; null when it is none.</summary>
    public SimulatedFunction? Find(Guid uuid) => FunctionUuid.AddressOf(uuid) is { } address && Find(address) is { Type: not 0 } function ? function : null;

    /// <summary>Brings the list of types of every function up to date.</summary>
    public void Refresh()
    {
        var seen = new HashSet<string>();
        foreach (string name in tree.Names(Functions))
        {
            if (!seen.Contains(name) && Find(name) is { } function)
                seen.UnionWith(RefreshAround(function));
        }
    }

    /// <summary>Gives a function a type, or takes it away, as a write to its attribute does.</summary>
    /// <returns>An errno; 0 for success.</returns>
    public int Store(string path, ReadOnlySpan<byte> value)
    {
        if (Parse(value, out long number) is not 0 and var malformed)
            return malformed;
        string directory = path[..^(Current.Length + 1)];
        using (tree.Lock())
        {
            if (SimulatedFunction.At(tree, directory) is not { } function)
                return Errno.ENODEV;
            if (number != 0)
                return Give(function, number);
            if (function.Type == 0)
                return function.Driver.NothingThereErrno;
            if (processes.HoldDevice(function.Group))
                return function.Driver.InUseErrno;
        }

        if (!Waiting.Until(() => !IsLeaving(directory), s_exitLimit))
            return Errno.EBUSY;
        using (tree.Lock())
        {
            if (SimulatedFunction.At(tree, directory) is { Type: not 0 } function)
                Take(function);
            return 0;
        }
    }

    /// <summary>Takes the types of all functions away. The lock must be held, and the lists of types are out of date afterwards.</summary>
    public void RemoveAll()
    {
        foreach (SimulatedFunction function in tree.Names(Functions).Select(Find).OfType<SimulatedFunction>().Where(function => function.Type != 0))
            Empty(function);
        foreach (string note in tree.Names(Leaving))
            tree.RemoveFile($"{Leaving}/{note}");
    }

    /// <summary>Notes that a process which had these groups open has ended: what is left of a VM takes its time.</summary>
    public void Ended(IEnumerable<string> groups)
    {
        foreach (SimulatedFunction function in tree.Names(Functions).Select(Find).OfType<SimulatedFunction>().Where(function => function.Type != 0 && groups.Contains(function.Group)))
        {
            string note = $"{Leaving}/{function.Name}";
            tree.AddDirectory(Leaving);
            tree.RemoveFile(note);
            tree.AddReadOnly(note, $"{(DateTimeOffset.UtcNow + s_exit).ToUnixTimeMilliseconds()}\n");
        }
    }

    private bool IsLeaving(string function) =>
        long.TryParse(tree.ReadText($"{Leaving}/{HostFiles.Name(function)}"), NumberStyles.None, CultureInfo.InvariantCulture, out long until) && DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() < until;

    private int Give(SimulatedFunction function, long number)
    {
        // The same type once more is refused like any other.
        if (function.Type != 0)
            return Errno.EPERM;
        IReadOnlyList<SimulatedFunction> siblings = function.Siblings();
        if (function.Driver.Types.FirstOrDefault(type => type.Number == number) is not { } wanted || !function.Driver.CanMake(wanted, function, siblings))
            return function.Driver.Refusal(number, siblings);
        tree.RemoveFile($"{Leaving}/{function.Name}");
        tree.Replace($"{function.SysfsPath}/{Current}", $"{number}\n");
        function.Driver.Fill(tree, function, wanted, siblings);
        _ = RefreshAround(function);
        return 0;
    }

    private void Take(SimulatedFunction function)
    {
        Empty(function);
        _ = RefreshAround(function);
    }

    private void Empty(SimulatedFunction function)
    {
        tree.Replace($"{function.SysfsPath}/{Current}", "0\n");
        function.Driver.Empty(tree, function.SysfsPath);
    }

    private List<string> RefreshAround(SimulatedFunction function)
    {
        IReadOnlyList<SimulatedFunction> siblings = function.Siblings();
        foreach (SimulatedFunction sibling in siblings)
            tree.Replace($"{sibling.SysfsPath}/nvidia/creatable_vgpu_types", sibling.Driver.List(sibling, siblings));
        return siblings.Select(sibling => sibling.Name).ToList();
    }

    // kstrtol with base 10 (lib/kstrtox.c): a sign, digits, one newline.
    private static int Parse(ReadOnlySpan<byte> value, out long number)
    {
        number = 0;
        string text = Encoding.Latin1.GetString(value);
        if (text.EndsWith('\n'))
            text = text[..^1];
        string digits = text.StartsWith('-') || text.StartsWith('+') ? text[1..] : text;
        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit))
            return Errno.EINVAL;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) ? 0 : Errno.ERANGE;
    }
}

/// <summary>A virtual function of a simulated host that takes types, as it is at this moment.</summary>
internal sealed class SimulatedFunction
{
    private readonly SimulatedTree _tree;

    private SimulatedFunction(SimulatedTree tree, string path, int type, VendorVfioDriver driver) => (_tree, SysfsPath, Type, Driver) = (tree, path, type, driver);

    public string SysfsPath { get; }

    public string Name => HostFiles.Name(SysfsPath);

    /// <summary>The number of its type; 0 for none.</summary>
    public int Type { get; }

    /// <summary>What its GPU is, and by what rules types are given to its functions.</summary>
    public VendorVfioDriver Driver { get; }

    /// <summary>Its IOMMU group.</summary>
    public string Group => _tree.LinkName($"{SysfsPath}/iommu_group") ?? "";

    /// <summary>The GPU instance that its vGPU is on; null when it is on none.</summary>
    public int? Instance => int.TryParse(_tree.ReadText($"{SysfsPath}/nvidia/gpu_instance_id"), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;

    public static SimulatedFunction? At(SimulatedTree tree, string path) =>
        int.TryParse(tree.ReadText($"{path}/nvidia/current_vgpu_type"), NumberStyles.None, CultureInfo.InvariantCulture, out int type) && SimulatedDrivers.OfFunction(tree, path) is { } driver
            ? new SimulatedFunction(tree, path, type, driver)
            : null;

    /// <summary>All functions of its GPU, itself among them.</summary>
    public IReadOnlyList<SimulatedFunction> Siblings()
    {
        string physical = _tree.Resolve(SysfsPath, "physfn");
        return _tree.Names(physical)
            .Where(name => name.StartsWith("virtfn", StringComparison.Ordinal))
            .Select(name => At(_tree, _tree.Resolve(physical, name)))
            .OfType<SimulatedFunction>()
            .ToList();
    }
}
