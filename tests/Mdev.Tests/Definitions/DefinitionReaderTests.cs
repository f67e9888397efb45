using Mdev.Conformance.Worlds;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Simulation;

namespace Mdev.Tests.Definitions;

public sealed class DefinitionReaderTests : DefinitionTest
{
    public DefinitionReaderTests()
        : base("mtty", "mdpy")
    {
    }

    [Fact]
    public void A_host_without_definitions_has_none_and_no_error()
    {
        Assert.Empty(Read());
        Assert.Empty(Reports);
    }

    [Fact]
    public void What_mdevctl_has_written_is_read()
    {
        Add("mtty", $"{Uuid}", "{\n  \"mdev_type\": \"mtty-2\",\n  \"start\": \"auto\",\n  \"attrs\": [\n    {\n      \"vendor/a\": \"1\"\n    },\n    {\n      \"vendor/a\": \"2\"\n    }\n  ]\n}");
        MdevDefinition definition = Only();
        Assert.Equal((Uuid, "mtty-2", "mtty", "mtty", true), (definition.Uuid, definition.Type, definition.Parent, definition.PhysicalDevice, definition.AutoStart));
        Assert.Equal([new("vendor/a", "1"), new AttributeValue("vendor/a", "2")], definition.Attribute);
        Assert.Equal(($"{Root}{Folder}/mtty/{Uuid}", Root), (definition.Path, definition.Root));
        Assert.Equal((MdevDefinitionState.Inactive, "The device is not there."), (definition.State, definition.Reason));
    }

    [Theory]
    [InlineData("""{"start":"x","mdev_type":"t","more":{"a":[1.50]},"start":"auto"}""", true)]
    [InlineData(""" { "mdev_type" : "t" , "start" : 1, "attrs" : null } """, false)]
    public void Any_order_of_keys_and_other_keys_are_understood(string content, bool autoStart)
    {
        Add("mtty", $"{Uuid}", content);
        MdevDefinition definition = Only();
        Assert.Equal(("t", autoStart), (definition.Type, definition.AutoStart));
        Assert.Empty(definition.Attribute);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\ufeff{\"mdev_type\":\"t\",\"start\":\"auto\",\"attrs\":[]}")]
    [InlineData("""{"start":"auto"}""")]
    [InlineData("""{"mdev_type":null,"start":"auto"}""")]
    [InlineData("""{"mdev_type":7,"start":"auto"}""")]
    [InlineData("""{"mdev_type":"a\u0000b","start":"auto"}""")]
    [InlineData("""{"mdev_type":"t"}""")]
    [InlineData("""{"mdev_type":"t","start":"auto","attrs":{}}""")]
    [InlineData("""{"mdev_type":"t","start":"auto","attrs":[{}]}""")]
    [InlineData("""{"mdev_type":"t","start":"auto","attrs":[{"a":"1","b":"2"}]}""")]
    [InlineData("""{"mdev_type":"t","start":"auto","attrs":[{"a":1}]}""")]
    [InlineData("""{"mdev_type":"t","start":"auto","attrs":["a"]}""")]
    [InlineData("""{"mdev_type":"\ud800","start":"auto","attrs":[]}""")]
    [InlineData("""{"mdev_type":"t","start":"auto","attrs":[],"other":["\ud800"]}""")]
    public void A_broken_file_is_one_error_with_its_path(string content)
    {
        Add("mtty", $"{Uuid}", content);
        Add("mtty", "0a1b2c3d-0000-4000-8000-000000000002", Plain("mtty-1"));
        Only();
        MdevException broken = Assert.Single(Reports);
        Assert.Equal((MdevError.DefinitionBroken, $"{Root}{Folder}/mtty/{Uuid}"), (broken.Error, broken.Path));
    }

