using System.Diagnostics;
using System.Globalization;
using Mdev.Definitions;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Comparison;

/// <summary>The library as a contender: a workload is a line of standard input, and "nanoseconds objects" comes back.</summary>
public static class LibraryServer
{
    /// <summary>Answers until the input ends.</summary>
    public static void Serve(string root, TextReader input, TextWriter output)
    {
        while (input.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            long start = Stopwatch.GetTimestamp();
            long count = Run(root, words[0], words.ElementAtOrDefault(1) ?? "");
            output.WriteLine($"{Stopwatch.GetElapsedTime(start).Ticks * 100} {count}");
            output.Flush();
        }
    }

    private static long Run(string root, string workload, string name)
    {
        HostRoot host = HostOpener.Open(root);
        var devices = new DeviceReader(host, e => throw e);
        var types = new TypeReader(host, e => throw e);
        return workload switch
        {
            "devices" => devices.Read(new DeviceQuery()).LongCount(),
            "first" => devices.Read(new DeviceQuery()).Take(1).LongCount(),
            "children" => devices.Read(new DeviceQuery { Parents = NameFilter.Of(name) }).LongCount(),
            "device" => devices.Read(new DeviceQuery { Uuids = [Guid.Parse(name)] }).LongCount(),
            "definitions" => new DefinitionReader(host, e => throw e).Read(new DefinitionQuery()).LongCount(),
            "types" => types.Read(new TypeQuery()).LongCount(),
            "type" => types.Read(new TypeQuery { Types = NameFilter.Of(name) }).LongCount(),
            "live" => LiveBytes(devices.Read(new DeviceQuery()), int.Parse(name, CultureInfo.InvariantCulture)),
            _ => throw new ArgumentException($"There is no workload '{workload}'."),
        };
    }

    // What cannot be freed when the last of so many objects is there and all the others were consumed.
    private static long LiveBytes(IEnumerable<MdevDevice> devices, int count)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using IEnumerator<MdevDevice> each = devices.GetEnumerator();
        for (int i = 0; i < count; i++)
            each.MoveNext();
        return GC.GetTotalMemory(forceFullCollection: true) - before;
    }
}
