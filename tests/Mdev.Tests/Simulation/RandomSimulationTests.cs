using System.Diagnostics;
using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Simulation;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Simulation;

/// <summary>
/// Simulated hosts in which somebody has put links, at random by a seed, to a twin outside. Whatever is done to such a host and whatever comes of it, the
/// twin is not written to, nothing of it is moved or deleted, and every refusal is an error of ours.
/// </summary>
public sealed class RandomSimulationTests
{
    // Others are run with MDEVPS_FIRST_SEED=5000 and MDEVPS_SEEDS=10000.
    private static readonly int s_first = Number("MDEVPS_FIRST_SEED", 0), s_count = Number("MDEVPS_SEEDS", 25);

    [Fact]
    public void Nothing_outside_is_changed_whatever_is_done()
    {
        for (int seed = s_first; seed < s_first + s_count; seed++)
            Check(seed);
    }

    private static int Number(string variable, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(variable), out int number) ? number : otherwise;

    private static void Check(int seed)
    {
        var random = new Random(seed);
        using var host = new SimulatedTestHost("mtty", "vfio_ap");
        MdevDevice[] devices = [.. host.Make("mtty-1", 2), .. host.Make("vfio_ap-passthrough")];
        using var twin = new Twin(host.Root);
        if (random.Next(3) == 0)
            SimulatedHost.StartVm(host.Root, "web", devices[random.Next(2)].Uuid);
        List<string> links = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Plant(random, host.Root, twin.Root)).OfType<string>()];
        string before = twin.Snapshot();
        var done = new List<string>();

        void Do(string what, Action work)
        {
            done.Add(what);
            try
            {
                work();
            }
            catch (Exception e) when (e is MdevException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed}, links {string.Join(", ", links)}: {what} ended with {e}");
            }
        }

        foreach (MdevDevice device in devices.OrderBy(_ => random.Next()))
        {
            Do("list", () => _ = host.Devices());
            Do("make", () => host.Make(random.Next(2) == 0 ? "mtty-1" : "vfio_ap-passthrough"));
            Do("set", () => new VendorAttributes(host.Host, host.Reports.Add).Write(AttributeOwner.Of(device), "assign_adapter", "5"));
            if (random.Next(2) == 0)
                Do("unbind", () => host.Write("/sys/bus/mdev/drivers/mtty/unbind", $"{device.Uuid}"));
            Do("remove", () => host.Remove(device));
            Do("remove even if in use", () => new DeviceRemover(host.Host, host.Reports.Add).RemoveEvenIfInUse(device));
        }

        Do("unload", () => SimulatedHost.UnloadDriver(host.Root, "mtty"));
        Do("end the host", () => SimulatedHost.Remove(host.Root));
        Assert.True(before == twin.Snapshot(), $"Seed {seed}, links {string.Join(", ", links)}: one of these changed what is outside: {string.Join(", ", done)}.");
        // What is left of it goes with the test.
        Directory.CreateDirectory(host.Root);
    }

    // A link to the same place outside, absolute or by a climb, where a file or directory was.
    private static string? Plant(Random random, string root, string twin)
    {
        string[] places = [.. Directory.GetFileSystemEntries(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }), $"{root}/.mdevps-pending", $"{root}/.mdevps-staging", $"{root}/.mdevps-lock"];
        string place = places[random.Next(places.Length)], below = place[root.Length..];
        if (Directory.Exists(place))
            Directory.Delete(place, recursive: true);
        else
            File.Delete(place);
        string target = random.Next(2) == 0 ? twin + below : string.Concat(Enumerable.Repeat("../", 30)) + (twin + below)[1..];
        try
        {
            File.CreateSymbolicLink(place, target);
            return below;
        }
        catch (IOException)
        {
            // It lay below a link that was planted before.
            return null;
        }
    }

    /// <summary>A copy of a host, for what leads out of it to lead to.</summary>
    private sealed class Twin : TestHost
    {
        public Twin(string original)
            : base($"{original}-twin")
        {
            using Process copy = Process.Start("cp", ["-a", original, Root]);
            copy.WaitForExit();
            Directory.CreateDirectory($"{Root}/.mdevps-pending");
            Directory.CreateDirectory($"{Root}/.mdevps-staging");
        }
    }
}
