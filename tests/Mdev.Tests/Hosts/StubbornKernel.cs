using Mdev.Kernel;

namespace Mdev.Tests.Hosts;

/// <summary>A host's kernel, but for what a test has it do instead when a device is made: what real drivers do and simulated ones do not.</summary>
/// <param name="kernel">The kernel.</param>
/// <param name="create">Is given the path and the kernel's own way to go on.</param>
internal sealed class StubbornKernel(IKernel kernel, Action<string, Action> create) : IKernel
{
    public bool IsSimulated => kernel.IsSimulated;

    public IAttributeWriter OpenAttribute(string path) => new Writer(kernel.OpenAttribute(path), create);

    public IDisposable OpenGroup(string path) => kernel.OpenGroup(path);

    public IVfioDevice OpenVfioDevice(string container, string group, string name) => kernel.OpenVfioDevice(container, group, name);

    private sealed class Writer(IAttributeWriter writer, Action<string, Action> create) : IAttributeWriter
    {
        public string Path => writer.Path;

        public void Write(ReadOnlySpan<byte> value)
        {
            byte[] bytes = value.ToArray();
            if (System.IO.Path.GetFileName(Path) == "create")
                create(Path, () => writer.Write(bytes));
            else
                writer.Write(bytes);
        }

        public void WriteDetached(string value) => writer.WriteDetached(value);

        public void Dispose() => writer.Dispose();
    }
}
