namespace Mdev.VirtualMachines;

/// <summary>Whether a VM shows what a mediated device draws.</summary>
public enum MdevDisplay
{
    /// <summary>Show it; a device that draws nothing is refused by QEMU.</summary>
    On,

    /// <summary>Do not show it.</summary>
    Off,

    /// <summary>Show it if the device draws something. Only QEMU knows this; libvirt has on and off.</summary>
    Auto,
}
