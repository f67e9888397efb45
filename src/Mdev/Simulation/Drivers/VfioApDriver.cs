using System.Globalization;
using System.Text;
using Mdev.Errors;

namespace Mdev.Simulation.Drivers;

/// <summary>
/// IBM Z crypto adapters for pass-through: a device is made empty and then given adapters and domains, whose pairs are the queues a
/// guest gets (drivers/s390/crypto/vfio_ap_ops.c). The queues of domains 0 and 1 stay with the host's own driver here.
/// </summary>
internal sealed class VfioApDriver : SimulatedMdevDriver
{
    private const string Bus = "/sys/bus/matrix";
    private const int Devices = 65536;
    private const ulong HighestId = 255;
    private const int LowestFreeDomain = 2;

    public override string DriverString => "vfio_ap";

    public override string MdevDriver => "vfio_ap_mdev";

    public override int FullErrno => Errno.EUSERS;

    public override int Available(SimulatedParent parent, string type) => Devices - parent.TypesInUse.Count;

    public override void AddDeviceAttributes(SimulatedTree tree, string device, string uuid, SimulatedParent parent, string type)
    {
        foreach (string what in new[] { "adapter", "domain", "control_domain" })
        {
            tree.AddWriteOnly($"{device}/assign_{what}");
            tree.AddWriteOnly($"{device}/unassign_{what}");
        }

        tree.AddReadOnly($"{device}/matrix", "");
        tree.AddReadOnly($"{device}/control_domains", "");
    }

    public override int Store(SimulatedTree tree, string device, string name, string value)
    {
        if (!KernelNumber.TryParse(Encoding.UTF8.GetBytes(value), out ulong number))
            return Errno.EINVAL;
        if (number > HighestId)
            return Errno.ENODEV;
        ApMatrix matrix = ApMatrix.Read(tree, device);
        bool isAssigned = !name.StartsWith("un", StringComparison.Ordinal);
        SortedSet<int> ids = name[(name.IndexOf('_') + 1)..] switch
        {
            "adapter" => matrix.Adapters,
            "domain" => matrix.Domains,
            _ => matrix.ControlDomains,
        };
        // Once more what is assigned already, or not assigned anyway, is no error.
        if (!(isAssigned ? ids.Add((int)number) : ids.Remove((int)number)))
            return 0;
        int errno = isAssigned ? Check(tree, device, matrix) : 0;
        if (errno == 0)
            matrix.Write(tree, device);
        return errno;
    }

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        const string path = "/sys/devices/vfio_ap/matrix";
        host.AddDriver(MdevDriver);
        host.Tree.AddDirectory(path);
        host.Tree.AddDirectory($"{Bus}/devices");
        host.Tree.AddDirectory($"{Bus}/drivers/{DriverString}");
        host.Tree.AddLink($"{path}/subsystem", Bus);
        host.Tree.AddLink($"{path}/driver", $"{Bus}/drivers/{DriverString}");
        host.Tree.AddLink($"{Bus}/devices/matrix", path);
        host.Tree.AddReadWrite($"{path}/uevent", $"DRIVER={DriverString}\n");
        PowerDirectory.AddTo(host.Tree, path);
        host.Register(path, [new SimulatedType("vfio_ap-passthrough", "VFIO AP Passthrough Device", null, "vfio-ap")]);
    }

    private static int Check(SimulatedTree tree, string device, ApMatrix matrix)
    {
        List<(int Adapter, int Domain)> queues = matrix.Queues.ToList();
        if (queues.Exists(queue => queue.Domain < LowestFreeDomain))
            return Errno.EADDRNOTAVAIL;
        string parent = Path.GetDirectoryName(device)!;
        IEnumerable<string> others = tree.Names(parent).Select(name => $"{parent}/{name}").Where(path => path != device && tree.HasLink($"{path}/mdev_type"));
        return others.Any(other => ApMatrix.Read(tree, other).Queues.Intersect(queues).Any()) ? Errno.EADDRINUSE : 0;
    }

    /// <summary>What a device has been given, as its read-only attributes tell it: pairs <c>05.00ab</c>, or one half while there is no other.</summary>
    private sealed record ApMatrix(SortedSet<int> Adapters, SortedSet<int> Domains, SortedSet<int> ControlDomains)
    {
        public IEnumerable<(int Adapter, int Domain)> Queues => Adapters.SelectMany(adapter => Domains.Select(domain => (adapter, domain)));

        public static ApMatrix Read(SimulatedTree tree, string device)
        {
            List<string[]> lines = Lines(tree, $"{device}/matrix").Select(line => line.Split('.')).ToList();
            return new ApMatrix(Ids(lines.Select(line => line[0])), Ids(lines.Select(line => line[1])), Ids(Lines(tree, $"{device}/control_domains")));
        }

        public void Write(SimulatedTree tree, string device)
        {
            IEnumerable<string> lines = Domains.Count == 0 ? Adapters.Select(adapter => $"{adapter:x2}.")
                : Adapters.Count == 0 ? Domains.Select(domain => $".{domain:x4}")
                : Queues.Select(queue => $"{queue.Adapter:x2}.{queue.Domain:x4}");
            tree.Replace($"{device}/matrix", string.Concat(lines.Select(line => line + "\n")));
            tree.Replace($"{device}/control_domains", string.Concat(ControlDomains.Select(domain => $"{domain:x4}\n")));
        }

        private static string[] Lines(SimulatedTree tree, string attribute) => tree.ReadText(attribute)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];

        private static SortedSet<int> Ids(IEnumerable<string> texts) =>
            new(texts.Where(text => text.Length > 0).Select(text => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
    }
}
