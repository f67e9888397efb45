using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Interfaces;

/// <summary>The interfaces that are known. A new one is added here, and nowhere above.</summary>
internal static class AllInterfaces
{
    public static IReadOnlyList<IDeviceInterface> Of(HostRoot host) => [new MdevBus.MdevBus(host), new VendorVfio.VendorVfioFunctions(host)];
}
