namespace Mdev.Conformance.Worlds;

/// <summary>A test that a simulated host cannot pass, whose files are ordinary ones.</summary>
internal sealed class KernelOnlyFactAttribute : FactAttribute
{
    public KernelOnlyFactAttribute(string why) => Skip = World.IsKernel ? null : $"Only on the real kernel: {why}";
}
