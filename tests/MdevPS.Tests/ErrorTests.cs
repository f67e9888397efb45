using System.Management.Automation;
using Mdev.Conformance.Worlds;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>A name that is not there: which error it is, what it says, and that the others go on.</summary>
public sealed class MissingNameTests : SimulatedHostTest
{
    private const string Missing = "99999999-9999-4999-8999-999999999999";

    [Theory]
    [InlineData("Get-MdevParent nosuch, mtty", "MdevParentNotFound", 1, "'nosuch'")]
    [InlineData("Get-MdevType nosuch, mtty-1", "MdevTypeNotFound", 1, "'nosuch'")]
    [InlineData("Get-MdevType -Parent nosuch, mtty", "MdevParentNotFound", 2, "'nosuch'")]
    [InlineData("Get-MdevType -Name nosuch", "MdevTypeNotFound", 0, "'nosuch'")]
    [InlineData($"Get-MdevDevice {Missing}", "MdevDeviceNotFound", 0, Missing)]
    [InlineData("Get-MdevDevice -Type mtty-3", "MdevTypeNotFound", 0, "mtty-1, mtty-2")]
    [InlineData("New-MdevDevice mtty-3", "MdevTypeNotFound", 0, "mtty-1, mtty-2")]
    [InlineData("New-MdevDevice mtty-1 -Parent nosuch", "MdevParentNotFound", 0, "'nosuch'")]
    [InlineData("'mtty-3', 'mtty-1' | New-MdevDevice -WhatIf", "MdevTypeNotFound", 0, "'mtty-3'")]
    [InlineData($"Remove-MdevDevice {Missing}", "MdevDeviceNotFound", 0, Missing)]
    [InlineData("Get-MdevAttribute nosuch", "MdevAttributeNotFound", 0, "'nosuch'")]
    public void Is_an_error_that_says_where_to_look(string line, string id, int count, string says)
    {
        Result result = Run(line);

        ErrorRecord error = Assert.Single(result.Errors);
        Assert.StartsWith($"{id},MdevPS.Commands.", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.NotEqual("", error.TargetObject?.ToString() ?? "");
        Assert.Contains(says, error.ToString());
        Assert.Contains("See what there is: Get-Mdev", error.ToString());
        Assert.Equal(count, result.Output.Count);
        Assert.Null(result.Terminated);
    }

    [Fact]
    public void Can_be_branched_on()
    {
        Assert.Equal("MdevTypeNotFound,MdevPS.Commands.GetMdevTypeCommand", Run("Get-MdevType nosuch -ErrorAction Stop").Terminated!.FullyQualifiedErrorId);
        Assert.Equal("MdevTypeNotFound,MdevPS.Commands.GetMdevTypeCommand", Run("try { Get-MdevType nosuch -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }").Only.ToString());
    }

    [Fact]
    public void Is_silent_when_silenced()
    {
        Result result = Run("Get-MdevType nosuch -ErrorAction SilentlyContinue -ErrorVariable quiet; $quiet[0].FullyQualifiedErrorId");
        Assert.Empty(result.Errors);
        Assert.StartsWith("MdevTypeNotFound,", result.Only.ToString());
    }

    [Fact]
    public void Is_refused_before_anything_else_when_it_is_no_UUID()
    {
        Result result = Run("Remove-MdevDevice not-a-uuid");
        Assert.Equal(["ParameterArgumentTransformationError"], result.ErrorIds);
        Assert.NotNull(result.Terminated);
        Assert.Contains("'not-a-uuid'", result.ErrorText);
    }
}

/// <summary>A request that cannot be met.</summary>
public sealed class RequestErrorTests : SimulatedHostTest
{
    [Fact]
    public void A_name_that_stands_for_several_ids_is_ambiguous_and_the_candidates_are_named()
    {
        using HostTree tree = new HostTree().AddParent("p").AddType("p", "made-1", name: "Same").AddType("p", "made-2", name: "Same");
        Result result = Run($"New-MdevDevice Same -Root {tree.Root}");
        Assert.Equal(["MdevTypeAmbiguous"], result.ErrorIds);
        Assert.Equal(ErrorCategory.InvalidArgument, result.Errors[0].CategoryInfo.Category);
        Assert.Contains("made-1, made-2", result.ErrorText);
    }

