namespace Mdev.Simulation;

/// <summary>A type as a simulated driver registers it.</summary>
internal sealed record SimulatedType(string Id, string? Name, string? Description, string DeviceApi = "vfio-pci");
