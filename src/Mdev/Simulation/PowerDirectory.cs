namespace Mdev.Simulation;

/// <summary>The power/ directory that every device of the driver core has.</summary>
internal static class PowerDirectory
{
    public static void AddTo(SimulatedTree tree, string device)
    {
        string path = $"{device}/power";
        tree.AddDirectory(path);
        tree.AddReadWrite($"{path}/async", "disabled\n");
        // The kernel answers EIO to a read of this one; a file of a simulated host can only be empty.
        tree.AddReadWrite($"{path}/autosuspend_delay_ms", "");
        tree.AddReadWrite($"{path}/control", "auto\n");
        foreach (string counter in new[] { "runtime_active_kids", "runtime_active_time", "runtime_suspended_time", "runtime_usage" })
            tree.AddReadOnly($"{path}/{counter}", "0\n");
        tree.AddReadOnly($"{path}/runtime_enabled", "disabled\n");
        tree.AddReadOnly($"{path}/runtime_status", "unsupported\n");
    }
}
