using Mdev.Comparison;
using Mdev.Simulation;

namespace Mdev.Budget;

/// <summary>We and mdevctl read the same kernel interface; on a healthy host we must say the same.</summary>
public sealed class MdevctlTests
{
    [MdevctlFact]
    public void Devices_and_types_are_those_of_mdevctl()
    {
        // Of vGPUs without mdev mdevctl knows nothing.
        string root = SimulatedHost.Create(SimulatedHost.Drivers.Except(["broken", "nvidia-l40s", "nvidia-mig", "nvidia-upstream"])).Root;
        string scratch = Directory.CreateTempSubdirectory("mdevps-").FullName;
        try
        {
            Trees.MakeOneOfEach(root);
            Agreement.Require(new Contenders(floor: "", module: "", scratch), root);
        }
        finally
        {
            SimulatedHost.Remove(root);
            Directory.Delete(scratch, recursive: true);
        }
    }
}
