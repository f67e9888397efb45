using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Model;

namespace Mdev.Tests.Definitions;

public sealed class CalloutsTests : DefinitionTest
{
    private const string Usr = "/usr/lib/mdevctl/scripts.d", Etc = "/etc/mdevctl.d/scripts.d";
    private const UnixFileMode Program = (UnixFileMode)0x1ed; // 0755

    private static readonly string s_line = Plain("mtty-2", "auto", """[{"vendor/a":"1"}]""");

    public CalloutsTests()
        : base("mtty")
    {
    }

    private string Log => $"{Root}/log";

    private string[] Lines => File.Exists(Log) ? File.ReadAllLines(Log) : [];

    private static string Arguments(string happening, string action, string state = "none", string type = "mtty-2") => $"-t {type} -e {happening} -a {action} -s {state} -u {Uuid} -p mtty";

    /// <summary>A script that writes down what it is told, and goes on as a shell script.</summary>
    private string AddScript(string path, string body = "", UnixFileMode mode = Program)
    {
        Host.AddFile(path, $"#!/bin/sh\n[ \"$6\" = capabilities ] && exit 2\necho \"{Path.GetFileName(path)} $* $(cat)\" >> {Log}\n{body}\n");
        File.SetUnixFileMode(Root + path, mode);
        return path;
    }

    private MdevDefinition Define(Callouts? callouts = null)
    {
        callouts ??= Callouts();
        MdevDefinition definition = DefineAndTellNothing(callouts);
        callouts.TellRest();
        return definition;
    }

    private MdevDefinition DefineAndTellNothing(Callouts callouts) =>
        Editor(callouts).Define(New("mtty-2", "mtty", new AttributeValue("vendor/a", "1")) with { AutoStart = true });

    [Fact]
    public void Scripts_are_run_as_mdevctl_runs_them()
    {
        AddScript($"{Usr}/callouts/20", "exit 2");
        AddScript($"{Usr}/callouts/10", "exit 2");
        AddScript($"{Etc}/callouts/05", "echo for the user >&2");
        AddScript($"{Etc}/callouts/06");
        AddScript($"{Etc}/callouts/00", mode: (UnixFileMode)0x1a4);
        AddScript($"{Usr}/notifiers/n", "exit 1");
        Define();
        Assert.Equal(
            [
                $"10 {Arguments("pre", "define")} {s_line}",
                $"20 {Arguments("pre", "define")} {s_line}",
                $"05 {Arguments("pre", "define")} {s_line}",
                $"05 {Arguments("post", "define", "success")} {s_line}",
                $"n {Arguments("notify", "define", "success")} {s_line}",
            ],
            Lines);
        Assert.Equal(["05: for the user", "05: for the user"], Warnings);
        Assert.Empty(Reports);
    }

    // Whoever listens may end everything at any word.
    [Fact]
    public void What_there_is_to_tell_after_the_deed_waits_until_its_result_was_given()
    {
        AddScript($"{Usr}/callouts/c", "echo \"$4\" >&2");
        AddScript($"{Usr}/notifiers/n", "echo \"$4\" >&2");
        AddScript($"{Usr}/notifiers/open", mode: (UnixFileMode)0x1ff);
        Callouts callouts = Callouts();
        DefineAndTellNothing(callouts);
        Assert.Equal(["c: pre"], Warnings);
        Assert.Empty(Reports);
        Assert.DoesNotContain(Host.Told, word => word.Contains("notify", StringComparison.Ordinal));
        callouts.TellRest();
        Assert.Equal(["c: pre", "c: post", "n: notify"], Warnings);
        Assert.Equal(MdevError.CalloutUntrusted, Assert.Single(Reports).Error);
        Assert.Contains(Host.Told, word => word.Contains("notify", StringComparison.Ordinal));
        callouts.TellRest();
        Assert.Equal(3, Warnings.Count);
    }

    [Fact]
    public void Every_change_is_told()
    {
        AddScript($"{Usr}/notifiers/n");
        Callouts callouts = Callouts();
        MdevDefinition definition = Editor(callouts).Define(New("mtty-2", "mtty"));
        definition = Editor(callouts).Change(definition, new DefinitionChange { AutoStart = true });
        MdevDevice device = new DefinitionStarter(Host.Host, Reports.Add, callouts).Start(definition);
        callouts.Around(CalloutAction.Stop, CalloutDevice.Of(device), () => Host.Remove(device));
        Editor(callouts).Undefine(definition);
        string auto = Plain("mtty-2", "auto"), manual = Plain("mtty-2");
        Assert.Equal(
            new[] { ("define", manual), ("modify", auto), ("start", auto), ("stop", manual), ("undefine", auto) }.Select(told => $"n {Arguments("notify", told.Item1, "success")} {told.Item2}"),
            Lines);
    }

