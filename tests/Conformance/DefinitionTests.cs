using System.Diagnostics;
using Mdev.Conformance.Worlds;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Lifecycle;
using Mdev.Model;

namespace Mdev.Conformance;

/// <summary>A test that needs the real kernel and mdevctl.</summary>
internal sealed class MdevctlOnKernelFactAttribute : FactAttribute
{
    public MdevctlOnKernelFactAttribute() =>
        Skip = !World.IsKernel ? "mdevctl makes devices on a real kernel only." : !File.Exists("/usr/bin/mdevctl") && !File.Exists("/usr/sbin/mdevctl") ? "There is no mdevctl." : null;
}

/// <summary>Definitions: what is defined is made again, and mdevctl and we take each other's.</summary>
public sealed class DefinitionTests : ConformanceTest, IDisposable
{
    private const string Scripts = "/usr/lib/mdevctl/scripts.d/callouts";

    private static readonly Guid s_uuid = Uuid(1);

    private readonly List<MdevException> _reports = [];

    private Callouts Callouts => new(Host, _reports.Add, _ => { });

    [Fact]
    public void What_is_there_is_defined_and_made_again()
    {
        Guid[] uuids = [Have("mtty-2", 1)[0], Have("mdpy-hd", 1, from: 2)[0]];
        MdevDefinition[] defined = uuids.Select(Find).Select(device => Define(device!.Uuid, device.Type!, device.Parent, [.. new GivenAttributes(Host, _reports.Add, Callouts).Of(device)])).ToArray();
        Assert.All(defined, definition => Assert.Equal(MdevDefinitionState.Active, definition.State));
        Assert.All(uuids, uuid => Assert.Equal(Answer.Done, Remove(uuid)));
        Assert.All(Read(), definition => Assert.Equal(MdevDefinitionState.Inactive, definition.State));
        foreach (MdevDefinition definition in defined)
            new DefinitionStarter(Host, _reports.Add, Callouts).Start(definition);
        Assert.Equal(["mdpy-hd", "mtty-2"], uuids.Select(uuid => Find(uuid)!.Type).Order());
        Assert.All(Read(), definition => Assert.Equal(MdevDefinitionState.Active, definition.State));
        Assert.Equal(MdevError.UuidExists, Assert.Throws<MdevException>(() => new DefinitionStarter(Host, _reports.Add, Callouts).Start(defined[0])).Error);
        Assert.Empty(_reports);
    }

    [Fact]
    public void The_state_follows_the_host()
    {
        Define(s_uuid, "mdpy-hd", "mdpy");
        Have("mdpy-vga", 4, from: 10);
        Assert.Equal(MdevDefinitionState.NoRoom, Assert.Single(Read()).State);
        Assert.Equal(MdevError.NoCapacity, Assert.Throws<MdevException>(() => new DefinitionStarter(Host, _reports.Add, null).Start(Assert.Single(Read()))).Error);
        Assert.Equal(Answer.Done, Remove(Uuid(10)));
        Have("mdpy-vga", s_uuid);
        Assert.Equal(MdevDefinitionState.Different, Assert.Single(Read()).State);
        Assert.True(World.Unload("mtty"));
        Define(Uuid(2), "mtty-1", "mtty");
        Assert.Equal([MdevDefinitionState.Different, MdevDefinitionState.NoParent], Read().Select(definition => definition.State));
    }

    [Fact]
    public void A_device_that_cannot_have_its_attributes_is_not_left_behind()
    {
        MdevDefinition definition = Define(s_uuid, "mtty-1", "mtty", new AttributeValue("vendor/sample_mdev_dev", "1"));
        Assert.Equal(MdevError.AttributeFailed, Assert.Throws<MdevException>(() => new DefinitionStarter(Host, _reports.Add, null).Start(definition)).Error);
        Assert.Empty(OnBus());
    }

    [Fact]
    public void A_callout_that_refuses_stops_a_start_and_one_that_anybody_can_write_is_not_run()
    {
        string script = Host.OnMachine($"{Scripts}/refuses");
        Directory.CreateDirectory(Path.GetDirectoryName(script)!);
        // That of a simulated world is open to everybody, and then nothing below it is run.
        if (!World.IsKernel)
            File.SetUnixFileMode(Host.Root, (UnixFileMode)0x1ed);
        MdevDefinition definition = Define(s_uuid, "mtty-1", "mtty");
        File.WriteAllText(script, "#!/bin/sh\n[ \"$6\" = capabilities ] && exit 2\necho not today; exit 1\n");
        File.SetUnixFileMode(script, (UnixFileMode)0x1ed);
        try
        {
            MdevException refused = Assert.Throws<MdevException>(() => new DefinitionStarter(Host, _reports.Add, Callouts).Start(definition));
            Assert.Equal(MdevError.CalloutRefused, refused.Error);
            Assert.Contains("not today", refused.Message, StringComparison.Ordinal);
            Assert.Empty(OnBus());
            File.SetUnixFileMode(script, (UnixFileMode)0x1ff);
            new DefinitionStarter(Host, _reports.Add, Callouts).Start(definition);
            Assert.Equal(MdevError.CalloutUntrusted, Assert.Single(_reports).Error);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [MdevctlOnKernelFact]
    public void Mdevctl_starts_ours_and_we_start_its()
    {
        Define(s_uuid, "mtty-2", "mtty");
        Mdevctl("start", "-u", $"{s_uuid}");
        Assert.Equal(MdevDefinitionState.Active, Assert.Single(Read()).State);
        Mdevctl("stop", "-u", $"{s_uuid}");
        Mdevctl("undefine", "-u", $"{s_uuid}");
        Assert.Empty(Read());

        Mdevctl("define", "-u", $"{Uuid(2)}", "-p", "mdpy", "-t", "mdpy-xga");
        new DefinitionStarter(Host, _reports.Add, Callouts).Start(Assert.Single(Read()));
        Assert.Equal("mdpy-xga", Find(Uuid(2))!.Type);
        // What we have made and it has not defined, it defines.
        Have("mtty-1", Uuid(3));
        Mdevctl("define", "-u", $"{Uuid(3)}");
        Assert.Equal([MdevDefinitionState.Active, MdevDefinitionState.Active], Read().Select(definition => definition.State));
        new DeviceRemover(Host, _reports.Add).Remove(Find(Uuid(2))!);
        Mdevctl("start", "-u", $"{Uuid(2)}", "-p", "mdpy");
        Assert.Equal(2, OnBus().Length);
        Assert.Empty(_reports);
    }

    void IDisposable.Dispose()
    {
        foreach (MdevDefinition definition in Read())
            File.Delete(definition.Path);
        Dispose();
    }

    private MdevDefinition Define(Guid uuid, string type, string parent, params AttributeValue[] attributes) =>
        new DefinitionEditor(Host, null).Define(new NewDefinition { Uuid = uuid, Type = type, Parent = parent, Interface = MdevInterface.Mdev, Attributes = attributes });

    private MdevDefinition[] Read() => new DefinitionReader(Host, _reports.Add).Read(new DefinitionQuery()).ToArray();

    private static void Mdevctl(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("mdevctl", arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
