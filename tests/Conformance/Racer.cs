using System.Diagnostics;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;

namespace Mdev.Conformance;

/// <summary>A process of its own that makes devices on demand; this assembly is the program.</summary>
internal static class Racer
{
    private const string End = "end";

    public static Process Start(HostRoot host) => Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(Racer).Assembly.Location, host.Root])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    /// <summary>Has a racer make devices, and waits until it is done.</summary>
    public static Result Make(Process racer, string type, int count)
    {
        racer.StandardInput.WriteLine($"{type} {count}");
        racer.StandardInput.Flush();
        var result = new Result([], []);
        while (racer.StandardOutput.ReadLine() is { } line && line != End)
        {
            string[] parts = line.Split(' ');
            (parts[0] == "made" ? result.Made : result.Errors).Add(parts[1]);
        }

        return result;
    }

    // Ends with its input: whoever started it is gone then.
    public static int Main(string[] arguments)
    {
        HostRoot host = HostOpener.Open(arguments[0]);
        while (Console.ReadLine() is { } line)
        {
            string[] parts = line.Split(' ');
            var request = new CreateRequest { Placement = new PlacementRequest { Type = parts[0] }, Count = int.Parse(parts[1]) };
            foreach (MdevDevice device in new DeviceAllocator(host, e => Console.WriteLine($"error {e.Error}"), (_, _) => Decision.Make).Make(request, default))
                Console.WriteLine($"made {device.Uuid}");
            Console.WriteLine(End);
        }

        return 0;
    }

    /// <summary>What it made, and what it was told.</summary>
    internal sealed record Result(List<string> Made, List<string> Errors);
}
