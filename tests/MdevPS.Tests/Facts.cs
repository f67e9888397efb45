namespace MdevPS.Tests;

/// <summary>A test that needs programs which not every machine has.</summary>
internal sealed class NeedsFactAttribute : FactAttribute
{
    /// <param name="programs">What has to be on PATH.</param>
    public NeedsFactAttribute(params string[] programs) => Skip = Machine.WhyNot(programs);
}

/// <summary>A test that only a real kernel can pass.</summary>
internal sealed class RealKernelFactAttribute : FactAttribute
{
    public RealKernelFactAttribute() => Skip = Machine.WhyNotReal();
}

/// <summary>The same of one that becomes another user, who has to be let in to where the tests lie.</summary>
internal sealed class NobodyFactAttribute : FactAttribute
{
    public NobodyFactAttribute() => Skip = Machine.WhyNotReal() ?? Machine.WhyNotNobody();
}

/// <summary>The same with a table of cases.</summary>
internal sealed class RealKernelTheoryAttribute : TheoryAttribute
{
    /// <param name="programs">What has to be on PATH.</param>
    public RealKernelTheoryAttribute(params string[] programs) => Skip = Machine.WhyNotReal() ?? Machine.WhyNot(programs);
}

internal static class Machine
{
    public static string? WhyNotReal() => CmdletTest.IsRealKernel ? null : "Only on the real kernel: ./build.sh kernel.";

    public static string? WhyNotNobody()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (!directory.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return $"Other users may not enter '{directory.FullName}', where the project lies.";
        }

        return null;
    }

    public static string? WhyNot(IEnumerable<string> programs) =>
        programs.FirstOrDefault(program => !IsOnPath(program)) is { } missing ? $"There is no {missing} on PATH." : null;

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, program)));
}
