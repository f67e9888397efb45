using System.Diagnostics;
using System.Globalization;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Model;

namespace Mdev.Tests.Definitions;

public sealed class DefinitionEditorTests : DefinitionTest
{
    private const string Written = "{\n  \"mdev_type\": \"mtty-2\",\n  \"start\": \"manual\",\n  \"attrs\": []\n}";

    // The rounds of the issue take minutes; a few show as much to whoever changes the code.
    private static readonly int s_rounds = int.TryParse(Environment.GetEnvironmentVariable("MDEVPS_TEST_ROUNDS"), CultureInfo.InvariantCulture, out int rounds) ? rounds : 6;

    public DefinitionEditorTests()
        : base("mtty", "vfio_ap")
    {
    }

    [Fact]
    public void The_file_is_mdevctls_to_the_byte()
    {
        Editor().Define(New("mtty-2", "mtty"));
        Assert.Equal(Written, OnDisk("mtty"));
        Editor().Define(New("mtty-2", "mtty", new AttributeValue("a", "q\"b\\n\n/\u001f\u007f é😀"), new AttributeValue("vendor/a", "2")) with { AutoStart = true }, replaces: true);
        Assert.Equal(
            "{\n  \"mdev_type\": \"mtty-2\",\n  \"start\": \"auto\",\n  \"attrs\": [\n    {\n      \"a\": \"q\\\"b\\\\n\\n/\\u001f\u007f é😀\"\n    },\n    {\n      \"vendor/a\": \"2\"\n    }\n  ]\n}",
            OnDisk("mtty"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode($"{Root}{Folder}/mtty/{Uuid}"));
        // Nobody else may open the lock, and so take it.
        Assert.Equal([$"{Root}{Folder}/.mdevps-lock", $"{Root}{Folder}/mtty"], Directory.GetFileSystemEntries(Root + Folder).Order(StringComparer.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{Root}{Folder}/.mdevps-lock"));
    }

    [Fact]
    public void What_is_defined_already_is_left_alone_or_told_or_replaced()
    {
        Editor().Define(New("mtty-2", "mtty"));
        File.SetLastWriteTimeUtc($"{Root}{Folder}/mtty/{Uuid}", DateTime.UnixEpoch);
        Editor().Define(New("mtty-2", "mtty"));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc($"{Root}{Folder}/mtty/{Uuid}"));
        Assert.Equal(MdevError.DefinitionExists, Assert.Throws<MdevException>(() => Editor().Define(New("mtty-1", "mtty"))).Error);
        Assert.Equal(Written, OnDisk("mtty"));
        Assert.Equal("mtty-1", Editor().Define(New("mtty-1", "mtty"), replaces: true).Type);
        Editor().Define(New("mtty-1", "another"));
        Assert.Equal(2, Read(new DefinitionQuery { Uuids = [Uuid] }).Length);
    }

    [Fact]
    public void Keys_of_others_and_mode_survive_a_change_and_a_move()
    {
        Add("mtty", $"{Uuid}", """{"libvirt":{"id":[1.50,{}],"s":"é\u0001"},"start":"manual","mdev_type":"mtty-1"}""");
        File.SetUnixFileMode($"{Root}{Folder}/mtty/{Uuid}", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        MdevDefinition changed = Editor().Change(Only(), new DefinitionChange { AutoStart = true, Attributes = now => [.. now, new("vendor/a", "1")] });
        Assert.Equal((true, "vendor/a=1"), (changed.AutoStart, Assert.Single(changed.Attribute).ToString()));
        const string others = "\n  \"libvirt\": {\n    \"id\": [\n      1.50,\n      {}\n    ],\n    \"s\": \"é\\u0001\"\n  }\n}";
        Assert.EndsWith(others, OnDisk("mtty"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{Root}{Folder}/mtty/{Uuid}"));
        Assert.Equal("0000:3b:00.0", Editor().Change(changed, new DefinitionChange { Parent = "0000:3b:00.0", Type = "nvidia-63" }).Parent);
        Assert.EndsWith(others, OnDisk("0000:3b:00.0"));
        Assert.Equal(("0000:3b:00.0", "nvidia-63", MdevDefinitionState.NoParent), (Only().Parent, Only().Type, Only().State));
    }

    [Fact]
    public void A_definition_is_removed_and_the_directory_stays_as_with_mdevctl()
    {
        MdevDefinition definition = Editor().Define(New("mtty-1", "mtty"));
        Editor().Undefine(definition);
        Assert.Equal([$"{Root}{Folder}/.mdevps-lock", $"{Root}{Folder}/mtty"], Directory.GetFileSystemEntries(Root + Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        Assert.Equal(MdevError.DefinitionNotFound, Assert.Throws<MdevException>(() => Editor().Undefine(definition)).Error);
        Assert.Equal(MdevError.DefinitionNotFound, Assert.Throws<MdevException>(() => Editor().Change(definition, new DefinitionChange { AutoStart = true })).Error);
        Assert.Empty(Read());
    }

    [Theory]
    [InlineData("..", "t", "a")]
    [InlineData("a/b", "t", "a")]
    [InlineData("scripts.d", "t", "a")]
    [InlineData("mtty", "../t", "a")]
    public void Names_that_are_no_names_never_become_a_path(string parent, string type, string attribute)
    {
        string before = Host.Snapshot();
        Assert.Equal(MdevError.InvalidArgument, Assert.Throws<MdevException>(() => Editor().Define(New(type, parent, new AttributeValue(attribute, "1")))).Error);
        Assert.Equal(before, Host.Snapshot());
    }

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("remove")]
    [InlineData("driver/unbind")]
    public void A_definition_sets_only_vendor_attributes(string attribute)
    {
        Assert.Equal(MdevError.AttributeNotFound, Assert.Throws<MdevException>(() => Editor().Define(New("mtty-1", "mtty", new AttributeValue(attribute, "1")))).Error);
        Add("mtty", $"{Uuid}", Plain("mtty-1", attributes: $$"""[{"{{attribute}}":"1"}]"""));
        string before = Host.Snapshot();
        Assert.Equal(MdevError.AttributeNotFound, Assert.Throws<MdevException>(() => new DefinitionStarter(Host.Host, Reports.Add, null).Start(Only())).Error);
        Assert.Equal(before, Host.Snapshot());
    }

    [Fact]
    public void Nothing_is_written_through_a_link_or_in_the_place_of_a_directory()
    {
        Host.AddFile("/srv/definition", Plain("mtty-1"));
        Host.AddLink($"{Folder}/mtty/{Uuid}", "/srv/definition");
        Assert.Equal(MdevError.DefinitionBroken, Assert.Throws<MdevException>(() => Editor().Define(New("mtty-2", "mtty"), replaces: true)).Error);
        Assert.Equal(MdevError.DefinitionBroken, Assert.Throws<MdevException>(() => Editor().Change(Only(), new DefinitionChange { AutoStart = true })).Error);
        Assert.Equal(Plain("mtty-1"), File.ReadAllText($"{Root}/srv/definition"));
        Editor().Undefine(Only());
        Assert.True(File.Exists($"{Root}/srv/definition"));
        Host.AddDirectory($"{Folder}/mtty/{Uuid}");
        Assert.Equal(MdevError.DefinitionBroken, Assert.Throws<MdevException>(() => Editor().Define(New("mtty-2", "mtty"), replaces: true)).Error);
    }

    [Fact]
    public void A_folder_that_leads_out_of_the_root_is_not_written_to()
    {
        string outside = Directory.CreateTempSubdirectory("mdevps-").FullName;
        Host.AddLink(Folder, outside);
        Assert.Throws<MdevException>(() => Editor().Define(New("mtty-2", "mtty")));
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Directory.Delete(outside);
    }

    [Fact]
    public void The_attributes_of_an_active_device_survive_a_reboot()
    {
        const string type = "vfio_ap-passthrough";
        AttributeValue[] given = [new("assign_domain", "0x47"), new("assign_adapter", "5"), new("assign_adapter", "0x6"), new("assign_domain", "171"), new("assign_control_domain", "0x47")];
        MdevDevice device = Assert.Single(Host.Make(new() { Placement = new() { Type = type }, Uuids = [Uuid], Attributes = given }));
        IReadOnlyList<AttributeValue> back = new GivenAttributes(Host.Host, Reports.Add, null).Of(device);
        Assert.Equal(["assign_adapter=5", "assign_adapter=6", "assign_domain=71", "assign_domain=171", "assign_control_domain=71"], back.Select(a => a.ToString()));
        MdevDefinition definition = Editor().Define(New(type, "matrix", [.. back]));
        string matrix = File.ReadAllText($"{Root}{device.SysfsPath}/matrix"), control = File.ReadAllText($"{Root}{device.SysfsPath}/control_domains");
        Host.Remove(device);
        MdevDevice again = new DefinitionStarter(Host.Host, Reports.Add, null).Start(definition);
        Assert.Equal((matrix, control), (File.ReadAllText($"{Root}{again.SysfsPath}/matrix"), File.ReadAllText($"{Root}{again.SysfsPath}/control_domains")));
        Assert.Equal("05.0047\n05.00ab\n06.0047\n06.00ab\n", matrix);
        Assert.Equal(MdevDefinitionState.Active, Only().State);
        Assert.Empty(Reports);
    }

    [Fact]
    public void Of_a_uuid_on_two_parents_one_starts()
    {
        Editor().Define(New("mtty-1", "mtty"));
        Editor().Define(New("vfio_ap-passthrough", "matrix"));
        var starter = new DefinitionStarter(Host.Host, Reports.Add, null);
        MdevDefinition[] both = Read();
        starter.Start(both[0]);
        Assert.Equal(MdevError.UuidExists, Assert.Throws<MdevException>(() => starter.Start(both[1])).Error);
        Assert.Equal([MdevDefinitionState.Active, MdevDefinitionState.Different], Read().Select(d => d.State));
    }

    [Fact]
    public void A_writer_that_is_killed_leaves_a_whole_definition()
    {
        MdevDefinition definition = Editor().Define(New("mtty-1", "mtty"));
        for (int round = 0; round < s_rounds; round++)
        {
            using Process writer = Child.Start([], "redefine", Root, $"{Uuid}", "mtty");
            Assert.Equal("ready", writer.StandardOutput.ReadLine());
            Thread.Sleep(Random.Shared.Next(20));
            writer.Kill();
            writer.WaitForExit();
            Assert.Contains(Only().Attribute.Length, new[] { 0, 200 });
            Assert.Empty(Reports);
        }

        // The next writer tidies up after them.
        Editor().Change(definition, new DefinitionChange { AutoStart = true });
        Assert.Equal([$"{Root}{Folder}/.mdevps-lock", $"{Root}{Folder}/mtty"], Directory.GetFileSystemEntries(Root + Folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Two_writers_at_once_lose_nothing()
    {
        Editor().Define(New("mtty-1", "mtty"));
        Process[] writers = [.. new[] { "a", "b" }.Select(name => Child.Start([], "append", Root, $"{Uuid}", "mtty", name, "100"))];
        foreach (Process writer in writers)
            Child.Output(writer);
        AttributeValue[] all = Only().Attribute;
        Assert.All(new[] { "a", "b" }, name => Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), all.Where(a => a.Name == name).Select(a => a.Value)));
        Assert.Equal(200, all.Length);
    }
}
