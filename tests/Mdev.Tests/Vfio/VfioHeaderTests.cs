using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Mdev.Kernel;

namespace Mdev.Tests.Vfio;

/// <summary>Holds our copies of the numbers and structures in linux/vfio.h against the header itself, as a C compiler reads it.</summary>
public sealed class VfioHeaderTests
{
    private static readonly Type s_libC = typeof(LibC);

    [CompilerFact]
    public void Requests_constants_and_structures_are_those_of_the_header()
    {
        Dictionary<string, long> ours = Ours();
        Assert.True(ours.Count > 25, "The constants and structures of VFIO were not found.");
        string program = $$"""
            #include <stddef.h>
            #include <stdio.h>
            #include <linux/vfio.h>
            #define SHOW(what) printf("%s=%lld\n", #what, (long long)(what))
            int main(void) { {{string.Concat(ours.Keys.Select(expression => $"SHOW({expression});"))}} return 0; }
            """;
        Dictionary<string, long> header = CompileAndRun(program).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=')).ToDictionary(pair => pair[0], pair => long.Parse(pair[1]));
        Assert.Equal(header, ours);
    }

    // C expressions and what they are to us. Of vfio_device_info we have the beginning, because newer headers lengthen it.
    private static Dictionary<string, long> Ours()
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static;
        Dictionary<string, long> values = s_libC.GetFields(All).Where(field => field.Name.StartsWith("VFIO_", StringComparison.Ordinal))
            .ToDictionary(field => field.Name, field => Convert.ToInt64(field.GetValue(null) is nuint number ? (ulong)number : field.GetValue(null)));
        foreach (Type structure in s_libC.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(type => type.Name.StartsWith("vfio_", StringComparison.Ordinal)))
        {
            foreach (FieldInfo field in structure.GetFields())
            {
                values.Add($"offsetof(struct {structure.Name}, {field.Name})", (long)Marshal.OffsetOf(structure, field.Name));
                values.Add($"sizeof(((struct {structure.Name} *)0)->{field.Name})", Marshal.SizeOf(field.FieldType));
            }

            if (structure.Name != "vfio_device_info")
                values.Add($"sizeof(struct {structure.Name})", Marshal.SizeOf(structure));
        }

        return values;
    }

    private static string CompileAndRun(string program)
    {
        string place = Directory.CreateTempSubdirectory("mdevps-c-").FullName;
        try
        {
            File.WriteAllText($"{place}/header.c", program);
            Assert.Equal("", Run("cc", "-o", $"{place}/header", $"{place}/header.c"));
            return Run($"{place}/header");
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }

    private sealed class CompilerFactAttribute : FactAttribute
    {
        public CompilerFactAttribute() => Skip =
            !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(place => File.Exists($"{place}/cc")) ? "There is no C compiler (cc) on PATH."
            : !File.Exists("/usr/include/linux/vfio.h") ? "There is no linux/vfio.h (Debian's linux-libc-dev has it)."
            : null;
    }
}
