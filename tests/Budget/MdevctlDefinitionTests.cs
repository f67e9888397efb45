using System.Diagnostics;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Model;
using Mdev.Simulation;

namespace Mdev.Budget;

/// <summary>Definitions are files that mdevctl and we share: what one writes the other reads, changes and removes, and both write the same bytes.</summary>
public sealed class MdevctlDefinitionTests : IDisposable
{
    private const string Folder = "/etc/mdevctl.d";

    private readonly string _root = SimulatedHost.Create(["mtty", "mdpy"]).Root;
    private readonly List<MdevException> _reports = [];
    private readonly Guid _uuid = Guid.NewGuid();

    public MdevctlDefinitionTests()
    {
        foreach (string kind in new[] { "callouts", "notifiers" })
            Directory.CreateDirectory($"{_root}{Folder}/scripts.d/{kind}");
    }

    private string OnDisk => File.ReadAllText($"{_root}{Folder}/mtty/{_uuid}");

    [MdevctlFact]
    public void Both_write_the_same_bytes()
    {
        Mdevctl("define", "-u", $"{_uuid}", "-p", "mtty", "-t", "mtty-2");
        string theirs = OnDisk;
        File.Delete($"{_root}{Folder}/mtty/{_uuid}");
        MdevDefinition definition = Define();
        Assert.Equal(theirs, OnDisk);

        AttributeValue[] values = [new("vendor/a", "1"), new("b", "\"q\" \\ / é😀\u2028\u007f\ttab"), new("vendor/a", "line\nline\r\b\f\u0001\u001f")];
        foreach (AttributeValue value in values)
            Mdevctl("modify", "-u", $"{_uuid}", "--addattr", value.Name, "--value", value.Value);
        Mdevctl("modify", "-u", $"{_uuid}", "--auto");
        theirs = OnDisk;
        File.Delete($"{_root}{Folder}/mtty/{_uuid}");
        definition = Editor().Change(Define(), new DefinitionChange { AutoStart = true, Attributes = _ => values });
        Assert.Equal(theirs, OnDisk);
        Assert.Equal(values, definition.Attribute);
    }

    [MdevctlFact]
    public void What_we_define_is_listed_changed_and_removed_by_mdevctl()
    {
        Define();
        // What a writer that was killed leaves behind is none of mdevctl's.
        File.WriteAllText($"{_root}{Folder}/.mdevps-0123456789abcdef01234567", "half");
        Assert.Equal($"{_uuid} mtty mtty-2 manual", Mdevctl("list", "-d"));
        Mdevctl("modify", "-u", $"{_uuid}", "--auto");
        Assert.True(Only().AutoStart);
        Mdevctl("undefine", "-u", $"{_uuid}");
        Assert.Empty(Read());
        Assert.Empty(_reports);
    }

    [MdevctlFact]
    public void What_mdevctl_defines_is_listed_changed_started_and_removed_by_us()
    {
        Mdevctl("define", "-u", $"{_uuid}", "-p", "mtty", "-t", "mtty-2", "--auto");
        MdevDefinition definition = Only();
        Assert.Equal(("mtty", "mtty-2", true, MdevDefinitionState.Inactive), (definition.Parent, definition.Type, definition.AutoStart, definition.State));
        Editor().Change(definition, new DefinitionChange { AutoStart = false });
        Assert.Equal($"{_uuid} mtty mtty-2 manual", Mdevctl("list", "-d"));
        new DefinitionStarter(HostOpener.Open(_root), _reports.Add, null).Start(definition);
        Assert.Equal($"{_uuid} mtty mtty-2 manual (active)", Mdevctl("list", "-d"));
        Assert.Equal($"{_uuid} mtty mtty-2 manual (defined)", Mdevctl("list"));
        Editor().Undefine(Only());
        Assert.Equal("", Mdevctl("list", "-d"));
        Assert.Empty(_reports);
    }

