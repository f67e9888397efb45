using Mdev;
using Mdev.Simulation;

namespace MdevPS.Tests;

/// <summary>A test on a simulated host, which is this session's default: no -Root is needed, and it is gone afterwards.</summary>
public abstract class SimulatedHostTest : MdevPSTest
{
    private readonly string? _before = Environment.GetEnvironmentVariable(HostRoot.EnvironmentVariable);

    protected SimulatedHostTest(params string[] drivers)
    {
        Root = SimulatedHost.Create(drivers.Length > 0 ? drivers : ["mtty", "mdpy", "mbochs"], null).Root;
        Environment.SetEnvironmentVariable(HostRoot.EnvironmentVariable, Root);
    }

    /// <summary>The simulated host's root directory.</summary>
    protected string Root { get; }

    public override void Dispose()
    {
        Environment.SetEnvironmentVariable(HostRoot.EnvironmentVariable, _before);
        SimulatedHost.Remove(Root);
        base.Dispose();
        GC.SuppressFinalize(this);
    }
}
