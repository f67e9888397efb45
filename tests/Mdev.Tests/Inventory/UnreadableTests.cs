using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Inventory;

/// <summary>A host of which a user may not read everything: what cannot be read costs its error, and nothing else.</summary>
public sealed class UnreadableTests : IDisposable
{
    private const UnixFileMode Nothing = UnixFileMode.None;

    private readonly HandMadeHost _host = new();
    private readonly Guid[] _devices = [.. Enumerable.Range(1, 8).Select(i => new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))];

    public UnreadableTests()
    {
        File.SetUnixFileMode(_host.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        foreach (string parent in (string[])["p", "q"])
            _host.AddParent(parent).AddType(parent, "made-1").AddType(parent, "made-2");
        for (int i = 0; i < _devices.Length; i++)
        {
            // Most are the first parent's, so that the types of its devices are learned in the one way, and those of the second in the other.
            (string parent, string type) = (i < 6 ? "p" : "q", $"made-{1 + (i % 2)}");
            _host.AddDevice(parent, $"{_devices[i]}", type);
            _host.AddLink($"{HandMadeHost.TypePath(parent, type)}/devices/{_devices[i]}", $"../../../{_devices[i]}");
        }

        // What the runtime loads at first use, it could not load as nobody.
        Assert.Equal(_devices, _host.Devices().Select(d => d.Uuid).Order());
    }

    public void Dispose()
    {
        foreach (string directory in Directories())
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _host.Dispose();
    }

    [RootTheory]
    [InlineData(0, "p")]
    [InlineData(7, "q")]
    public void A_child_that_may_not_be_read_costs_its_error_and_no_other_object(int device, string parent)
    {
        string path = $"{_host.Root}{HandMadeHost.ParentPath(parent)}/{_devices[device]}";
        File.SetUnixFileMode(path, Nothing);

        Nobody.Does(() =>
        {
            Assert.Equal(["p", "q"], _host.Parents().Select(p => p.Parent));
            Assert.Equal(_devices.Where((_, i) => i != device), Devices(["p", "q"]).Select(d => d.Uuid).Order());
        });

        Assert.NotEmpty(_host.Reports);
        Assert.All(_host.Reports, e => Assert.Equal((MdevError.PermissionDenied, true), (e.Error, e.Path!.StartsWith(path, StringComparison.Ordinal))));
    }

    // One after the other, every directory that there is.
    [RootFact]
    public void Whatever_may_not_be_read_nothing_ends_and_what_lies_elsewhere_comes()
    {
        foreach (string directory in Directories().ToArray())
        {
            UnixFileMode mode = File.GetUnixFileMode(directory);
            File.SetUnixFileMode(directory, Nothing);
            _host.Reports.Clear();
            Nobody.Does(() =>
            {
                MdevParent[] parents = _host.Parents();
                // The bus is looked at only where all devices are asked for.
                _ = _host.Devices();
                MdevDevice[] devices = Devices(parents.Select(parent => parent.Parent));
                MdevType[] types = [.. parents.SelectMany(parent => _host.Types(new TypeQuery { Parents = NameFilter.Of(parent.Parent) }))];
                bool IsElsewhere(string path) => !$"{_host.Root}{path}/".StartsWith($"{directory}/", StringComparison.Ordinal);

                // What leads to everything takes everything with it, and is told.
                if (IsElsewhere("/sys/class/mdev_bus") && IsElsewhere("/sys/devices/virtual/made"))
                {
                    Assert.Equal(((string[])["p", "q"]).Where(name => IsElsewhere(HandMadeHost.ParentPath(name))), parents.Select(p => p.Parent));
                    foreach (MdevParent parent in parents.Where(p => IsElsewhere($"{p.SysfsPath}/mdev_supported_types")))
                    {
                        Assert.Equal(
                            _devices.Where((uuid, i) => (i < 6 ? "p" : "q") == parent.Parent && IsElsewhere($"{parent.SysfsPath}/{uuid}")),
                            devices.Where(d => d.Parent == parent.Parent).Select(d => d.Uuid).Order());
                    }

                    Assert.Equal(2 * parents.Count(p => IsElsewhere($"{p.SysfsPath}/mdev_supported_types")), types.Length);
                }
            });
            File.SetUnixFileMode(directory, mode);
            Assert.All(_host.Reports, e => Assert.Equal(MdevError.PermissionDenied, e.Error));
            Assert.All(_host.Reports, e => Assert.StartsWith(_host.Root, e.Path));
            Assert.True(_host.Reports.Count > 0 || directory.EndsWith("/devices", StringComparison.Ordinal) || directory.EndsWith("/drivers", StringComparison.Ordinal) || directory.EndsWith("/made", StringComparison.Ordinal), $"{directory}: nothing was told.");
        }
    }

    // One parent at a time: of several, all but the first are read on threads of their own, and this one alone is nobody.
    private MdevDevice[] Devices(IEnumerable<string> parents) => [.. parents.SelectMany(parent => _host.Devices(new DeviceQuery { Parents = NameFilter.Of(parent) }))];

    // Who asks for something by its name is not told that it is not there, when nobody could look.
    [RootFact]
    public void What_is_there_is_never_called_missing()
    {
        var wrong = new List<string>();
        foreach (string directory in Directories().Append(_host.Root).ToArray())
        {
            UnixFileMode mode = File.GetUnixFileMode(directory);
            File.SetUnixFileMode(directory, Nothing);
            Nobody.Does(() =>
            {
                Ask("device", () => _host.Devices(new DeviceQuery { Uuids = [_devices[0]] }));
                Ask("device of its parent", () => _host.Devices(new DeviceQuery { Uuids = [_devices[0]], Parents = NameFilter.Of("p") }));
                Ask("parent", () => _host.Parents("p"));
                Ask("types of parent", () => _host.Types(new TypeQuery { Parents = NameFilter.Of("p"), Types = NameFilter.Of("made-1") }));
                Ask("type", () => _host.Types(new TypeQuery { Types = NameFilter.Of("made-1") }));
                Ask("devices of type", () => _host.Devices(new DeviceQuery { Types = NameFilter.Of("made-1") }));
                Ask("physical device", () => _host.Types(new TypeQuery { PhysicalDevices = NameFilter.Of("p") }));
                Ask("place", () => _ = new Planner(_host.Host, new PlacementRequest { Type = "made-1" }, _host.Reports.Add).Next());
            });
            File.SetUnixFileMode(directory, mode);

            void Ask(string what, Action look)
            {
                _host.Reports.Clear();
                try
                {
                    look();
                }
                catch (MdevException e)
                {
                    _host.Reports.Add(e);
                }

                wrong.AddRange(_host.Reports.Where(e => e.Error is MdevError.DeviceNotFound or MdevError.ParentNotFound or MdevError.TypeNotFound or MdevError.NotSupported or MdevError.RootNotFound)
                    .Select(e => $"{directory[_host.Root.Length..]}: {what}: {e.Error}"));
            }
        }

        Assert.Empty(wrong);
    }

    private IEnumerable<string> Directories() =>
        Directory.GetDirectories($"{_host.Root}/sys", "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Append($"{_host.Root}/sys");
}
