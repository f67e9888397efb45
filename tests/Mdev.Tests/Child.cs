using System.Diagnostics;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Simulation;

namespace Mdev.Tests;

/// <summary>What tests start as a process of its own; this assembly is the program.</summary>
internal static class Child
{
    /// <summary>Starts <c>dotnet Mdev.Tests.dll VERB ARGUMENT…</c>, behind other programs where there are some.</summary>
    public static Process Start(string[] before, params string[] arguments)
    {
        string[] command = [.. before, "dotnet", "exec", typeof(Child).Assembly.Location, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        // Otherwise the compiler's threads would be in every trace.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>What it printed, when it has ended.</summary>
    public static string[] Output(Process process)
    {
        using (process)
        {
            process.StandardInput.Close();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    public static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["make", var root, var type, var count]:
                // All wait for the one end of the pipe, so that they start together.
                Console.In.ReadToEnd();
                Make(HostOpener.Open(root), type, int.Parse(count));
                return 0;
            case ["remove", var root]:
                Console.In.ReadToEnd();
                RemoveAll(HostOpener.Open(root));
                return 0;
            case ["read", var directory, var attribute]:
                // Twice: the first time everything is compiled, the second is what it costs.
                for (int i = 0; i < 2; i++)
                {
                    using DirectoryHandle handle = HostOpener.Open("/").Files.OpenDirectory(directory)!;
                    Console.WriteLine(handle.ReadAttribute(attribute));
                }

                return 0;
            case ["write", var path, var value]:
                for (int i = 0; i < 2; i++)
                {
                    HostRoot host = HostOpener.Open("/");
                    using IAttributeWriter writer = host.Kernel.OpenAttribute(path);
                    host.Write(writer, value);
                }

                return 0;
            case ["redefine", var root, var uuid, var parent]:
                Redefine(HostOpener.Open(root), Guid.Parse(uuid), parent);
                return 0;
            case ["append", var root, var uuid, var parent, var name, var count]:
                Console.In.ReadToEnd();
                Append(HostOpener.Open(root), Guid.Parse(uuid), parent, name, int.Parse(count));
                return 0;
            case ["end", var root, var openat2]:
                Resolution.IsMissing = openat2 == "without";
                End(root);
                return 0;
            case ["list", var root, var what, var left]:
                ListWithoutDescriptors(HostOpener.Open(root), what, int.Parse(left));
                return 0;
            case ["outlive"]:
                Outlive();
                return 0;
            default:
                Console.Error.WriteLine("Not to be started by hand.");
                return 2;
        }
    }

    private static void End(string root)
    {
        try
        {
            SimulatedHost.Remove(root);
        }
        catch (MdevException e)
        {
            Console.WriteLine($"{e.Error} {Errno.Name(e.Errno)} {e.Path}");
        }
    }

    private static void Make(HostRoot host, string type, int count)
    {
        var request = new CreateRequest { Placement = new PlacementRequest { Type = type }, Count = count };
        foreach (MdevDevice device in new DeviceAllocator(host, e => Console.WriteLine($"error {e.Error}"), (_, _) => Decision.Make).Make(request, default))
            Console.WriteLine($"made {device.Uuid}");
    }

    private static MdevDefinition Defined(HostRoot host, Guid uuid, string parent) =>
        new DefinitionReader(host, e => throw e).Read(new DefinitionQuery { Uuids = [uuid], Parents = NameFilter.Of(parent) }).Single();

    // Until it is killed.
    private static void Redefine(HostRoot host, Guid uuid, string parent)
    {
        AttributeValue[] many = [.. Enumerable.Range(0, 200).Select(i => new AttributeValue("vendor/a", new string('x', 100)))];
        MdevDefinition definition = Defined(host, uuid, parent);
        for (int i = 0; ; i++)
        {
            new DefinitionEditor(host, null).Change(definition, new DefinitionChange { Attributes = _ => i % 2 == 0 ? many : [] });
            if (i == 1)
                Console.WriteLine("ready");
        }
    }

    private static void Append(HostRoot host, Guid uuid, string parent, string name, int count)
    {
        MdevDefinition definition = Defined(host, uuid, parent);
        for (int i = 0; i < count; i++)
            new DefinitionEditor(host, null).Change(definition, new DefinitionChange { Attributes = now => [.. now, new AttributeValue(name, $"{i}")] });
    }

    private static void ListWithoutDescriptors(HostRoot host, string what, int left)
    {
        List<string> told = [];
        void Report(MdevException e) => told.Add($"{e.Error} {e.ErrnoName} {e.Path}");
        void List() => _ = what == "parents" ? new ParentReader(host, Report).Read(new NameFilter()).Count() : new DefinitionReader(host, Report).Read(new DefinitionQuery()).Count();
        // What the runtime loads at first use takes descriptors too.
        List();
        // All that there are but a few, so that each further one is refused.
        var taken = new List<FileStream>();
        try
        {
            while (true)
                taken.Add(File.OpenRead("/dev/null"));
        }
        catch (IOException)
        {
            taken.TakeLast(left).ToList().ForEach(file => file.Dispose());
            List();
        }

        taken.ForEach(file => file.Dispose());
        told.ForEach(Console.WriteLine);
    }

    private static void Outlive()
    {
        string root = SimulatedHost.Create(["mtty"]).Root;
        HostRoot host = HostOpener.Open(root);
        MdevDevice device = new DeviceAllocator(host, e => throw e, (_, _) => Decision.Make).Make(new CreateRequest { Placement = new PlacementRequest { Type = "mtty-1" } }, default).Single();
        SimulatedHost.StartVm(root, "web", device.Uuid);
        new DeviceRemover(host, _ => { }).RemoveEvenIfInUse(device);
        SpinWait.SpinUntil(() => !Directory.Exists($"{root}/sys/bus/mdev/devices/{device.Uuid}") && !File.Exists($"{root}/sys/bus/mdev/devices/{device.Uuid}"), TimeSpan.FromMinutes(1));
        SimulatedHost.Remove(root);
        // The thread looks every tenth of a second.
        Thread.Sleep(500);
        Console.WriteLine("still here");
    }

    private static void RemoveAll(HostRoot host)
    {
        foreach (MdevDevice device in new DeviceReader(host, _ => { }).Read(new DeviceQuery()).ToArray())
        {
            try
            {
                new DeviceRemover(host, _ => { }).Remove(device);
                Console.WriteLine($"removed {device.Uuid}");
            }
            catch (MdevException e)
            {
                Console.WriteLine($"error {e.Error} {device.Uuid}");
            }
        }
    }
}