    [Fact]
    public void Count_contradicts_Uuid()
    {
        Assert.Equal(["MdevInvalidArgument"], Run("New-MdevDevice mtty-1 -Count 3 -Uuid ([guid]::NewGuid())").ErrorIds);
        Assert.Empty(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void There_has_to_be_something_to_wait_for()
    {
        object uuid = Have("New-MdevDevice mtty-1").Get("Uuid")!;
        Assert.Equal(["MdevInvalidArgument"], Run($"Remove-MdevDevice {uuid} -TimeoutSec 3").ErrorIds);
        Assert.Equal(uuid, Run("Get-MdevDevice").Get("Uuid"));
    }

    [Theory]
    [InlineData("New-MdevDevice mtty-1 -Parent mdpy", "offered by: mtty.")]
    [InlineData("New-MdevDevice 'mtty*'", "without wildcards")]
    [InlineData("Get-MdevAttribute ([guid]::NewGuid())", "-Uuid")]
    public void The_error_tells_what_was_meant(string line, string says)
    {
        Result result = Run(line);
        Assert.Single(result.Errors);
        Assert.Contains(says, result.ErrorText);
    }

    [Fact]
    public void A_device_that_somebody_has_open_stays()
    {
        Result device = Have("New-MdevDevice mtty-1");
        string descriptors = $"{Root}/proc/4242/fd";
        Directory.CreateDirectory(descriptors);
        File.CreateSymbolicLink($"{descriptors}/3", (string)device.Get("VfioPath")!);

        Result result = Run($"Remove-MdevDevice {device.Get("Uuid")}");

        Assert.Equal(["MdevInUse"], result.ErrorIds);
        Assert.Equal(ErrorCategory.ResourceBusy, result.Errors[0].CategoryInfo.Category);
        Assert.Equal(device.Get("Uuid"), result.Errors[0].TargetObject);
        Assert.Equal(device.Get("Uuid"), Run("Get-MdevDevice").Get("Uuid"));
    }

    [Fact]
    public void One_does_not_stop_the_others_of_the_pipeline()
    {
        object taken = Have("New-MdevDevice mtty-1").Get("Uuid")!;
        Result result = Run("New-MdevDevice", Bag(("Type", "mtty-1"), ("Uuid", taken)), Bag(("Type", "mtty-1"), ("Uuid", Guid.NewGuid())));
        Assert.Single(result.Output);
        Assert.Equal(["MdevUuidExists"], result.ErrorIds);
    }
}

/// <summary>A tree that no kernel is behind.</summary>
public sealed class NotLiveHostTests : CmdletTest
{
    private const string Uuid = "11111111-1111-4111-8111-111111111111";

    private readonly HostTree _tree = new HostTree().AddParent("p").AddType("p", "made-1").AddDevice("p", "made-1", Uuid).AddFile("/dev/vfio/7", "");

    [Theory]
    [InlineData("Get-MdevParent", "p")]
    [InlineData("Get-MdevType", "made-1")]
    [InlineData("Get-MdevDevice", Uuid)]
    public void Is_listed(string cmdlet, string key)
    {
        string before = Snapshot(_tree.Root);
        Assert.Equal([key], Run($"{cmdlet} -Root {_tree.Root}").Text);
        Assert.Equal(before, Snapshot(_tree.Root));
    }

    [Theory]
    [InlineData("New-MdevDevice made-1 -Root $tree")]
    [InlineData("Get-MdevDevice -Root $tree | Remove-MdevDevice")]
    public void Cannot_be_changed(string line)
    {
        string before = Snapshot(_tree.Root);

        Result result = Run($"$tree = '{_tree.Root}'; {line}");

        Assert.Empty(result.Output);
        Assert.Equal(["MdevNotLive"], result.ErrorIds);
        Assert.Equal(ErrorCategory.InvalidOperation, result.Errors[0].CategoryInfo.Category);
        Assert.Contains($"'{_tree.Root}/sys/", result.ErrorText);
        Assert.Equal(before, Snapshot(_tree.Root));
    }

    public override void Dispose()
    {
        _tree.Dispose();
        base.Dispose();
    }
}

/// <summary>A host without the bus of mediated devices.</summary>
public sealed class BareHostTests : CmdletTest
{
    private readonly string _root = Directory.CreateTempSubdirectory("mdevps-bare-").FullName;

    public BareHostTests() => Directory.CreateDirectory($"{_root}/sys");

    [Theory]
    [InlineData("Get-MdevParent")]
    [InlineData("Get-MdevType")]
    [InlineData("Get-MdevDevice")]
    public void Is_empty_and_Verbose_says_why(string cmdlet)
    {
        Result result = Run($"{cmdlet} -Root {_root} -Verbose");
        Assert.Empty(result.Output);
        Assert.Empty(result.Errors);
        Assert.Contains(result.Verbose, line => line.Contains("/sys/bus/mdev", StringComparison.Ordinal));
    }

    [Fact]
    public void Makes_no_device()
    {
        Result result = Run($"New-MdevDevice mtty-1 -Root {_root}");
        Assert.Equal(["MdevNotSupported"], result.ErrorIds);
        Assert.Equal(ErrorCategory.NotInstalled, result.Errors[0].CategoryInfo.Category);
    }

    public override void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        base.Dispose();
    }
}

/// <summary>A host of which some entries are broken: the others are listed, and every broken one is told.</summary>
public sealed class BrokenHostTests : CmdletTest
{
    private readonly HostTree _tree = new HostTree()
        .AddParent("p")
        .AddType("p", "good")
        .AddType("p", "no-api", deviceApi: null)
        .AddType("p", "no-number", available: "many")
        .AddType("p", "empty-number", available: "")
        .AddType("p", "no-newline", available: "7", name: "Name\r\n")
        .AddType("p", "unreadable", available: null)
        .AddParent("empty")
        .AddParent("without")
        .AddLink("/sys/class/mdev_bus/dangling", "../../devices/virtual/made/dangling")
        .AddDevice("p", "good", "11111111-1111-4111-8111-111111111111")
        .AddDevice("p", "good", "22222222-2222-4222-8222-222222222222")
        .AddDevice("p", "good", "no-uuid")
        .AddLink("/sys/bus/mdev/devices/33333333-3333-4333-8333-333333333333", "../../../devices/virtual/made/p/gone");

