namespace Mdev.Kernel;

/// <summary>The kernel that this process runs on.</summary>
public sealed class LiveKernel : IKernel
{
    /// <inheritdoc/>
    public IAttributeWriter OpenAttribute(string path)
    {
        Descriptor descriptor = Descriptor.Open(path, LibC.O_WRONLY | LibC.O_NOFOLLOW | LibC.O_NONBLOCK);
        if (IsSysfs(descriptor))
            return new SysfsWriter(path, descriptor);
        descriptor.Dispose();
        // Below a root, 'create' may be a plain file of an image or a capture; writing there would change the file and make no device.
        throw new MdevException(MdevError.NotLive, $"Nothing was written: '{path}' is an ordinary file, not an attribute of a running kernel.", path);
    }

    /// <inheritdoc/>
    public IDisposable OpenGroup(string path) => Descriptor.Open(path, LibC.O_RDWR);

    /// <inheritdoc/>
    public IVfioDevice OpenVfioDevice(string container, string group, string name) => LiveVfioDevice.Open(container, group, name);

    private static unsafe bool IsSysfs(Descriptor descriptor)
    {
        byte* statfs = stackalloc byte[LibC.StatfsSize];
        return LibC.fstatfs(descriptor.Number, statfs) == 0 && LibC.FileSystemType(statfs) == LibC.SYSFS_MAGIC;
    }

    private sealed class SysfsWriter(string path, Descriptor descriptor) : IAttributeWriter
    {
        public string Path => path;

        public unsafe void Write(ReadOnlySpan<byte> value)
        {
            nint written;
            fixed (byte* p = value)
                written = LibC.write(descriptor.Number, p, (nuint)value.Length);
            if (written < 0)
                throw new MdevException(MdevError.WriteRefused, "The kernel refused", LibC.errno, "write", path);
            if (written != value.Length)
                throw new MdevException(MdevError.WriteRefused, $"The kernel took only {written} of {value.Length} bytes written to '{path}'.", path);
        }

        public void WriteDetached(string value) => DetachedWriter.Write(descriptor, value);

        public void Dispose() => descriptor.Dispose();
    }
}
