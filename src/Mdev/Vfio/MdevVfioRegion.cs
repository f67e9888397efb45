namespace Mdev.Vfio;

/// <summary>A region of a VFIO device: memory or registers that a VM reaches by reading, writing or mapping.</summary>
public sealed record MdevVfioRegion
{
    /// <summary>Its index.</summary>
    public required int Index { get; init; }

    /// <summary>What the index stands for, such as <c>BAR0</c> or <c>Config</c>; null when that is up to the driver.</summary>
    public string? Name { get; init; }

    /// <summary>Its size in bytes; 0 when the index is not in use.</summary>
    public required long Size { get; init; }

    /// <summary>Whether it can be read.</summary>
    public required bool Readable { get; init; }

    /// <summary>Whether it can be written.</summary>
    public required bool Writable { get; init; }

    /// <summary>Whether it can be mapped into memory.</summary>
    public required bool Mappable { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name ?? $"region {Index}"} 0x{Size:x} {(Readable ? "r" : "")}{(Writable ? "w" : "")}{(Mappable ? "m" : "")}".TrimEnd();
}
