using System.Text;
using Mdev.Conformance.Worlds;
using Mdev.Kernel;

namespace Mdev.Conformance.VendorVfio;

/// <summary>A test that says the same of a simulated L40S and of the real kernel's functions.</summary>
public abstract class VendorVfioTest(bool isUpstream = false) : IDisposable
{
    private protected const int OneQ = 1147, FourQ = 1150, EightQ = 1152, TwentyFourQ = 1155, FortyEightQ = 1156;

    private protected VendorWorld World { get; } = VendorWorld.Start(isUpstream);

    private protected HostRoot Host => World.Host;

    private protected string F0 => World.Functions[0];

    private protected string F1 => World.Functions[1];

    private protected string F2 => World.Functions[2];

    public void Dispose()
    {
        World.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One open, one write, one close.</summary>
    private protected Answer Write(string function, string value, string attribute = "current_vgpu_type") => Answer.To(() =>
    {
        using IAttributeWriter writer = Host.Kernel.OpenAttribute(VendorWorld.Attribute(function, attribute));
        writer.Write(Encoding.UTF8.GetBytes(value));
    });

    private protected Answer Write(string function, int type) => Write(function, $"{type}");

    private protected void Have(string function, int type) => Assert.Equal(Answer.Done, Write(function, type));

    /// <summary>An attribute to the byte.</summary>
    private protected string Bytes(string function, string attribute)
    {
        using FileStream file = File.OpenRead(Host.OnMachine(VendorWorld.Attribute(function, attribute)));
        using var content = new MemoryStream();
        file.CopyTo(content);
        return Encoding.UTF8.GetString(content.ToArray());
    }

    /// <summary>How an attribute answers to being read.</summary>
    private protected Answer Read(string function, string attribute) => Answer.To(() =>
    {
        using DirectoryHandle directory = Host.Files.OpenDirectory($"/sys/bus/pci/devices/{function}/nvidia")!;
        _ = directory.ReadAttribute(attribute);
    });

    private protected string Current(string function) => Bytes(function, "current_vgpu_type");

    /// <summary>The numbers that a function lists as those that can be made.</summary>
    private protected int[] Creatable(string function) =>
        Bytes(function, "creatable_vgpu_types").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => int.Parse(line[..line.IndexOf(':')])).ToArray();
}
