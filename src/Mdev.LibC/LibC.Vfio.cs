using System.Runtime.InteropServices;

namespace Mdev.Kernel;

/// <summary>What VFIO's ioctl requests take and give. Source: linux/vfio.h, whose names are kept.</summary>
internal static unsafe partial class LibC
{
    public const int VFIO_API_VERSION = 0;
    public const int VFIO_TYPE1_IOMMU = 1;
    public const int VFIO_TYPE1v2_IOMMU = 3;
    public const uint VFIO_GROUP_FLAGS_VIABLE = 1 << 0;
    public const int VFIO_PCI_CONFIG_REGION_INDEX = 7;

    public static readonly nuint VFIO_GET_API_VERSION = Request(0);
    public static readonly nuint VFIO_CHECK_EXTENSION = Request(1);
    public static readonly nuint VFIO_SET_IOMMU = Request(2);
    public static readonly nuint VFIO_GROUP_GET_STATUS = Request(3);
    public static readonly nuint VFIO_GROUP_SET_CONTAINER = Request(4);
    public static readonly nuint VFIO_GROUP_GET_DEVICE_FD = Request(6);
    public static readonly nuint VFIO_DEVICE_GET_INFO = Request(7);
    public static readonly nuint VFIO_DEVICE_GET_REGION_INFO = Request(8);
    public static readonly nuint VFIO_DEVICE_GET_IRQ_INFO = Request(9);

    // _IO(VFIO_TYPE, VFIO_BASE + n) with VFIO_TYPE ';' and VFIO_BASE 100; _IOC_NONE is 1 on Power and 0 elsewhere (asm/ioctl.h).
    private static nuint Request(uint n) =>
        (RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le ? 1u << 29 : 0) | ((uint)';' << 8) | (100 + n);

    [StructLayout(LayoutKind.Sequential)]
    public struct vfio_group_status
    {
        public uint argsz;
        public uint flags;
    }

    /// <summary>Up to cap_offset: newer headers have a padding behind it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct vfio_device_info
    {
        public uint argsz;
        public uint flags;
        public uint num_regions;
        public uint num_irqs;
        public uint cap_offset;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct vfio_region_info
    {
        public uint argsz;
        public uint flags;
        public uint index;
        public uint cap_offset;
        public ulong size;
        public ulong offset;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct vfio_irq_info
    {
        public uint argsz;
        public uint flags;
        public uint index;
        public uint count;
    }
}
