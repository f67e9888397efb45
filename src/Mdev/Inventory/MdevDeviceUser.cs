namespace Mdev.Inventory;

/// <summary>A process that holds a mediated device open.</summary>
public sealed record MdevDeviceUser
{
    /// <summary>The process id.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The name of the process (/proc/PID/comm); null when it cannot be read.</summary>
    public string? ProcessName { get; init; }

    /// <summary>The name of the virtual machine, when the process is a QEMU that was given one.</summary>
    public string? VmName { get; init; }

    /// <summary>The UUID of the virtual machine, when the process is a QEMU that was given one.</summary>
    public Guid? VmUuid { get; init; }

    /// <inheritdoc/>
    public override string ToString() => VmName is null ? $"{ProcessName ?? "?"} ({ProcessId})" : $"{VmName} ({ProcessName ?? "?"} {ProcessId})";
}
