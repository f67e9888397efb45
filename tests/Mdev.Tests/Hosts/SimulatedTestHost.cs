using System.Globalization;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Simulation;

namespace Mdev.Tests.Hosts;

/// <summary>A simulated host.</summary>
internal sealed class SimulatedTestHost(SimulatedHost host) : TestHost(host.Root)
{
    private int _nextPid = 4242;

    public SimulatedTestHost(params string[] drivers)
        : this(drivers, null)
    {
    }

    public SimulatedTestHost(string[] drivers, SimulationSizes? sizes)
        : this(SimulatedHost.Create(drivers, sizes: sizes))
    {
    }

    /// <summary>What is asked just before a device is made.</summary>
    public Func<MdevPlacement, Guid, bool> Confirm { get; set; } = (_, _) => true;

    public MdevDevice[] Make(string type, int count = 1, params Guid[] uuids) => Make(new CreateRequest
    {
        Placement = new PlacementRequest { Type = type },
        Count = count,
        Uuids = uuids,
    });

    public MdevDevice[] Make(CreateRequest request) =>
        new DeviceAllocator(Host, Reports.Add, (placement, uuid) => Confirm(placement, uuid) ? Decision.Make : Decision.Leave).Make(request, CancellationToken.None).ToArray();

    public void Remove(MdevDevice device) => new DeviceRemover(Host, Reports.Add).Remove(device);

    public MdevError RemoveFails(MdevDevice device) => Assert.Throws<MdevException>(() => Remove(device)).Error;

    /// <summary>Writes behind the library's back, as another program does.</summary>
    public void Write(string hostPath, string value)
    {
        HostRoot host = HostOpener.Open(Root);
        using IAttributeWriter attribute = host.Kernel.OpenAttribute(hostPath);
        host.Write(attribute, value);
    }

    /// <summary>Makes a device behind the library's back.</summary>
    public void Create(string typePath, Guid uuid) => Write($"{typePath}/create", uuid.ToString());

    /// <summary>A process that has a device open as a VM has.</summary>
    public void Hold(MdevDevice device)
    {
        string process = $"/proc/{(_nextPid++).ToString(CultureInfo.InvariantCulture)}/fd";
        AddLink($"{process}/10", "/dev/vfio/vfio");
        AddLink($"{process}/11", device.VfioPath!);
        AddLink($"{process}/12", "anon_inode:[vfio-device]");
    }
}
