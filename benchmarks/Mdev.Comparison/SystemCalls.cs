using System.Globalization;

namespace Mdev.Comparison;

/// <summary>Counts the system calls of a workload with strace.</summary>
public static class SystemCalls
{
    // A question mark lets an architecture lack the call. Only these: a runtime's own house-keeping is not what is counted.
    private const string Counted = "?open,openat,?openat2,?readlink,readlinkat,read,pread64,close,getdents64,?stat,?lstat,?newfstatat,statx,?access,faccessat,?faccessat2,lseek";

    /// <summary>How many of each a run of a warm program needs: what more runs need more, divided by their number.</summary>
    /// <param name="command">The program.</param>
    /// <param name="request">The workload.</param>
    /// <param name="few">So many runs are enough for it to be warm.</param>
    /// <param name="many">And so many it is given the second time.</param>
    public static Dictionary<string, double> PerRun(string[] command, string request, int few = 2, int many = 6)
    {
        Dictionary<string, int> first = Count(command, request, few), second = Count(command, request, many);
        return second.ToDictionary(call => call.Key, call => (call.Value - first.GetValueOrDefault(call.Key)) / (double)(many - few));
    }

    /// <summary>How many of each a program needs from its start to its end.</summary>
    public static Dictionary<string, int> Count(string[] command, string request, int runs)
    {
        string table = Path.GetTempFileName();
        try
        {
            // Without the filter in the kernel every call stops twice, counted or not, and tree L takes minutes.
            using (var traced = new Contender(["strace", "-f", "--seccomp-bpf", "-qq", "-c", "-e", $"trace={Counted}", "-o", table, .. command]))
            {
                for (int i = 0; i < runs; i++)
                    traced.Run(request);
            }

            // % time, seconds, usecs/call, calls, errors (blank where there are none), name.
            return File.ReadLines(table)
                .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words.Length >= 5 && int.TryParse(words[3], out _) && words[^1] != "total")
                .ToDictionary(words => words[^1], words => int.Parse(words[3], CultureInfo.InvariantCulture));
        }
        finally
        {
            File.Delete(table);
        }
    }
}
