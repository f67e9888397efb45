using System.Text;
using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>
/// A VFIO device of the running kernel, by the legacy path that every kernel has: a container, an IOMMU driver in it, the device's group, the device
/// (Documentation/driver-api/vfio.rst). Once the three descriptors are closed nothing of it is left.
/// </summary>
internal sealed unsafe class LiveVfioDevice : IVfioDevice
{
    private readonly Descriptor _container;
    private readonly Descriptor _group;
    private readonly Descriptor _device;
    private readonly string _path;

    private LiveVfioDevice(Descriptor container, Descriptor group, Descriptor device, string path) =>
        (_container, _group, _device, _path) = (container, group, device, path);

    public static LiveVfioDevice Open(Func<Descriptor> openContainer, string containerPath, Func<Descriptor> openGroup, string groupPath, string name)
    {
        Descriptor? container = null, group = null;
        try
        {
            container = openContainer();
            int version = Ioctl(container, LibC.VFIO_GET_API_VERSION, nameof(LibC.VFIO_GET_API_VERSION), null, containerPath);
            if (version != LibC.VFIO_API_VERSION)
                throw new MdevException(MdevError.VfioUnavailable, $"'{containerPath}' speaks version {version} of VFIO, and only {LibC.VFIO_API_VERSION} is known.", containerPath);
            int iommu = IommuDriver(container, containerPath);
            group = openGroup();
            var status = new LibC.vfio_group_status { argsz = (uint)sizeof(LibC.vfio_group_status) };
            Ioctl(group, LibC.VFIO_GROUP_GET_STATUS, nameof(LibC.VFIO_GROUP_GET_STATUS), &status, groupPath);
            if ((status.flags & LibC.VFIO_GROUP_FLAGS_VIABLE) == 0)
                throw new MdevException(MdevError.VfioRefused, $"The VFIO group '{groupPath}' is not viable: a device in it is bound to a driver that does not belong to VFIO.", groupPath);
            int containerNumber = container.Number;
            Ioctl(group, LibC.VFIO_GROUP_SET_CONTAINER, nameof(LibC.VFIO_GROUP_SET_CONTAINER), &containerNumber, groupPath);
            Ioctl(container, LibC.VFIO_SET_IOMMU, nameof(LibC.VFIO_SET_IOMMU), (void*)iommu, containerPath);
            int device;
            fixed (byte* text = Encoding.ASCII.GetBytes(name + '\0'))
                device = Ioctl(group, LibC.VFIO_GROUP_GET_DEVICE_FD, nameof(LibC.VFIO_GROUP_GET_DEVICE_FD), text, groupPath);
            return new LiveVfioDevice(container, group, new Descriptor(device), groupPath);
        }
        catch
        {
            group?.Dispose();
            container?.Dispose();
            throw;
        }
    }

    public VfioDeviceFacts Info()
    {
        var info = new LibC.vfio_device_info { argsz = (uint)sizeof(LibC.vfio_device_info) };
        Ioctl(_device, LibC.VFIO_DEVICE_GET_INFO, nameof(LibC.VFIO_DEVICE_GET_INFO), &info, _path);
        return new VfioDeviceFacts(info.flags, (int)info.num_regions, (int)info.num_irqs);
    }

    public VfioRegionFacts? Region(int index)
    {
        var info = new LibC.vfio_region_info { argsz = (uint)sizeof(LibC.vfio_region_info), index = (uint)index };
        return IoctlUnlessInvalid(LibC.VFIO_DEVICE_GET_REGION_INFO, nameof(LibC.VFIO_DEVICE_GET_REGION_INFO), &info)
            ? new VfioRegionFacts(info.flags, info.size, info.offset)
            : null;
    }

    public VfioInterruptFacts? Interrupt(int index)
    {
        var info = new LibC.vfio_irq_info { argsz = (uint)sizeof(LibC.vfio_irq_info), index = (uint)index };
        return IoctlUnlessInvalid(LibC.VFIO_DEVICE_GET_IRQ_INFO, nameof(LibC.VFIO_DEVICE_GET_IRQ_INFO), &info)
            ? new VfioInterruptFacts(info.flags, (int)info.count)
            : null;
    }

    public int Read(VfioRegionFacts region, Span<byte> buffer)
    {
        nint count;
        fixed (byte* p = buffer)
            count = LibC.pread(_device.Number, p, (nuint)buffer.Length, (long)region.Offset);
        return count >= 0 ? (int)count : throw new MdevException(MdevError.VfioRefused, "VFIO refused", LibC.errno, "pread", _path);
    }

    public void Dispose()
    {
        _device.Dispose();
        _group.Dispose();
        _container.Dispose();
    }

    // A mediated device needs no IOMMU of its own, but the container wants a driver for one; every platform that has mediated devices has type 1.
    private static int IommuDriver(Descriptor container, string path)
    {
        foreach (int type in new[] { LibC.VFIO_TYPE1v2_IOMMU, LibC.VFIO_TYPE1_IOMMU })
        {
            if (LibC.ioctl(container.Number, LibC.VFIO_CHECK_EXTENSION, (void*)type) > 0)
                return type;
        }

        throw new MdevException(MdevError.VfioNoIommuDriver, $"'{path}' has no IOMMU driver: neither type 1v2 nor type 1 is there.", path);
    }

    private static int Ioctl(Descriptor descriptor, nuint request, string name, void* argument, string path)
    {
        int result = LibC.ioctl(descriptor.Number, request, argument);
        return result >= 0 ? result : throw new MdevException(MdevError.VfioRefused, "VFIO refused", LibC.errno, $"ioctl {name}", path);
    }

    private bool IoctlUnlessInvalid(nuint request, string name, void* argument)
    {
        if (LibC.ioctl(_device.Number, request, argument) >= 0)
            return true;
        int errno = LibC.errno;
        return errno == Errno.EINVAL ? false : throw new MdevException(MdevError.VfioRefused, "VFIO refused", errno, $"ioctl {name}", _path);
    }
}
