namespace Mdev.Vfio;

/// <summary>An interrupt index of a VFIO device.</summary>
public sealed record MdevVfioInterrupt
{
    /// <summary>Its index.</summary>
    public required int Index { get; init; }

    /// <summary>What the index stands for, such as <c>INTx</c> or <c>MSI</c>; null when that is up to the driver.</summary>
    public string? Name { get; init; }

    /// <summary>How many interrupts it has.</summary>
    public required int Count { get; init; }

    /// <summary>Whether it is delivered by eventfd.</summary>
    public required bool EventFd { get; init; }

    /// <summary>Whether it can be masked.</summary>
    public required bool Maskable { get; init; }

    /// <summary>Whether it masks itself when it is delivered.</summary>
    public required bool AutoMasked { get; init; }

    /// <summary>Whether its number is fixed once it is set up.</summary>
    public required bool NoResize { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name ?? $"interrupt {Index}"} {Count}";
}
