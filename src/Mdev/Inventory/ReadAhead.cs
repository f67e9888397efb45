namespace Mdev.Inventory;

/// <summary>Works on the next items while the results of the earlier ones are consumed.</summary>
internal static class ReadAhead
{
    // To wait for a thread costs as much as to read a parent of one type, so a turn takes several. The first turns are short: somebody waits.
    private const int LongestTurn = 8;

    /// <summary>The results, in the order of the items. What is worked on ahead is bounded, so that an early end costs little.</summary>
    /// <param name="items">The items.</param>
    /// <param name="read">The work, done on threads of the pool.</param>
    public static IEnumerable<TResult> Of<T, TResult>(List<T> items, Func<T, TResult> read)
    {
        var ahead = new Queue<Task<TResult[]>>();
        for (int at = 0, length = 1; at < items.Count || ahead.Count > 0;)
        {
            while (at < items.Count && ahead.Count < 2 * Environment.ProcessorCount)
            {
                List<T> turn = items.GetRange(at, Math.Min(length, items.Count - at));
                ahead.Enqueue(Task.Run(() => turn.Select(read).ToArray()));
                at += turn.Count;
                length = Math.Min(2 * length, LongestTurn);
            }

            foreach (TResult result in ahead.Dequeue().GetAwaiter().GetResult())
                yield return result;
        }
    }
}
