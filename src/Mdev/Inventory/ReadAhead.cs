namespace Mdev.Inventory;

/// <summary>Works on the next few items while the results of the earlier ones are consumed.</summary>
internal static class ReadAhead
{
    /// <summary>The results, in the order of the items.</summary>
    /// <param name="items">The items.</param>
    /// <param name="distance">How many items are worked on before their results are asked for.</param>
    /// <param name="read">The work, done on threads of the pool.</param>
    public static IEnumerable<TResult> Of<T, TResult>(IEnumerable<T> items, int distance, Func<T, TResult> read)
    {
        var ahead = new Queue<Task<TResult>>();
        foreach (T item in items)
        {
            ahead.Enqueue(Task.Run(() => read(item)));
            if (ahead.Count == distance)
                yield return ahead.Dequeue().GetAwaiter().GetResult();
        }

        while (ahead.TryDequeue(out Task<TResult>? next))
            yield return next.GetAwaiter().GetResult();
    }
}
