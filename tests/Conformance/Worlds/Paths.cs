using Mdev.Kernel;

namespace Mdev.Conformance.Worlds;

/// <summary>Host paths of the sample drivers: each has one parent, of its own name, and its type ids begin with that name.</summary>
internal static class Paths
{
    public const string Bus = "/sys/bus/mdev/devices";

    public static readonly string[] Drivers = ["mtty", "mdpy", "mbochs"];

    public static string Parent(string driver) => $"/sys/devices/virtual/{driver}/{driver}";

    public static string Type(string type) => $"{Parent(type[..type.IndexOf('-')])}/mdev_supported_types/{type}";

    /// <summary>The real directory of a device, also while it is off the bus; <see cref="Bus"/> has only links to it.</summary>
    public static string Device(Guid uuid, HostRoot host) =>
        Drivers.Select(driver => $"{Parent(driver)}/{uuid}").FirstOrDefault(host.Files.HasDirectory) ?? $"{Parent(Drivers[0])}/{uuid}";
}