    [Fact]
    public void What_is_no_definition_is_one_error_with_its_path_each()
    {
        Add("mtty", $"{Uuid}", Plain("mtty-1"));
        Add("mtty", "README", "not this");
        Add("mtty", "0A1B2C3D-0000-4000-8000-000000000003", Plain("mtty-1"));
        Host.AddDirectory($"{Folder}/mtty/0a1b2c3d-0000-4000-8000-000000000004");
        Host.AddPipe($"{Folder}/mtty/0a1b2c3d-0000-4000-8000-000000000005");
        Host.AddLink($"{Folder}/mtty/0a1b2c3d-0000-4000-8000-000000000006", $"{Root}{Folder}/mtty/{Uuid}");
        Host.AddLink($"{Folder}/mtty/0a1b2c3d-0000-4000-8000-000000000007", "../../../../../../../../etc/passwd");
        Host.AddLink($"{Folder}/elsewhere", "/nowhere");
        Host.AddFile($"{Folder}/mtty/0a1b2c3d-0000-4000-8000-000000000008", new byte[(1 << 20) + 1]);
        Only();
        Assert.All(Reports, e => Assert.Equal(MdevError.DefinitionBroken, e.Error));
        Assert.Equal(
            ["elsewhere", "mtty/0A1B2C3D-0000-4000-8000-000000000003", .. Enumerable.Range(4, 5).Select(i => $"mtty/0a1b2c3d-0000-4000-8000-00000000000{i}"), "mtty/README"],
            Reports.Select(e => e.Path![$"{Root}{Folder}/".Length..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_link_below_the_root_is_followed_and_files_beside_the_parents_are_passed_over()
    {
        Host.AddFile("/srv/definition", Plain("mtty-1", "auto"));
        Host.AddLink($"{Folder}/mtty/{Uuid}", "/srv/definition");
        Host.AddFile($"{Folder}/notes", "no definition");
        Host.AddFile($"{Folder}/scripts.d/callouts/script", "#!/bin/sh");
        Assert.True(Only().AutoStart);
        Assert.Empty(Reports);
    }

    [Fact]
    public void The_state_says_how_the_host_compares()
    {
        MdevDevice active = Host.Make("mtty-1")[0], other = Host.Make("mtty-1")[0];
        Guid[] ids = Enumerable.Range(10, 6).Select(i => Guid.Parse($"0a1b2c3d-0000-4000-8000-0000000000{i}")).ToArray();
        Add("mtty", $"{active.Uuid}", Plain("mtty-1"));
        Add("mtty", $"{other.Uuid}", Plain("mtty-2"));
        Add("mdpy", $"{other.Uuid}", Plain("mdpy-hd"));
        Add("mtty", $"{ids[0]}", Plain("mtty-9"));
        Add("0000:99:00.0", $"{ids[1]}", Plain("nvidia-63"));
        Add("mtty", $"{ids[2]}", Plain("../../mtty-1"));
        Host.Make("mdpy-hd", 4);
        Add("mdpy", $"{ids[3]}", Plain("mdpy-vga"));
        Dictionary<(string, Guid), MdevDefinition> read = Read().ToDictionary(d => (d.Parent, d.Uuid));
        Assert.Empty(Reports);
        Assert.Equal((MdevDefinitionState.Active, null), (read[("mtty", active.Uuid)].State, read[("mtty", active.Uuid)].Reason));
        Assert.Equal((MdevDefinitionState.Different, "The device runs with type 'mtty-1'. It is defined for parent 'mdpy' too, and only one of them can have the device."), (read[("mtty", other.Uuid)].State, read[("mtty", other.Uuid)].Reason));
        Assert.StartsWith("The device runs on parent 'mtty'.", read[("mdpy", other.Uuid)].Reason);
        Assert.Equal(MdevDefinitionState.NoType, read[("mtty", ids[0])].State);
        Assert.Equal((MdevDefinitionState.NoParent, "The host has no parent '0000:99:00.0'.", "0000:99:00.0"), (read[("0000:99:00.0", ids[1])].State, read[("0000:99:00.0", ids[1])].Reason, read[("0000:99:00.0", ids[1])].PhysicalDevice));
        Assert.Equal(MdevDefinitionState.NoType, read[("mtty", ids[2])].State);
        Assert.Equal(MdevDefinitionState.NoRoom, read[("mdpy", ids[3])].State);
        Assert.Equal(MdevDefinitionState.Active, Only(new DefinitionQuery { Uuids = [active.Uuid] }).State);
    }

    // Many are held against a few looks at the whole host, one against its own device.
    [Fact]
    public void What_runs_no_more_as_it_should_is_told_the_same_of_one_and_of_many()
    {
        MdevDevice[] devices = Host.Make("mtty-1", 8);
        foreach (MdevDevice device in devices)
            Add("mtty", $"{device.Uuid}", Plain("mtty-1"));
        Guid unbound = devices[0].Uuid, going = devices[1].Uuid, gone = devices[2].Uuid;
        Host.Write("/sys/bus/mdev/drivers/mtty/unbind", $"{unbound}");
        SimulatedHost.StartVm(Root, "web", going);
        Assert.False(new DeviceRemover(Host.Host, Reports.Add).RemoveEvenIfInUse(devices[1]));
        Assert.NotNull(new DeviceRemover(Host.Host, Reports.Add).WaitFor(devices[1], TimeSpan.Zero, null, CancellationToken.None));
        Host.Write($"{devices[2].SysfsPath}/remove", "1");

        MdevDefinition[] all = Read();
        Assert.Equal(all.Select(d => (d.Uuid, d.State, d.Reason)), all.Select(d => Only(new DefinitionQuery { Uuids = [d.Uuid] })).Select(d => (d.Uuid, d.State, d.Reason)));
        Assert.Equal("Its driver was unbound: it has to be removed and made anew.", all.Single(d => d.Uuid == unbound).Reason);
        Assert.Equal("The device is being removed, which waits for whoever has it open.", all.Single(d => d.Uuid == going).Reason);
        Assert.Equal([(gone, "The device is not there."), (going, all.Single(d => d.Uuid == going).Reason)], all.Where(d => d.State == MdevDefinitionState.Inactive).Select(d => (d.Uuid, d.Reason)).OrderBy(d => d.Uuid != gone));
        Assert.Equal(6, all.Count(d => d.State == MdevDefinitionState.Active));
    }

    [Fact]
    public void What_is_asked_for_and_not_there_is_told_and_only_that()
    {
        Add("mtty", $"{Uuid}", Plain("mtty-1"));
        Add("mtty", "README", "");
        Assert.Empty(Read(new DefinitionQuery { Uuids = [Guid.Empty] }));
        Assert.Empty(Read(new DefinitionQuery { Uuids = [Uuid], Parents = NameFilter.Of("mdpy") }));
        Assert.Empty(Read(new DefinitionQuery { Parents = NameFilter.Of("mdpy") }));
        Assert.Empty(Read(new DefinitionQuery { Parents = NameFilter.Of("nobody") }));
        Assert.Empty(Read(new DefinitionQuery { Parents = NameFilter.Of("mdpy"), Types = NameFilter.Of("no-type") }));
        Only(new DefinitionQuery { Uuids = [Uuid], Parents = NameFilter.Of("mtty"), Types = NameFilter.Of("mtty-1"), AutoStart = false });
        Assert.Equal([MdevError.DefinitionNotFound, MdevError.DefinitionNotFound, MdevError.ParentNotFound, MdevError.TypeNotFound], Reports.Select(e => e.Error));
    }

    // The folder that has them all, and the directory of their parent.
    [RootTheory]
    [InlineData("")]
    [InlineData("/mtty")]
    public void What_may_lie_where_this_user_may_not_look_is_not_called_missing(string directory)
    {
        Add("mtty", $"{Uuid}", Plain("mtty-1"));
        File.SetUnixFileMode(Root, File.GetUnixFileMode(Root) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        // What the runtime loads at first use, it could not load as nobody.
        Only();
        Only(new DefinitionQuery { Uuids = [Uuid], Parents = NameFilter.Of("mtty") });
        File.SetUnixFileMode($"{Root}{Folder}{directory}", UnixFileMode.None);
        Nobody.Does(() =>
        {
            Assert.Empty(Read(new DefinitionQuery { Uuids = [Uuid] }));
            Assert.Empty(Read(new DefinitionQuery { Uuids = [Uuid, Guid.Empty] }));
            Assert.Empty(Read(new DefinitionQuery { Uuids = [Uuid], Parents = NameFilter.Of("mtty") }));
            Assert.Empty(Read(new DefinitionQuery { Parents = NameFilter.Of("mtty") }));
            Assert.Empty(Read());
        });
        Assert.Equal(Enumerable.Repeat((MdevError.PermissionDenied, $"{Root}{Folder}{directory}"), 5), Reports.Select(e => (e.Error, e.Path!)));
    }

    [Fact]
    public void What_leads_nowhere_is_told_to_who_looks_for_one_and_does_not_find_it()
    {
        Add("mtty", $"{Uuid}", Plain("mtty-1"));
        Host.AddLink($"{Folder}/elsewhere", "/nowhere");
        Only(new DefinitionQuery { Uuids = [Uuid] });
        Assert.Empty(Reports);
        Assert.Empty(Read(new DefinitionQuery { Uuids = [Guid.Empty] }));
        Assert.Equal([MdevError.DefinitionBroken, MdevError.DefinitionNotFound], Reports.Select(e => e.Error));
    }

    [Fact]
    public void A_name_with_brackets_is_that_directory_where_one_UUID_is_asked_for_too()
    {
        Add("a1", $"{Uuid}", Plain("mtty-1"));
        Add("a[1]", "0a1b2c3d-0000-4000-8000-000000000002", Plain("mtty-1"));
        Assert.Empty(Read(new DefinitionQuery { Uuids = [Uuid], Parents = new NameFilter([new NamePattern("a[1]", "a[1]", name => name == "a1")]) }));
        Assert.Equal(MdevError.DefinitionNotFound, Assert.Single(Reports).Error);
    }

    [Fact]
    public void Text_that_is_no_UTF8_is_refused_where_it_is_not_understood_too()
    {
        Host.AddFile($"{Folder}/mtty/{Uuid}", [.. """{"mdev_type":"t","start":"auto","other":{"a":["""u8, (byte)'"', 0xff, (byte)'"', .. "]}}"u8]);
        Assert.Empty(Read());
        Assert.Equal(MdevError.DefinitionBroken, Assert.Single(Reports).Error);
    }

    [Fact]
    public void Of_a_thousand_definitions_ten_broken_ones_cost_ten_errors()
    {
        for (int i = 0; i < 1000; i++)
            Add(i % 2 == 0 ? "mtty" : "mdpy", $"0a1b2c3d-0000-4000-8000-{i:x12}", i % 100 == 0 ? Plain("mtty-1")[..(i / 100)] : Plain("mtty-1"));
        Assert.Equal(990, Read().Length);
        Assert.Equal(10, Reports.Select(e => e.Path).Distinct().Count());
    }

    // The one that is left goes to the directory that the files are in.
    [Fact]
    public void That_no_more_files_can_be_opened_is_no_fault_of_a_definition()
    {
        Add("mtty", $"{Uuid}", Plain("mtty-1"));
        Host.AddFile("/srv/definition", Plain("mtty-1"));
        Host.AddLink($"{Folder}/mtty/0a1b2c3d-0000-4000-8000-000000000002", "/srv/definition");
        string[] said = Child.Output(Child.Start(["sh", "-c", "ulimit -n 200 && exec \"$@\"", "sh"], "list", Root, "definitions", "1"));
        Assert.Equal(Enumerable.Range(1, 2).Select(i => $"TooManyOpenFiles EMFILE {Root}{Folder}/mtty/0a1b2c3d-0000-4000-8000-00000000000{i}"), said);
    }

    [Theory]
    [InlineData(Errno.EACCES, MdevError.PermissionDenied)]
    [InlineData(Errno.EMFILE, MdevError.TooManyOpenFiles)]
    [InlineData(Errno.ENFILE, MdevError.TooManyOpenFiles)]
    [InlineData(Errno.ENOMEM, MdevError.FileFailed)]
    [InlineData(Errno.EIO, MdevError.FileFailed)]
    [InlineData(Errno.EFBIG, MdevError.DefinitionBroken)]
    [InlineData(Errno.ELOOP, MdevError.DefinitionBroken)]
    public void Only_what_lies_in_a_file_is_called_its_fault(int errno, MdevError expected) =>
        Assert.Equal(expected, Refusal.Of(Attempt.ReadDefinition, Refusal.ToRead(errno, "read", "/etc/mdevctl.d/mtty/x")).Error);

    [Fact]
    public void Reading_changes_nothing()
    {
        Add("mtty", $"{Uuid}", Plain("mtty-1"));
        string before = Host.Snapshot();
        Read();
        Assert.Equal(before, Host.Snapshot());
    }
}
