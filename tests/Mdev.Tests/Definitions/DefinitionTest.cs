using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Definitions;

/// <summary>A simulated host with definitions.</summary>
public abstract class DefinitionTest : IDisposable
{
    protected static readonly Guid Uuid = Guid.Parse("0a1b2c3d-0000-4000-8000-000000000001");
    protected const string Folder = "/etc/mdevctl.d";

    private readonly SimulatedTestHost _host;

    protected DefinitionTest(params string[] drivers) => _host = new SimulatedTestHost(drivers);

    private protected SimulatedTestHost Host => _host;

    protected string Root => _host.Root;

    protected List<MdevException> Reports => _host.Reports;

    protected List<string> Warnings { get; } = [];

    protected static string Plain(string type, string start = "manual", string attributes = "[]") => $$"""{"mdev_type":"{{type}}","start":"{{start}}","attrs":{{attributes}}}""";

    protected static NewDefinition New(string type, string parent, params AttributeValue[] attributes) =>
        new() { Uuid = Uuid, Type = type, Parent = parent, Interface = MdevInterface.Mdev, Attributes = attributes };

    protected Callouts Callouts(CancellationToken cancel = default) => new(_host.Host, Reports.Add, Warnings.Add, cancel);

    protected DefinitionEditor Editor(Callouts? callouts = null) => new(_host.Host, callouts);

    protected MdevDefinition[] Read(DefinitionQuery? query = null) => new DefinitionReader(_host.Host, Reports.Add).Read(query ?? new DefinitionQuery()).ToArray();

    protected MdevDefinition Only(DefinitionQuery? query = null) => Assert.Single(Read(query));

    protected string OnDisk(string parent, Guid? uuid = null) => File.ReadAllText($"{Root}{Folder}/{parent}/{uuid ?? Uuid}");

    protected void Add(string parent, string name, string content) => _host.AddFile($"{Folder}/{parent}/{name}", content);

    public void Dispose()
    {
        _host.Dispose();
        GC.SuppressFinalize(this);
    }
}
