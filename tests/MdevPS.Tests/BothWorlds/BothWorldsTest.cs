namespace MdevPS.Tests.BothWorlds;

/// <summary>A test on a host with mtty, mdpy and mbochs and no devices: a simulated one or, in a virtual machine, the real kernel.</summary>
public abstract class BothWorldsTest : CmdletTest
{
    protected BothWorldsTest()
    {
        Root = IsRealKernel ? "/" : (string)Have("New-MdevSimulation mtty,mdpy,mbochs").Get("Root")!;
        Environment.SetEnvironmentVariable(RootVariable, Root);
    }

    /// <summary>The host's root directory.</summary>
    protected string Root { get; }

    /// <summary>The same, for a path to follow.</summary>
    protected string Below => Root.TrimEnd('/');

    /// <summary>Makes a device and gives its UUID.</summary>
    protected static Guid Make(string type) => (Guid)Have($"New-MdevDevice {type}").Get("Uuid")!;

    /// <summary>Lets a program by the name of perl open a device.</summary>
    private protected Holder Hold(Guid uuid)
    {
        if (IsRealKernel)
        {
            var opener = new Opener();
            Assert.Equal("holding", opener.Ask($"hold {uuid}"));
            return new Holder(opener.Id, opener.Dispose);
        }

        const string Simulation = "[Mdev.Simulation.SimulatedHost]";
        var id = (int)Have($"{Simulation}::StartProcess('{Root}', 'perl', @('perl', 'holder.pl'), [guid]'{uuid}')").Only.BaseObject;
        return new Holder(id, () => Have($"{Simulation}::EndProcess('{Root}', {id})"));
    }

    protected static string? StateOf(Guid uuid) => Run($"Get-MdevDevice {uuid}").Get("State")?.ToString();

    /// <summary>Nothing tells of the end of a removal or of a program's opening of a device, so it is looked for.</summary>
    protected static void WaitUntil(Func<bool> condition, string what) => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            if (condition())
                return true;
            Thread.Sleep(50);
            return false;
        },
        TimeSpan.FromMinutes(1)), $"Waited a minute in vain until {what}.");

    public override void Dispose()
    {
        if (IsRealKernel)
        {
            WaitUntil(() => Run("Get-MdevParent | Get-MdevDevice | Where-Object State -EQ Removing").Output.Count == 0, "no removal is pending");
            Have("Get-MdevDevice -Root / | Remove-MdevDevice");
        }
        else
        {
            Have($"Remove-MdevSimulation '{Root}'");
        }

        base.Dispose();
        GC.SuppressFinalize(this);
    }
}
