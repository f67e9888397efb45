using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Vfio;

/// <summary>
/// Asks VFIO itself what a device is. That opens the device: it has to be free, and nobody else can open it for that moment. So it is only done to
/// a device that somebody named.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of a device that is something else than its type says.</param>
/// <param name="cancel">Ends the look at the processes of the host, which tells who has the device open.</param>
public sealed class VfioReader(HostRoot host, Action<MdevException> report, CancellationToken cancel = default)
{
    private const string Container = "/dev/vfio/vfio";

    /// <summary>What VFIO says of a device.</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.InUse"/>; <see cref="MdevError.VfioUnavailable"/>; <see cref="MdevError.VfioNoIommuDriver"/>;
    /// <see cref="MdevError.PermissionDenied"/>; <see cref="MdevError.VfioRefused"/>.
    /// </exception>
    public MdevVfioInfo Read(MdevDevice device)
    {
        if (device.State != MdevDeviceState.Active || device.VfioPath is not { } node)
            throw new MdevException(MdevError.VfioRefused, $"Device {device.Uuid} cannot be opened: it is {Describe(device)}.", host.OnMachine(device.SysfsPath));
        try
        {
            host.Trace($"Opening device {device.Uuid} through '{host.OnMachine(node)}'.");
            using IVfioDevice opened = host.Kernel.OpenVfioDevice(Container, node, HostFiles.Name(device.SysfsPath));
            return Read(device, opened);
        }
        catch (MdevException e) when (e.Errno != 0)
        {
            throw Explain(e, device);
        }
    }

    private static string Describe(MdevDevice device) => device.State switch
    {
        MdevDeviceState.Unbound => "without a driver",
        MdevDeviceState.Removing => "being removed",
        _ => "without an IOMMU group",
    };

    private MdevVfioInfo Read(MdevDevice device, IVfioDevice opened)
    {
        VfioDeviceFacts facts = opened.Info();
        string? api = VfioNames.Api(facts.Flags);
        if (device.DeviceApi is not null && device.DeviceApi != api)
        {
            report(new MdevException(
                MdevError.VfioMismatch,
                $"Device {device.Uuid} is a {api ?? "device of no kind that is known"} to VFIO, and its type '{Printable.Text(device.Type)}' says {Printable.Text(device.DeviceApi)}.",
                host.OnMachine(device.SysfsPath)));
        }

        byte[]? header = api == "vfio-pci" ? PciHeader(opened) : null;
        return new MdevVfioInfo
        {
            Uuid = device.Uuid,
            Type = device.Type,
            Parent = device.Parent,
            DeviceApi = api,
            CanReset = (facts.Flags & VfioNames.ResetFlag) != 0,
            PciId = header is null ? null : PciConfig.Id(header),
            PciClass = header is null ? null : PciConfig.Class(header),
            PciSubsystemId = header is null ? null : PciConfig.SubsystemId(header),
            Regions = Enumerable.Range(0, facts.RegionCount).Select(index => Region(opened, api, index)).OfType<MdevVfioRegion>().ToArray(),
            Interrupts = Enumerable.Range(0, facts.InterruptCount).Select(index => Interrupt(opened, api, index)).OfType<MdevVfioInterrupt>().ToArray(),
            Root = host.Root,
        };
    }

    private static byte[]? PciHeader(IVfioDevice opened)
    {
        var header = new byte[PciConfig.HeaderSize];
        return opened.Region(LibC.VFIO_PCI_CONFIG_REGION_INDEX) is { Size: >= PciConfig.HeaderSize } region && opened.Read(region, header) == header.Length ? header : null;
    }

    // VFIO_REGION_INFO_FLAG_READ, _WRITE and _MMAP.
    private static MdevVfioRegion? Region(IVfioDevice opened, string? api, int index) => opened.Region(index) is not { } facts ? null : new MdevVfioRegion
    {
        Index = index,
        Name = VfioNames.Region(api, index),
        Size = (long)facts.Size,
        Readable = (facts.Flags & 1) != 0,
        Writable = (facts.Flags & 2) != 0,
        Mappable = (facts.Flags & 4) != 0,
    };

    // VFIO_IRQ_INFO_EVENTFD, _MASKABLE, _AUTOMASKED and _NORESIZE.
    private static MdevVfioInterrupt? Interrupt(IVfioDevice opened, string? api, int index) => opened.Interrupt(index) is not { } facts ? null : new MdevVfioInterrupt
    {
        Index = index,
        Name = VfioNames.Interrupt(api, index),
        Count = facts.Count,
        EventFd = (facts.Flags & 1) != 0,
        Maskable = (facts.Flags & 2) != 0,
        AutoMasked = (facts.Flags & 4) != 0,
        NoResize = (facts.Flags & 8) != 0,
    };

    private MdevException Explain(MdevException e, MdevDevice device)
    {
        bool isContainer = e.Path == host.OnMachine(Container);
        (MdevError error, string why) = Refusal.Of(Attempt.AskVfio, e);
        if (error == MdevError.InUse)
            why = $"{UserScan.Holders(UserScan.Of(host, cancel).UsersOf(device))} has it open";
        if (error == MdevError.VfioUnavailable)
            why = isContainer ? "this host has no VFIO container" : "its VFIO group has no node";
        return new MdevException(error, $"Device {device.Uuid} was not asked: {why}", e);
    }
}
