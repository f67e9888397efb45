using System.Collections;
using System.Collections.ObjectModel;

namespace System.Management.Automation;

public sealed class PSDataStreams
{
    internal PSDataStreams() { }

    public PSDataCollection<ErrorRecord> Error { get; } = [];
    public PSDataCollection<WarningRecord> Warning { get; } = [];
    public PSDataCollection<VerboseRecord> Verbose { get; } = [];
    public PSDataCollection<DebugRecord> Debug { get; } = [];
    public PSDataCollection<ProgressRecord> Progress { get; } = [];
    public PSDataCollection<InformationRecord> Information { get; } = [];
}

public class PSDataCollection<T> : IEnumerable<T>
{
    private readonly List<T> _items = [];

    public void Add(T item)
    {
        lock (_items)
            _items.Add(item);
    }

    /// <summary>Takes what is there.</summary>
    public Collection<T> ReadAll()
    {
        lock (_items)
        {
            Collection<T> all = [.. _items];
            _items.Clear();
            return all;
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        lock (_items)
            return _items.ToList().GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
