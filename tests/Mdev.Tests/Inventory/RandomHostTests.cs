using Mdev.Errors;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Inventory;

/// <summary>
/// Random hosts, each from a seed: healthy parents, types and devices, and among them faults of every kind that is known. Whatever they are, every healthy
/// object comes, each fault costs its error with a path below the root, and nothing of what lies outside of the root is read.
/// </summary>
public sealed class RandomHostTests
{
    private const string Canary = "canary from outside";
    private const int Block = 500;

    // Others are run with MDEVPS_FIRST_SEED=5000 and MDEVPS_SEEDS=100000.
    public static TheoryData<int> Blocks => [.. Enumerable.Range(0, Number("MDEVPS_SEEDS", 2000) / Block).Select(i => Number("MDEVPS_FIRST_SEED", 0) + (i * Block))];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Faults_cost_their_errors_and_nothing_else(int first)
    {
        for (int seed = first; seed < first + Block; seed++)
            Check(seed);
    }

    private static int Number(string variable, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(variable), out int number) ? number : otherwise;

    private static void Check(int seed)
    {
        using var host = new HandMadeHost();
        string outside = Directory.CreateTempSubdirectory("mdev-outside-").FullName;
        try
        {
            var model = new Model(host, new Random(seed), outside);
            model.Build();
            List<MdevParent> parents = host.Parents().ToList();
            List<MdevType> types = host.Types().ToList();
            List<MdevDevice> devices = host.Devices().ToList();

            string because = $"seed {seed}: {string.Join(" | ", host.Reports.Select(report => report.Message))}";
            Assert.True(model.Parents.SetEquals(parents.Select(parent => parent.Parent)), because);
            Assert.True(model.Types.SetEquals(types.Select(type => $"{type.Parent}/{type.Type}")), because);
            Assert.True(model.Devices.SetEquals(devices.Select(device => $"{device.Parent}/{device.Type}/{device.Uuid}")), because);
            Assert.True(devices.Count == model.Devices.Count, because);
            foreach (string path in model.Faults)
                Assert.True(host.Reports.Any(report => report.Path?.StartsWith(host.Root + path, StringComparison.Ordinal) == true), $"{path} was not told. {because}");
            Assert.All(host.Reports, report => Assert.True(report.Path?.StartsWith(host.Root + "/", StringComparison.Ordinal), because));
            Assert.All(host.Reports, report => Assert.True(model.Faults.Any(path => report.Path!.StartsWith(host.Root + path, StringComparison.Ordinal)), $"{report.Path} is healthy. {because}"));
            Assert.DoesNotContain(Canary, string.Join('\n', types.Select(type => $"{type.Name} {type.Description} {type.DeviceApi}")));
            Assert.Equal(Canary, File.ReadAllText($"{outside}/name"));

            if (seed % 50 == 1)
                ChangesNothing(host, devices, types, outside, because);
            if (seed % 10 != 0)
                return;
            // Both ways to learn the types of devices tell the same, the faults too.
            host.Reports.Clear();
            Assert.Equal(devices, host.Devices());
            string[] faults = [.. host.Reports.Select(report => report.Message)];
            host.AddTypesWithoutDevices();
            host.Reports.Clear();
            Assert.Equal(devices, host.Devices());
            Assert.Equal(faults, host.Reports.Select(report => report.Message));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    // No kernel is behind it: whatever is asked for, nothing of it is written, and nothing of what its links lead to.
    private static void ChangesNothing(HandMadeHost host, List<MdevDevice> devices, List<MdevType> types, string outside, string because)
    {
        string before = host.Snapshot();
        foreach (MdevType type in types)
        {
            var request = new CreateRequest { Placement = new PlacementRequest { Type = type.Type, Parents = NameFilter.Of(type.Parent) } };
            Assert.True(!new DeviceAllocator(host.Host, host.Reports.Add, (_, _) => Decision.Make).Make(request, default).Any(), because);
        }

        foreach (MdevDevice device in devices)
        {
            Assert.Throws<MdevException>(() => new DeviceRemover(host.Host, host.Reports.Add).Remove(device));
            Assert.Throws<MdevException>(() => new DeviceRemover(host.Host, host.Reports.Add).RemoveEvenIfInUse(device));
        }

        Assert.True(before == host.Snapshot(), because);
        Assert.Equal(["create", "name", "remove"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(outside), file => Assert.Equal(Canary, File.ReadAllText(file)));
    }

    /// <summary>What is put into a host, and what should come out of it.</summary>
    private sealed class Model(HandMadeHost host, Random random, string outside)
    {
        private static readonly string[] s_names = ["p", "0000:41:00.4", "p [x]*", "ünïcode", "two\nlines", "$(reboot)", "esc\x1b[31m", "-Force", "1"];

        public HashSet<string> Parents { get; } = [];

        public HashSet<string> Types { get; } = [];

        public HashSet<string> Devices { get; } = [];

        public List<string> Faults { get; } = [];

        public void Build()
        {
            foreach (string file in (string[])["name", "create", "remove"])
                File.WriteAllText($"{outside}/{file}", Canary);
            foreach (string name in s_names.OrderBy(_ => random.Next()).Take(random.Next(1, 5)))
                AddParent(name);
            for (int i = random.Next(6); i > 0; i--)
                AddFault(i);
        }

        private void AddParent(string name)
        {
            host.AddParent(name);
            Parents.Add(name);
            int types = random.Next(0, 4);
            for (int i = 1; i <= types; i++)
            {
                host.AddType(name, $"made-{i}", description: random.Next(20) == 0 ? new string('d', 100_000) : null);
                Types.Add($"{name}/made-{i}");
            }

            for (int i = types == 0 ? 0 : random.Next(0, 12); i > 0; i--)
            {
                Guid uuid = NewGuid();
                string type = $"made-{random.Next(1, types + 1)}";
                host.AddDevice(name, $"{uuid}", type);
                host.AddLink($"{HandMadeHost.TypePath(name, type)}/devices/{uuid}", $"../../../{uuid}");
                Devices.Add($"{name}/{type}/{uuid}");
            }
        }

        private void AddFault(int number)
        {
            string parent = Parents.ElementAt(random.Next(Parents.Count)), name = $"fault-{number}";
            Guid uuid = NewGuid();
            switch (random.Next(11))
            {
                case 0:
                    host.AddLink($"/sys/class/mdev_bus/{name}", "../../devices/virtual/made/nowhere");
                    Faults.Add($"/sys/class/mdev_bus/{name}");
                    break;
                case 1:
                    host.AddFile($"/sys/class/mdev_bus/{name}", "no link");
                    Faults.Add($"/sys/class/mdev_bus/{name}");
                    break;
                case 2:
                    host.AddLink($"/sys/class/mdev_bus/{name}", outside);
                    Faults.Add($"/sys/class/mdev_bus/{name}");
                    break;
                case 3:
                    host.AddLink($"/sys/class/mdev_bus/{name}", string.Concat(Enumerable.Repeat("../", 40)) + outside[1..]);
                    Faults.Add("/sys/class/mdev_bus");
                    break;
                case 4:
                    host.AddType(parent, name, available: "many\n");
                    Types.Add($"{parent}/{name}");
                    Faults.Add($"{HandMadeHost.TypePath(parent, name)}/available_instances");
                    break;
                case 5:
                    host.AddType(parent, name, name: null);
                    host.AddLink($"{HandMadeHost.TypePath(parent, name)}/name", $"{outside}/name");
                    Types.Add($"{parent}/{name}");
                    Faults.Add($"{HandMadeHost.TypePath(parent, name)}/name");
                    break;
                case 6:
                    // A link in the place of a type is no type.
                    host.AddLink(HandMadeHost.TypePath(parent, name), outside);
                    break;
                case 7:
                    host.AddLink($"/sys/bus/mdev/devices/{uuid}", $"../../../devices/virtual/made/{parent}/{uuid}");
                    Faults.Add($"/sys/bus/mdev/devices/{uuid}");
                    break;
                case 8:
                    host.AddFile($"/sys/bus/mdev/devices/{uuid}", "no link");
                    Faults.Add($"/sys/bus/mdev/devices/{uuid}");
                    break;
                case 9:
                    host.AddLink($"{HandMadeHost.ParentPath(parent)}/{uuid}", outside);
                    host.AddLink($"/sys/bus/mdev/devices/{uuid}", $"../../../devices/virtual/made/{parent}/{uuid}");
                    Faults.Add($"{HandMadeHost.ParentPath(parent)}/{uuid}");
                    break;
                default:
                    // Seen in a listing only while nothing is on the bus under that name; a pipe in the place of an attribute stops nobody.
                    host.AddType(parent, name, name: null);
                    host.AddPipe($"{HandMadeHost.TypePath(parent, name)}/name");
                    Types.Add($"{parent}/{name}");
                    break;
            }
        }

        private Guid NewGuid()
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            return new Guid(bytes);
        }
    }
}
