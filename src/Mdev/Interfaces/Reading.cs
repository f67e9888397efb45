using System.Globalization;
using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Interfaces;

/// <summary>Reads attributes and links so that a bad one costs its property and one report, never the object.</summary>
/// <param name="report">Told of what cannot be read or understood.</param>
internal sealed class AttributeReader(Action<MdevException> report)
{
    /// <summary>What a reading gives; null, and a report, when it fails.</summary>
    public T? Try<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (MdevException e)
        {
            report(e);
            return default;
        }
    }

    /// <summary>The value of an attribute, which may be empty; null when it is absent or cannot be read.</summary>
    public string? Value(DirectoryHandle directory, string name) => Try(() => directory.ReadAttribute(name));

    /// <summary>The text of an attribute; null when it is absent, empty or cannot be read.</summary>
    public string? Text(DirectoryHandle directory, string name) => Value(directory, name) is { Length: > 0 } value ? value : null;

    /// <summary>The number in an attribute; null when it is absent or is no number.</summary>
    public int? Number(DirectoryHandle directory, string name)
    {
        if (Value(directory, name) is not { } value)
            return null;
        if (int.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int number))
            return number;
        string path = $"{directory.Path}/{name}";
        report(new MdevException(MdevError.AttributeUnreadable, $"'{path}' should hold a number and holds '{Printable.Text(value, 60)}'.", path));
        return null;
    }

    /// <summary>The NUMA node in the directory of a parent; null when the platform names none, which is -1 there.</summary>
    public int? NumaNode(DirectoryHandle parent) => Number(parent, "numa_node") is >= 0 and var node ? node : null;

    /// <summary>The last part of the path that a link leads to; null when there is no link.</summary>
    public string? LinkName(DirectoryHandle directory, string name) => Try(() => directory.ReadLinkName(name));

    /// <summary>PCI vendor and device id such as <c>10de:25b6</c>; null when it is no PCI function.</summary>
    public string? PciId(DirectoryHandle parent) => Text(parent, "vendor") is { } vendor && Text(parent, "device") is { } device
        ? $"{WithoutPrefix(vendor)}:{WithoutPrefix(device)}"
        : null;

    /// <summary>What the kernel's dev_driver_string calls the driver of a device (drivers/base/core.c).</summary>
    public string? DriverString(DirectoryHandle device) => LinkName(device, "driver") ?? LinkName(device, "subsystem");

    private static string WithoutPrefix(string hex) => hex.StartsWith("0x", StringComparison.Ordinal) ? hex[2..] : hex;
}

/// <summary>
/// Reads one parent after the other while the results of the earlier ones are consumed: reading an attribute is a driver's work, and one parent's need
/// not wait for another's.
/// </summary>
internal static class ReadAhead
{
    // To wait for a thread costs as much as to read a parent of one type, so a turn takes several. The first turns are short, since somebody waits, and so are the
    // last, since otherwise one thread would have them alone.
    private const int LongestTurn = 8;

    /// <summary>What is read of the parents, in their order. What is read ahead is bounded, and nothing is before the first parent's end, so that an early end costs little.</summary>
    /// <param name="parents">The parents, or the entries that may be one.</param>
    /// <param name="read">Reads one of them and tells its faults; done on threads of the pool from the second on.</param>
    /// <param name="report">Told of the faults, on the caller's thread, before what was read of the parent.</param>
    /// <param name="alone">How many are read where the caller is, before threads are worth their start.</param>
    public static IEnumerable<T> Of<TParent, T>(List<TParent> parents, Func<TParent, Action<MdevException>, IEnumerable<T>> read, Action<MdevException> report, int alone = 1)
    {
        IEnumerable<T> Read(TParent parent, Action<MdevException> tell) => Each(() => read(parent, tell), tell);
        int count = Environment.ProcessorCount == 1 ? parents.Count : Math.Min(alone, parents.Count);
        foreach (T first in parents.Take(count).SelectMany(parent => Read(parent, report)))
            yield return first;

        // To compile what follows would take longer than a first look at most hosts.
        foreach (T other in count < parents.Count ? Others(parents, count, Read, report) : [])
            yield return other;
    }

    // What ends the reading of one parent is told, and ends no other's.
    private static IEnumerable<T> Each<T>(Func<IEnumerable<T>> found, Action<MdevException> tell)
    {
        IEnumerator<T>? all = null;
        bool Next()
        {
            try
            {
                return (all ??= found().GetEnumerator()).MoveNext();
            }
            catch (MdevException e)
            {
                tell(e);
                return false;
            }
        }

        try
        {
            while (Next())
                yield return all!.Current;
        }
        finally
        {
            all?.Dispose();
        }
    }

    private static IEnumerable<T> Others<TParent, T>(List<TParent> parents, int at, Func<TParent, Action<MdevException>, IEnumerable<T>> read, Action<MdevException> report)
    {
        var ahead = new Queue<Task<(List<T> Found, List<MdevException> Faults)[]>>();
        using var end = new CancellationTokenSource();
        try
        {
            for (int length = 1; at < parents.Count || ahead.Count > 0;)
            {
                while (at < parents.Count && ahead.Count < 2 * Environment.ProcessorCount)
                {
                    List<TParent> turn = parents.GetRange(at, Math.Min(length, parents.Count - at));
                    ahead.Enqueue(Task.Run(() => turn.TakeWhile(_ => !end.IsCancellationRequested).Select(parent =>
                    {
                        var faults = new List<MdevException>();
                        return (read(parent, faults.Add).ToList(), faults);
                    }).ToArray()));
                    at += turn.Count;
                    length = Math.Clamp((parents.Count - at) / (2 * Environment.ProcessorCount), 1, Math.Min(2 * length, LongestTurn));
                }

                foreach ((List<T> found, List<MdevException> faults) in ahead.Dequeue().GetAwaiter().GetResult())
                {
                    faults.ForEach(report);
                    foreach (T one in found)
                        yield return one;
                }
            }
        }
        finally
        {
            // Nothing goes on with what the caller is about to close. What has failed by now is nobody's any more.
            end.Cancel();
            Task.WhenAll(ahead).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        }
    }
}