    [MdevctlFact]
    public void Both_run_scripts_alike()
    {
        string log = $"{_root}/log";
        foreach (string script in new[] { "callouts/c", "notifiers/n" })
        {
            File.WriteAllText($"{_root}{Folder}/scripts.d/{script}", $"#!/bin/sh\n[ \"$6\" = capabilities ] && exit 2\necho \"{script} $* $(cat)\" >> {log}\n[ \"$2\" != mtty-1 ] || [ \"$4\" != pre ]\n");
            File.SetUnixFileMode($"{_root}{Folder}/scripts.d/{script}", (UnixFileMode)0x1ed);
        }

        Mdevctl("define", "-u", $"{_uuid}", "-p", "mtty", "-t", "mtty-2");
        Mdevctl("modify", "-u", $"{_uuid}", "--auto");
        Mdevctl("undefine", "-u", $"{_uuid}");
        MdevctlFails("define", "-u", $"{_uuid}", "-p", "mtty", "-t", "mtty-1");
        string[] theirs = File.ReadAllLines(log);
        File.Delete(log);

        var callouts = new Callouts(HostOpener.Open(_root), _reports.Add, _ => { });
        var editor = new DefinitionEditor(HostOpener.Open(_root), callouts);
        editor.Undefine(editor.Change(Define(callouts), new DefinitionChange { AutoStart = true }));
        Assert.Equal(MdevError.CalloutRefused, Assert.Throws<MdevException>(() => Define(callouts, "mtty-1")).Error);
        Assert.Equal(11, theirs.Length);
        Assert.Equal(theirs, File.ReadAllLines(log));
        Assert.Empty(_reports);
    }

    [MdevctlFact]
    public void What_either_finds_broken_the_other_does()
    {
        string[] contents =
        [
            "", "{", "[]", "null", """{"mdev_type":"t","start":"auto","attrs":[]}""", """{"mdev_type":"t","start":"x"}""", """{"mdev_type":"t"}""", """{"start":"auto"}""", """{"mdev_type":null,"start":"auto"}""",
            """{"mdev_type":"t","start":null}""", """{"mdev_type":"t","start":false,"attrs":null}""", """{"mdev_type":"t","start":"auto","attrs":{}}""", """{"mdev_type":"t","start":"auto","attrs":[{}]}""",
            """{"mdev_type":"t","start":"auto","attrs":["a"]}""", """{"mdev_type":"t","start":"auto","attrs":[{"a":"1","b":"2"}]}""", """{"mdev_type":"t","start":"auto","start":"manual","x":[1]}""", """{"mdev_type":"t","start":"auto",}""",
        ];
        foreach (string content in contents)
        {
            Directory.CreateDirectory($"{_root}{Folder}/mtty");
            File.WriteAllText($"{_root}{Folder}/mtty/{_uuid}", content);
            string ours = string.Concat(Read().Select(d => $"{d.Uuid} {d.Parent} {d.Type} {(d.AutoStart ? "auto" : "manual")}"));
            // mdevctl lists nothing at all then.
            string theirs = Run(["list", "-d"]) is { Code: 0 } listed ? listed.Output.Trim() : "";
            Assert.Equal($"{content} {theirs}", $"{content} {ours}");
        }
    }

    public void Dispose() => SimulatedHost.Remove(_root);

    private DefinitionEditor Editor() => new(HostOpener.Open(_root), null);

    private MdevDefinition Define(Callouts? callouts = null, string type = "mtty-2") =>
        new DefinitionEditor(HostOpener.Open(_root), callouts).Define(new NewDefinition { Uuid = _uuid, Type = type, Parent = "mtty", Interface = MdevInterface.Mdev });

    private MdevDefinition[] Read() => new DefinitionReader(HostOpener.Open(_root), _reports.Add).Read(new DefinitionQuery()).ToArray();

    private MdevDefinition Only() => Assert.Single(Read());

    private string Mdevctl(params string[] arguments)
    {
        (int code, string output, string error) = Run(arguments);
        Assert.True(code == 0 && error.Length == 0, error);
        return output.Trim();
    }

    private void MdevctlFails(params string[] arguments) => Assert.NotEqual(0, Run(arguments).Code);

    // It takes no root, so the host is bound over the machine's directories in a mount namespace of its own.
    private (int Code, string Output, string Error) Run(string[] arguments)
    {
        const string script = "mount --bind \"$0/sys\" /sys && mount --bind \"$0/etc/mdevctl.d\" /etc/mdevctl.d && exec mdevctl \"$@\"";
        var start = new ProcessStartInfo("unshare", ["--mount", "bash", "-c", script, _root, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
