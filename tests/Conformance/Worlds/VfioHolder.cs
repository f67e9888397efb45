using System.Runtime.InteropServices;
using System.Text;

namespace Mdev.Conformance.Worlds;

/// <summary>Opens a device through container and group as a VM does, and keeps all three descriptors (Documentation/driver-api/vfio.rst).</summary>
internal sealed unsafe partial class VfioHolder : IDisposable
{
    private const int O_RDWR_CLOEXEC = 0x80002;

    // linux/vfio.h: _IO(';', 100 + n).
    private const nuint VFIO_SET_IOMMU = 0x3b66;
    private const nuint VFIO_GROUP_SET_CONTAINER = 0x3b68;
    private const nuint VFIO_GROUP_GET_DEVICE_FD = 0x3b6a;
    private const nint VFIO_TYPE1v2_IOMMU = 3;

    private readonly Stack<int> _descriptors = new();

    public VfioHolder(string groupNode, string name)
    {
        try
        {
            int container = Open("/dev/vfio/vfio");
            int group = Open(groupNode);
            _ = Ioctl(group, VFIO_GROUP_SET_CONTAINER, &container);
            _ = Ioctl(container, VFIO_SET_IOMMU, (void*)VFIO_TYPE1v2_IOMMU);
            fixed (byte* text = Encoding.ASCII.GetBytes(name + "\0"))
                _descriptors.Push(Ioctl(group, VFIO_GROUP_GET_DEVICE_FD, text));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        while (_descriptors.TryPop(out int descriptor))
            _ = close(descriptor);
    }

    private int Open(string path)
    {
        int descriptor = open(path, O_RDWR_CLOEXEC);
        if (descriptor < 0)
            throw new InvalidOperationException($"open {path}: errno {Marshal.GetLastPInvokeError()}");
        _descriptors.Push(descriptor);
        return descriptor;
    }

    private static int Ioctl(int descriptor, nuint request, void* argument)
    {
        int result = ioctl(descriptor, request, argument);
        return result >= 0 ? result : throw new InvalidOperationException($"ioctl {request:x}: errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
