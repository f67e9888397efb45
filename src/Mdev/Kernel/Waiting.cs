namespace Mdev.Kernel;

/// <summary>Waits for something that the kernel or another program does, where neither tells of it: look, and look again.</summary>
internal static class Waiting
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until a condition holds. The pauses between two looks grow from 5 to 100 milliseconds.</summary>
    /// <returns>Whether it holds; false when the time is over or the wait was cancelled.</returns>
    public static bool Until(Func<bool> condition, TimeSpan limit, CancellationToken cancel = default)
    {
        long start = Environment.TickCount64;
        for (TimeSpan pause = s_shortest; !condition(); pause = pause * 1.5 < s_longest ? pause * 1.5 : s_longest)
        {
            TimeSpan left = limit - TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
            if (left <= TimeSpan.Zero || cancel.WaitHandle.WaitOne(pause < left ? pause : left))
                return false;
        }

        return true;
    }
}
