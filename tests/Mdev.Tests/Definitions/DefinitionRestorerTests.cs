using System.Collections.Concurrent;
using Mdev.Definitions;
using Mdev.Errors;
using Mdev.Lifecycle;
using Mdev.Model;

namespace Mdev.Tests.Definitions;

public sealed class DefinitionRestorerTests : DefinitionTest
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);

    public DefinitionRestorerTests()
        : base("mtty", "mdpy", "vfio_ap")
    {
    }

    private string ParentLink => $"{Root}/sys/class/mdev_bus/mtty";

    private MdevRestoration[] Restore(TimeSpan limit = default, Func<MdevDefinition, Decision>? decide = null, CancellationToken cancel = default) =>
        [.. new DefinitionRestorer(Host.Host, Reports.Add, null, decide ?? (_ => Decision.Make)).Restore(Read(), limit, cancel: cancel)];

    private static string[] Outcomes(IEnumerable<MdevRestoration> restored) => [.. restored.Select(one => $"{one.Type} {one.Outcome} {one.ErrorId}".Trim())];

    [Fact]
    public void What_is_missing_is_made_and_what_is_there_is_left()
    {
        Editor().Define(New("mtty-1", "mtty"));
        Editor().Define(New("mdpy-hd", "mdpy") with { Uuid = Guid.NewGuid() });
        MdevDevice running = Assert.Single(Host.Make("mtty-1", 1, Uuid));
        Assert.Equal(["mdpy-hd Made", "mtty-1 Present"], Outcomes(Restore()).Order());
        Assert.Equal(["mdpy-hd Present", "mtty-1 Present"], Outcomes(Restore()).Order());
        Assert.Equal(MdevDefinitionState.Active, Only(new DefinitionQuery { Uuids = [running.Uuid] }).State);
        Assert.Empty(Reports);
    }

    [Fact]
    public void What_is_wrong_with_one_costs_the_others_nothing()
    {
        Add("a-parent", $"{Guid.NewGuid()}", Plain("mtty-1"));
        Add("mdpy", $"{Guid.NewGuid()}", Plain("mdpy-none"));
        Add("mdpy", $"{Guid.NewGuid()}", "{");
        Add("matrix", $"{Guid.NewGuid()}", Plain("vfio_ap-passthrough", attributes: """[{"assign_adapter":"9999"}]"""));
        Editor().Define(New("mtty-1", "mtty"));
        Assert.Equal(
            ["mdpy-none Waiting MdevTypeNotFound", "mtty-1 Made", "mtty-1 Waiting MdevParentNotFound", "vfio_ap-passthrough Failed MdevAttributeFailed"],
            Outcomes(Restore()).Order(StringComparer.Ordinal));
        Assert.Equal([MdevError.AttributeFailed, MdevError.DefinitionBroken, MdevError.ParentNotFound, MdevError.TypeNotFound], Reports.Select(e => e.Error).OrderBy(e => $"{e}"));
    }

    [Theory]
    [InlineData("mtty-1", MdevRestorationOutcome.Present, null)]
    [InlineData("mtty-2", MdevRestorationOutcome.Failed, "MdevUuidExists")]
    public void Somebody_who_was_quicker_is_no_failure_unless_he_made_something_else(string type, string outcome, string? error)
    {
        Editor().Define(New("mtty-1", "mtty"));
        MdevRestoration restored = Assert.Single(Restore(decide: _ =>
        {
            Host.Create($"/sys/devices/virtual/mtty/mtty/mdev_supported_types/{type}", Uuid);
            return Decision.Make;
        }));
        Assert.Equal((outcome, error), (restored.Outcome, restored.ErrorId));
        Assert.Equal(error is null ? 0 : 1, Reports.Count);
    }

    [Fact]
    public void Of_a_uuid_on_two_parents_one_is_made()
    {
        Editor().Define(New("mtty-1", "mtty"));
        Editor().Define(New("vfio_ap-passthrough", "matrix"));
        Assert.Equal([MdevRestorationOutcome.Made, MdevRestorationOutcome.Failed], Restore().Select(one => one.Outcome));
    }

    [Fact]
    public void Of_a_uuid_on_two_parents_one_is_planned()
    {
        Editor().Define(New("mtty-1", "mtty"));
        Editor().Define(New("vfio_ap-passthrough", "matrix"));
        MdevRestoration other = Assert.Single(Restore(decide: _ => Decision.Pretend));
        Assert.Equal((MdevRestorationOutcome.Failed, "MdevUuidExists"), (other.Outcome, other.ErrorId));
        Assert.Empty(Restore(decide: _ => Decision.Leave));
    }

    [Fact]
    public async Task Of_two_that_restore_at_once_each_device_is_made_by_one_and_present_for_the_other()
    {
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 6; i++)
                Add("mtty", $"{Guid.NewGuid()}", Plain("mtty-1"));
            MdevDefinition[] defined = Read();
            var reports = new ConcurrentBag<MdevException>();
            string[][] both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
                new DefinitionRestorer(HostOpener.Open(Root), reports.Add, null, _ => Decision.Make).Restore(defined, TimeSpan.Zero).Select(one => one.Outcome).ToArray())));
            Assert.Empty(reports);
            Assert.All(both[0].Zip(both[1]), pair => Assert.Contains(MdevRestorationOutcome.Present, new[] { pair.First, pair.Second }));
            Assert.Equal(6, both.SelectMany(outcomes => outcomes).Count(outcome => outcome == MdevRestorationOutcome.Made));
            foreach (MdevDevice device in Host.Devices())
                Host.Remove(device);
            Directory.Delete($"{Root}{Folder}", recursive: true);
        }
    }

    [Fact]
    public async Task A_parent_that_comes_late_is_waited_for()
    {
        Editor().Define(New("mtty-1", "mtty"));
        string target = new FileInfo(ParentLink).LinkTarget!;
        File.Delete(ParentLink);
        Assert.Equal(["mtty-1 Waiting MdevParentNotFound"], Outcomes(Restore()));
        Task<MdevRestoration[]> waiting = Task.Run(() => Restore(s_long));
        File.CreateSymbolicLink(ParentLink, target);
        Assert.Equal(["mtty-1 Made"], Outcomes(await waiting));
    }

    [Fact]
    public async Task Room_is_waited_for_and_others_are_made_meanwhile()
    {
        MdevDevice[] full = Host.Make("mtty-2", 12);
        Editor().Define(New("mtty-1", "mtty"));
        Editor().Define(New("mdpy-hd", "mdpy") with { Uuid = Guid.NewGuid() });
        var made = new TaskCompletionSource();
        Task<string[]> waiting = Task.Run(() => Outcomes(new DefinitionRestorer(Host.Host, Reports.Add, null, _ => Decision.Make).Restore(Read(), s_long).Select(one =>
        {
            _ = made.TrySetResult();
            return one;
        })));
        await made.Task;
        Host.Remove(full[0]);
        Assert.Equal(["mdpy-hd Made", "mtty-1 Made"], await waiting);
    }

    // Three wait for the same room. One stays as it is, and tells that the others were looked at too.
    [Fact]
    public async Task What_is_removed_or_changed_while_it_waits_is_not_made_as_it_was()
    {
        MdevDevice[] full = Host.Make("mtty-2", 12);
        MdevDefinition[] defined = [.. Enumerable.Range(0, 3).Select(_ => Editor().Define(New("mtty-1", "mtty") with { Uuid = Guid.NewGuid(), AutoStart = true }))];
        var waits = new TaskCompletionSource();
        Task<MdevRestoration[]> waiting = Task.Run(() => new DefinitionRestorer(Host.Host, Reports.Add, null, _ => Decision.Make) { AutoStart = true }
            .Restore(defined, s_long, (_, _) => waits.TrySetResult()).ToArray());
        await waits.Task;
        Editor().Undefine(defined[0]);
        Editor().Change(defined[1], new DefinitionChange { AutoStart = false });
        Editor().Change(defined[2], new DefinitionChange { Type = "mtty-2" });
        foreach (MdevDevice device in full)
            Host.Remove(device);
        Dictionary<Guid, MdevRestoration> results = (await waiting).ToDictionary(one => one.Uuid);
        Assert.Equal(["MdevDefinitionNotFound", "MdevDefinitionNotFound", null], defined.Select(one => results[one.Uuid].ErrorId));
        Assert.Equal(("mtty-2", "mtty-2"), (results[defined[2].Uuid].Type, Assert.Single(Host.Devices()).Type));
    }

    [Fact]
    public async Task A_wait_that_is_stopped_ends_at_once_and_tells_nothing()
    {
        Add("elsewhere", $"{Uuid}", Plain("mtty-1"));
        using var stop = new CancellationTokenSource();
        Task<MdevRestoration[]> waiting = Task.Run(() => Restore(s_long, cancel: stop.Token));
        await stop.CancelAsync();
        Assert.Empty(await waiting);
        Assert.Empty(Reports);
    }
}