    public BrokenHostTests()
    {
        string made = $"{_tree.Root}/sys/devices/virtual/made";
        Directory.CreateDirectory($"{made}/p/mdev_supported_types/unreadable/available_instances");
        Directory.Delete($"{made}/without/mdev_supported_types");
        File.Delete($"{made}/p/22222222-2222-4222-8222-222222222222/mdev_type");
    }

    [Fact]
    public void Still_has_its_parents()
    {
        Result result = Run($"Get-MdevParent -Root {_tree.Root}");
        Assert.Equal(["empty", "p", "without"], result.TextOf("Parent"));
        Assert.Equal(["MdevBrokenEntry"], result.ErrorIds);
        Assert.Equal($"{_tree.Root}/sys/class/mdev_bus/dangling", result.Errors[0].TargetObject);
    }

    [Fact]
    public void Still_has_its_types()
    {
        Result result = Run($"Get-MdevType -Root {_tree.Root} -Parent p");
        Assert.Equal(["empty-number", "good", "no-api", "no-newline", "no-number", "unreadable"], result.TextOf("Type"));
        Assert.Null(result.All("DeviceApi")[2]);
        Assert.Equal("Name", result.All("Name")[3]);
        Assert.Equal([null, 4, 4, 7, null, null], result.All("AvailableInstances"));
        Assert.Equal(["MdevAttributeUnreadable", "MdevAttributeUnreadable", "MdevAttributeUnreadable"], result.ErrorIds);
    }

    [Fact]
    public void Still_has_its_devices()
    {
        Result result = Run($"Get-MdevDevice -Root {_tree.Root}");
        Assert.Equal(["11111111-1111-4111-8111-111111111111"], result.TextOf("Uuid"));
        Assert.All(result.ErrorIds, id => Assert.Equal("MdevBrokenEntry", id));
        // The parents are gone through too: one may have a device whose removal waits.
        Assert.Equal(
            ["22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333", "dangling", "no-uuid"],
            result.Errors.Select(error => Path.GetFileName((string)error.TargetObject)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_error_names_the_path_in_the_message_and_as_the_target()
    {
        Result result = Run($"$tree = '{_tree.Root}'; Get-MdevParent -Root $tree; Get-MdevType -Root $tree; Get-MdevDevice -Root $tree");
        Assert.True(result.Errors.Count > 6, result.ErrorText);
        Assert.All(result.Errors, error =>
        {
            Assert.Contains($"'{_tree.Root}/sys/", error.ToString());
            Assert.StartsWith($"{_tree.Root}/sys/", error.TargetObject.ToString());
            Assert.NotEqual(ErrorCategory.NotSpecified, error.CategoryInfo.Category);
        });
    }

    public override void Dispose()
    {
        _tree.Dispose();
        base.Dispose();
    }
}

/// <summary>Somebody who may read and not write.</summary>
public sealed class PermissionTests : CmdletTest
{
    private const string StateVariable = "XDG_STATE_HOME";

    private readonly string _directory = Directory.CreateTempSubdirectory("mdevps-rights-").FullName;
    private readonly string? _state = Environment.GetEnvironmentVariable(StateVariable);

    [RootFact]
    public void Lists_and_is_told_what_to_do_where_something_would_change()
    {
        // The record of the host, which is the user's own, is to be read by the other one.
        Environment.SetEnvironmentVariable(StateVariable, _directory);
        string root = (string)Have($"New-MdevSimulation mtty -Path {_directory}/host").Get("Root")!;
        Environment.SetEnvironmentVariable(RootVariable, root);
        object uuid = Have("New-MdevDevice mtty-1").Get("Uuid")!;
        foreach (string directory in new[] { _directory, $"{_directory}/mdevps", $"{_directory}/mdevps/simulations", root })
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        Result? listed = null, made = null, removed = null;
        // A pipeline's thread has the rights of the thread that starts it.
        Nobody.Does(() =>
        {
            listed = Run("Get-MdevType");
            made = Run("New-MdevDevice mtty-1");
            removed = Run($"Remove-MdevDevice {uuid}");
        });

        Assert.Contains("mtty-1", listed!.TextOf("Type"));
        Assert.All([made!, removed!], refused =>
        {
            Assert.Equal(["MdevPermissionDenied"], refused.ErrorIds);
            Assert.Equal(ErrorCategory.PermissionDenied, refused.Errors[0].CategoryInfo.Category);
            Assert.Matches("EACCES.*Run as root", refused.ErrorText);
        });
        Assert.Equal(uuid, Run("Get-MdevDevice").Get("Uuid"));
    }

    public override void Dispose()
    {
        Environment.SetEnvironmentVariable(StateVariable, _state);
        Directory.Delete(_directory, recursive: true);
        base.Dispose();
    }
}