    [Fact]
    public void A_refusal_stops_it_and_is_quoted_and_notifiers_hear_of_it()
    {
        string script = AddScript($"{Usr}/callouts/strict", "echo adapter 5 is taken >&2; exit 1");
        AddScript($"{Usr}/notifiers/n");
        MdevException refused = Assert.Throws<MdevException>(() => Define());
        Assert.Equal((MdevError.CalloutRefused, Root + script, (Guid?)Uuid), (refused.Error, refused.Path, refused.Uuid));
        Assert.Contains("ended with 1 with the words: adapter 5 is taken", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{Root}{Folder}/mtty"));
        Assert.Equal([$"strict {Arguments("pre", "define")} {s_line}", $"n {Arguments("notify", "define")} {s_line}"], Lines);
    }

    [Fact]
    public void A_refused_start_makes_no_device()
    {
        MdevDefinition definition = Editor().Define(New("mtty-2", "mtty"));
        AddScript($"{Usr}/callouts/strict", "exit 1");
        Assert.Equal(MdevError.CalloutRefused, Assert.Throws<MdevException>(() => new DefinitionStarter(Host.Host, Reports.Add, Callouts()).Start(definition)).Error);
        Assert.Empty(Host.Devices());
        Assert.Single(new[] { new DefinitionStarter(Host.Host, Reports.Add, null).Start(definition) });
    }

    [Fact]
    public void What_fails_is_told_to_those_that_come_after()
    {
        AddScript($"{Usr}/callouts/c");
        Assert.Throws<InvalidOperationException>(() => Callouts().Around(CalloutAction.Start, new CalloutDevice(Uuid, "mtty-2", "mtty", true, [new("vendor/a", "1")]), () => throw new InvalidOperationException()));
        Assert.Equal([$"c {Arguments("pre", "start")} {s_line}", $"c {Arguments("post", "start", "failure")} {s_line}"], Lines);
    }

    [Fact]
    public void A_script_that_others_could_have_changed_is_not_run_and_that_is_said()
    {
        string open = AddScript($"{Usr}/callouts/10-open", "exit 1", Program | UnixFileMode.OtherWrite);
        string group = AddScript($"{Usr}/callouts/20-group", "exit 1", Program | UnixFileMode.GroupWrite);
        AddScript($"{Usr}/callouts/25-no-program", "exit 1", (UnixFileMode)0x1b6);
        AddScript("/srv/open/script", "exit 1");
        File.SetUnixFileMode($"{Root}/srv/open", (UnixFileMode)0x1ff);
        Host.AddLink($"{Usr}/callouts/30-link", "/srv/open/script");
        AddScript("/srv/script");
        Host.AddLink($"{Usr}/callouts/40-good-link", "../../../../../srv/script");
        Define();
        Assert.Equal(["script", "script"], Lines.Select(line => line.Split(' ')[0]));
        Assert.Equal([open, group, $"{Usr}/callouts/30-link"], Reports.Select(e => e.Path));
        Assert.All(Reports, e => Assert.Equal(MdevError.CalloutUntrusted, e.Error));
        File.SetUnixFileMode($"{Root}/usr/lib", (UnixFileMode)0x1ff);
        File.Delete(Log);
        Editor(Callouts()).Define(New("mtty-2", "elsewhere"));
        Assert.Empty(Lines);
    }

    [Fact]
    public void A_link_out_of_the_root_runs_nothing()
    {
        string outside = Path.Combine(Directory.CreateTempSubdirectory("mdevps-").FullName, "script");
        File.WriteAllText(outside, $"#!/bin/sh\necho outside >> {Log}\n");
        File.SetUnixFileMode(outside, Program);
        Host.AddLink($"{Usr}/callouts/absolute", outside);
        Host.AddLink($"{Usr}/callouts/relative", $"{string.Concat(Enumerable.Repeat("../", 20))}{outside[1..]}");
        Define();
        Assert.Empty(Lines);
        Directory.Delete(Path.GetDirectoryName(outside)!, recursive: true);
    }

    [Fact]
    public void Below_an_image_nothing_is_run()
    {
        AddScript($"{Usr}/callouts/c", "exit 1");
        AddScript($"{Usr}/notifiers/n");
        // What makes it the caller's own simulation is the record; the marker alone is in every copy.
        string record = Directory.EnumerateFiles(Path.Combine(Environment.GetEnvironmentVariable("XDG_STATE_HOME") ?? $"{Environment.GetEnvironmentVariable("HOME")}/.local/state", "mdevps", "simulations"))
            .Single(file => File.ReadAllText(file).Contains(Root, StringComparison.Ordinal));
        string kept = File.ReadAllText(record);
        File.Delete(record);
        try
        {
            Define();
            Assert.Null(Callouts().AttributesOf(new MdevDevice { Uuid = Uuid, Type = "mtty-2", Parent = "mtty", PhysicalDevice = "mtty", Interface = MdevInterface.Mdev, State = MdevDeviceState.Active, SysfsPath = "/", Root = Root }));
        }
        finally
        {
            File.WriteAllText(record, kept);
        }

        Assert.Empty(Lines);
        Assert.True(File.Exists($"{Root}{Folder}/mtty/{Uuid}"));
    }

    [Fact]
    public void A_script_that_declares_what_it_supports_is_asked_that_and_no_other()
    {
        const string supports = """{"supports":{"version":2,"actions":["start","capabilities"],"events":["pre","get","new"]}}""";
        Host.AddFile($"{Usr}/callouts/90", $"#!/bin/sh\nif [ \"$6\" = capabilities ]; then echo \"asked $* $(cat)\" >> {Log}; echo '{supports}'; else echo \"90 $*\" >> {Log}; fi\n");
        File.SetUnixFileMode($"{Root}{Usr}/callouts/90", Program);
        AddScript($"{Usr}/callouts/10");
        AddScript($"{Usr}/notifiers/n");
        Callouts callouts = Callouts();
        callouts.Around(CalloutAction.Start, new CalloutDevice(Uuid, "mtty-2", "mtty", false, []), () => { });
        const string provides = """{"provides":{"version":2,"actions":["start","stop","define","undefine","modify","attributes","capabilities"],"events":["pre","post","notify","get","live"]}}""";
        // It does not take post, which fails for it alone; notifiers declare nothing.
        Assert.Equal([$"asked {Arguments("get", "capabilities")} {provides}", $"90 {Arguments("pre", "start")}", $"n {Arguments("notify", "start", "success")} {Plain("mtty-2")}"], Lines);
        MdevException refused = Assert.Throws<MdevException>(() => Define(callouts));
        Assert.Equal(MdevError.CalloutRefused, refused.Error);
        Assert.Contains("does not support the action 'define'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""echo '[{"a":"1"},{"a":"2"}]'""", "a=1,a=2")]
    [InlineData("echo '[{}]'", "")]
    [InlineData("", "")]
    [InlineData("exit 2", null)]
    public void Attributes_are_read_back_by_a_script(string body, string? expected)
    {
        AddScript($"{Usr}/callouts/c", body);
        IReadOnlyList<AttributeValue>? attributes = Callouts().AttributesOf(Host.Make("mtty-1", 1, Uuid)[0]);
        Assert.Equal(expected, attributes is null ? null : string.Join(',', attributes));
        Assert.Equal([$"c {Arguments("get", "attributes", type: "mtty-1")} "], Lines);
    }

    [Theory]
    [InlineData("echo nonsense")]
    [InlineData("echo '{}'")]
    [InlineData("exit 1")]
    public void An_answer_that_is_none_is_an_error(string body)
    {
        AddScript($"{Usr}/callouts/c", body);
        Assert.Equal(MdevError.CalloutRefused, Assert.Throws<MdevException>(() => Callouts().AttributesOf(Host.Make("mtty-1", 1, Uuid)[0])).Error);
    }

    [Fact]
    public void A_script_that_hangs_is_stopped_and_nothing_is_done()
    {
        AddScript($"{Usr}/callouts/c", "sleep 1000");
        using var stop = new CancellationTokenSource();
        Task define = Task.Run(() => Define(Callouts(stop.Token)));
        Assert.True(SpinWait.SpinUntil(() => Lines.Length > 0, TimeSpan.FromMinutes(1)));
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => define.GetAwaiter().GetResult());
        Assert.False(Directory.Exists($"{Root}{Folder}/mtty"));
    }

    [Fact]
    public void Input_that_a_script_does_not_read_does_no_harm()
    {
        Host.AddFile($"{Usr}/callouts/c", "#!/bin/sh\nexit 0\n");
        File.SetUnixFileMode($"{Root}{Usr}/callouts/c", Program);
        AttributeValue[] many = [.. Enumerable.Range(0, 3000).Select(i => new AttributeValue("vendor/a", new string('x', 100)))];
        Assert.Equal(3000, Editor(Callouts()).Define(New("mtty-2", "mtty", many)).Attribute.Length);
    }
}
