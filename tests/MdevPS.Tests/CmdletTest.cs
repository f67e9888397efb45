using System.Management.Automation;
using MdevPS.Engine;

// A session, its streams and the environment variables belong to one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace MdevPS.Tests;

/// <summary>
/// What a test of cmdlets derives from: PowerShell's engine with the staged module. A line goes in as it would be typed; what comes out are its objects,
/// read by their properties, and its errors, told apart by their ids.
/// <code>
/// public sealed class GetMdevTypeTests : SimulatedHostTest
/// {
///     [Fact]
///     public void A_type_that_no_parent_has_is_an_error_and_the_others_come()
///     {
///         Result result = Run("Get-MdevType mtty-1,mtty-9");
///         Assert.Equal("mtty-1", result.Get("Type"));
///         Assert.Equal(["MdevTypeNotFound"], result.ErrorIds);
///     }
/// }
/// </code>
/// </summary>
public abstract class CmdletTest : IDisposable
{
    // To open one takes half a second, and a script leaves nothing behind in it but what it puts into the global scope.
    private static readonly Lazy<Session> s_session = new(() => new Session());

    private readonly string? _root = Environment.GetEnvironmentVariable(RootVariable);

    protected const string RootVariable = "MDEVPS_ROOT";

    /// <summary>Whether the tests run on a real kernel, as root of a virtual machine.</summary>
    public static bool IsRealKernel => Environment.GetEnvironmentVariable("MDEVPS_WORLD") == "kernel";

    protected static Session Session => s_session.Value;

    protected static Result Run(string script) => Session.Run(script);

    protected static Result Run(string script, params object?[] input) => Session.Run(script, input);

    /// <summary>Runs a script that is a means and not what is tested: an error of it fails the test.</summary>
    protected static Result Have(string script)
    {
        Result result = Session.Run(script);
        Assert.True(result.Errors.Count == 0, result.ErrorText);
        return result;
    }

    /// <summary>An object that has properties and no type of its own, as ConvertFrom-Json and Import-Csv make it.</summary>
    protected static PSObject Bag(params (string Name, object? Value)[] properties)
    {
        PSObject bag = new();
        foreach ((string name, object? value) in properties)
            bag.Properties.Add(new PSNoteProperty(name, value));
        return bag;
    }

    /// <summary>What an object is after a journey through remoting, a job or a CLIXML file.</summary>
    protected static PSObject Deserialized(PSObject value) => (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(value, 3));

    /// <summary>Everything below a directory, to the byte, for "nothing was changed".</summary>
    protected static string Snapshot(string root) => string.Join('\n', Entries(new DirectoryInfo(root)).Order(StringComparer.Ordinal));

    // .NET would go round and round in the links of a sysfs. What can only be written shows its bytes to root alone.
    private static IEnumerable<string> Entries(DirectoryInfo directory) =>
        directory.EnumerateFileSystemInfos().Where(entry => !entry.Name.StartsWith(".mdevps-", StringComparison.Ordinal)).SelectMany(entry => entry switch
        {
            { LinkTarget: { } target } => [$"{entry.FullName} -> {target}"],
            DirectoryInfo inner => Entries(inner).Prepend($"{entry.FullName} {entry.UnixFileMode}"),
            _ => [$"{entry.FullName} {entry.UnixFileMode} {(Environment.IsPrivilegedProcess || entry.UnixFileMode.HasFlag(UnixFileMode.UserRead) ? Convert.ToHexString(File.ReadAllBytes(entry.FullName)) : "")}"],
        });

    public virtual void Dispose()
    {
        Environment.SetEnvironmentVariable(RootVariable, _root);
        GC.SuppressFinalize(this);
    }
}

/// <summary>A test on a simulated host, which is the session's default: no -Root is needed, and it is gone afterwards.</summary>
public abstract class SimulatedHostTest : CmdletTest
{
    private readonly List<string> _hosts = [];

    protected SimulatedHostTest(params string[] drivers)
    {
        Root = NewHost(drivers.Length > 0 ? drivers : ["mtty", "mdpy", "mbochs"]);
        Environment.SetEnvironmentVariable(RootVariable, Root);
    }

    /// <summary>The simulated host's root directory.</summary>
    protected string Root { get; }

    /// <summary>Another simulated host, which is not the default.</summary>
    protected string NewHost(params string[] drivers)
    {
        string root = (string)Have($"New-MdevSimulation {string.Join(',', drivers)}").Get("Root")!;
        _hosts.Add(root);
        return root;
    }

    /// <summary>Starts a virtual machine on a simulated host that holds devices open.</summary>
    /// <returns>Its process id.</returns>
    protected static int StartVm(string root, string name, params string[] uuids) =>
        (int)Have($"[Mdev.Simulation.SimulatedHost]::StartVm('{root}', '{name}', [guid[]]@({string.Join(',', uuids.Select(uuid => $"'{uuid}'"))}))").Only.BaseObject;

    public override void Dispose()
    {
        foreach (string root in _hosts.Where(Directory.Exists))
            _ = Run($"Remove-MdevSimulation '{root}' -Confirm:$false");
        base.Dispose();
        GC.SuppressFinalize(this);
    }
}
