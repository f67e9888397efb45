using System.Diagnostics;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>What a test starts as a process of its own, this assembly being the program: each argument is a script, run in a session of its own.</summary>
internal static class Child
{
    public static int Main(string[] scripts)
    {
        foreach (string script in scripts)
        {
            using var session = new Session(manifest: "");
            Result result = session.Run(script);
            Console.WriteLine(result);
            if (result.Errors.Count > 0)
                return 1;
        }

        return 0;
    }

    /// <summary>Runs scripts, each in a session of its own.</summary>
    /// <returns>The lines that they wrote.</returns>
    public static string[] Run(params string[] scripts) => Output(new ProcessStartInfo("dotnet", ["exec", typeof(Child).Assembly.Location, .. scripts]));

    /// <summary>The same as a user with no other rights than its own.</summary>
    public static string[] RunAsNobody(params string[] scripts)
    {
        string home = Directory.CreateTempSubdirectory("mdevps-nobody-").FullName;
        try
        {
            File.SetUnixFileMode(home, (UnixFileMode)0b111_111_111);
            var start = new ProcessStartInfo("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", "dotnet", "exec", typeof(Child).Assembly.Location, .. scripts]);
            start.Environment["HOME"] = home;
            return Output(start);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static string[] Output(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
