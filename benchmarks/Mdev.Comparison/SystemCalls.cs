using System.Globalization;

namespace Mdev.Comparison;

/// <summary>Counts the system calls of a workload with strace.</summary>
public static class SystemCalls
{
    // A question mark lets an architecture lack the call. Only these: a runtime's own house-keeping is not what is counted.
    private const string Counted = "?open,openat,?openat2,?readlink,readlinkat,read,pread64,close,getdents64,?stat,?lstat,?newfstatat,statx,?access,faccessat,?faccessat2,lseek";

    private const int Few = 2;
    private const int Many = 6;

    /// <summary>How many of each a run of a warm program needs: what more runs need more, divided by their number.</summary>
    public static Dictionary<string, double> PerRun(string[] command, string request)
    {
        Dictionary<string, int> few = Count(command, request, Few), many = Count(command, request, Many);
        return many.ToDictionary(call => call.Key, call => (call.Value - few.GetValueOrDefault(call.Key)) / (double)(Many - Few));
    }

    /// <summary>How many of each a program needs from its start to its end.</summary>
    public static Dictionary<string, int> Count(string[] command, string request, int runs)
    {
        string table = Path.GetTempFileName();
        try
        {
            using (var traced = new Contender(["strace", "-f", "-qq", "-c", "-e", $"trace={Counted}", "-o", table, .. command]))
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
