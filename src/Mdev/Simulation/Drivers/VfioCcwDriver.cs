using Mdev.Errors;

namespace Mdev.Simulation.Drivers;

/// <summary>IBM Z subchannels for pass-through: hundreds of parents, each for one device (drivers/s390/cio/vfio_ccw_drv.c).</summary>
internal sealed class VfioCcwDriver : SimulatedMdevDriver
{
    private const string Bus = "/sys/bus/css";

    public override string DriverString => "vfio_ccw";

    public override string MdevDriver => "vfio_ccw_mdev";

    public override int FullErrno => Errno.EUSERS;

    public override IEnumerable<string> Sizes => [nameof(SimulationSizes.SubchannelCount)];

    public override int Available(SimulatedParent parent, string type) => 1 - parent.TypesInUse.Count;

    public override void Register(SimulatedHostBuilder host, SimulationSizes sizes)
    {
        SimulatedTree tree = host.Tree;
        host.AddDriver(MdevDriver);
        tree.AddDirectory($"{Bus}/devices");
        tree.AddDirectory($"{Bus}/drivers/{DriverString}");
        for (int i = 0; i < (sizes.SubchannelCount ?? 256); i++)
        {
            string name = $"0.0.{i:x4}", path = $"/sys/devices/css0/{name}";
            tree.AddDirectory(path);
            tree.AddLink($"{path}/subsystem", Bus);
            tree.AddLink($"{path}/driver", $"{Bus}/drivers/{DriverString}");
            tree.AddLink($"{Bus}/devices/{name}", path);
            tree.AddLink($"{Bus}/drivers/{DriverString}/{name}", path);
            tree.AddReadOnly($"{path}/type", "0\n");
            tree.AddReadOnly($"{path}/modalias", "css:t0\n");
            tree.AddReadOnly($"{path}/chpids", "11 12 13 14 00 00 00 00\n");
            tree.AddReadOnly($"{path}/pimpampom", "f0 f0 ff\n");
            tree.AddReadWrite($"{path}/driver_override", "vfio_ccw\n");
            tree.AddReadWrite($"{path}/uevent", $"DRIVER={DriverString}\n");
            host.Register(path, [new SimulatedType("vfio_ccw-io", "I/O subchannel (Non-QDIO)", null, "vfio-ccw")]);
        }
    }
}
