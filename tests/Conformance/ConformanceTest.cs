using System.Text;
using Mdev.Conformance.Worlds;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Mdev.Conformance;

/// <summary>A test that says the same of a simulated host and of a real one. Tables in the comments are those of the kernel's contract.</summary>
public abstract class ConformanceTest : IDisposable
{
    // For what must come about sooner or later: only a failing test waits that long.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly List<Task> _background = [];

    private protected World World { get; } = World.Start();

    private protected HostRoot Host => World.Host;

    public void Dispose()
    {
        // A failed test may have left a writer; who it waits for is gone by now.
        Assert.True(Task.WaitAll(_background.ToArray(), s_patience), "A write does not come back.");
        World.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A UUID that tells itself apart in a failure's message.</summary>
    private protected static Guid Uuid(int number) => new(number, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1);

    private protected Answer Create(string type, Guid uuid) => Write($"{Paths.Type(type)}/create", uuid.ToString());

    private protected Answer Create(string type, string value) => Write($"{Paths.Type(type)}/create", value);

    private protected Answer Remove(Guid uuid, string value = "1") => Write(RemovePath(uuid), value);

    private protected string RemovePath(Guid uuid) => $"{Paths.Device(uuid, Host)}/remove";

    /// <summary>One open, one write, one close.</summary>
    private protected Answer Write(string hostPath, string value) => Answer.To(() =>
    {
        using IAttributeWriter attribute = Host.Kernel.OpenAttribute(hostPath);
        attribute.Write(Encoding.UTF8.GetBytes(value));
    });

    private protected static Answer Write(IAttributeWriter attribute, string value) => Answer.To(() => attribute.Write(Encoding.UTF8.GetBytes(value)));

    /// <summary>Makes devices that the test takes for granted.</summary>
    private protected Guid[] Have(string type, int count, int from = 1)
    {
        Guid[] uuids = Enumerable.Range(from, count).Select(Uuid).ToArray();
        Assert.All(uuids, uuid => Assert.Equal(Answer.Done, Create(type, uuid)));
        return uuids;
    }

    private protected Guid Have(string type) => Have(type, 1)[0];

    private protected void Have(string type, Guid uuid) => Assert.Equal(Answer.Done, Create(type, uuid));

    /// <summary>The UUIDs on the bus, as the kernel spells them.</summary>
    private protected string[] OnBus()
    {
        using DirectoryHandle bus = Host.Files.OpenDirectory(Paths.Bus)!;
        return bus.Entries().Select(e => e.Name).Order(StringComparer.Ordinal).ToArray();
    }

    private protected int Available(string type) => int.Parse(Read($"{Paths.Type(type)}/available_instances")!);

    private protected string? Read(string hostPath)
    {
        int slash = hostPath.LastIndexOf('/');
        using DirectoryHandle? directory = Host.Files.OpenDirectory(hostPath[..slash]);
        return directory?.ReadAttribute(hostPath[(slash + 1)..]);
    }

    private protected MdevDevice? Find(Guid uuid) => new DeviceReader(Host, e => throw e).Find(uuid);

    /// <summary>What as many threads get that are let loose together.</summary>
    private protected T[] AtOnce<T>(int count, Func<T> action)
    {
        using var start = new Barrier(count);
        Task<T>[] tasks = Enumerable.Range(0, count).Select(_ => InBackground(() =>
        {
            start.SignalAndWait();
            return action();
        })).ToArray();
        return Array.ConvertAll(tasks, Await);
    }

    /// <summary>Starts what may have to wait, on a thread of its own.</summary>
    private protected Task<T> InBackground<T>(Func<T> action)
    {
        Task<T> task = Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _background.Add(task);
        return task;
    }

    private protected static T Await<T>(Task<T> task)
    {
        Assert.True(task.Wait(s_patience), "It does not come back.");
        return task.Result;
    }

    private protected static void Eventually(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, s_patience), "It does not come about.");
}
