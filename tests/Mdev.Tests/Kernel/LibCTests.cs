using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text;
using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Tests.Kernel;

/// <summary>Where the functions and constants of the C library come from, on each architecture.</summary>
public sealed class LibCTests
{
    // asm-generic/fcntl.h, and for Arm arch/arm{,64}/include/uapi/asm/fcntl.h; linux/fcntl.h, linux/openat2.h, linux/stat.h.
    private static readonly Dictionary<string, long> s_generic = new()
    {
        ["AT_FDCWD"] = -100,
        ["AT_REMOVEDIR"] = 0x200,
        ["AT_EMPTY_PATH"] = 0x1000,
        ["O_RDONLY"] = 0,
        ["O_WRONLY"] = 1,
        ["O_RDWR"] = 2,
        ["O_CREAT"] = 0x40,
        ["O_EXCL"] = 0x80,
        ["O_NONBLOCK"] = 0x800,
        ["O_DIRECTORY"] = 0x10000,
        ["O_NOFOLLOW"] = 0x20000,
        ["O_CLOEXEC"] = 0x80000,
        ["O_PATH"] = 0x200000,
        ["RESOLVE_NO_XDEV"] = 1,
        ["RESOLVE_NO_MAGICLINKS"] = 2,
        ["RESOLVE_NO_SYMLINKS"] = 4,
        ["RESOLVE_BENEATH"] = 8,
        ["RESOLVE_IN_ROOT"] = 0x10,
        ["STATX_BASIC_STATS"] = 0x7ff,
    };

    private static readonly Dictionary<string, long> s_arm = new(s_generic) { ["O_DIRECTORY"] = 0x4000, ["O_NOFOLLOW"] = 0x8000 };

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);

    [Theory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    [InlineData("linux-arm")]
    public void Each_build_of_Tmds_LibC_has_the_kernels_numbers(string platform)
    {
        Dictionary<string, long> expected = platform == "linux-x64" ? s_generic : s_arm;
        var context = new AssemblyLoadContext(platform, isCollectible: true);
        Type libC = context.LoadFromAssemblyPath(Beside($"runtimes/{platform}/lib/netstandard2.0/Tmds.LibC.dll")).GetType("Tmds.Linux.LibC", throwOnError: true)!;

        Assert.Equal(expected, expected.ToDictionary(pair => pair.Key, pair => Convert.ToInt64(libC.GetProperty(pair.Key)!.GetValue(null))));
        foreach (FieldInfo number in typeof(Errno).GetFields())
            Assert.Equal((number.Name, number.GetValue(null)), (number.Name, libC.GetProperty(number.Name)!.GetValue(null)));
    }

    [Fact]
    public void Our_names_are_those_that_were_looked_up()
    {
        string[] names = s_generic.Keys.Select(name => name.Split('_')[0] + "_").Distinct().ToArray();
        Assert.Equal(s_generic.Keys.Order(), typeof(LibC).GetFields().Select(field => field.Name).Where(name => names.Any(name.StartsWith)).Order());
    }

    [Fact]
    public void Our_own_declarations_do_what_those_of_Tmds_LibC_do()
    {
        // The test's own copy must have made its choice before the switch is turned.
        RuntimeHelpers.RunClassConstructor(typeof(LibC).TypeHandle);
        AppContext.SetSwitch(LibC.OwnSwitch, true);
        try
        {
            var other = new Context("other architecture", forbidden: "Tmds.LibC");
            MethodInfo tryAll = other.LoadFromAssemblyPath(typeof(LibCTests).Assembly.Location).GetType(typeof(LibCTests).FullName!)!.GetMethod(nameof(TryAll), BindingFlags.NonPublic | BindingFlags.Static)!;
            string own = (string)tryAll.Invoke(null, null)!;
            Assert.Equal(TryAll(), own);
            Assert.DoesNotContain(other.Assemblies, assembly => assembly.GetName().Name == "Tmds.LibC");
        }
        finally
        {
            AppContext.SetSwitch(LibC.OwnSwitch, false);
        }
    }

    [Fact]
    public void The_structures_that_calls_fill_are_those_of_Tmds_LibC()
    {
        Assembly build = new AssemblyLoadContext("structures", isCollectible: true).LoadFromAssemblyPath(Beside("runtimes/linux-x64/lib/netstandard2.0/Tmds.LibC.dll"));
        foreach ((Type ours, string name) in new[] { (typeof(LibC.statx_result), "Tmds.Linux.statx"), (typeof(LibC.open_how), "Tmds.Linux.open_how") })
        {
            Type theirs = build.GetType(name, throwOnError: true)!;
            Assert.Equal(Marshal.SizeOf(theirs), Marshal.SizeOf(ours));
            Assert.All(ours.GetFields(), field => Assert.Equal((field.Name, Marshal.OffsetOf(theirs, field.Name)), (field.Name, Marshal.OffsetOf(ours, field.Name))));
        }
    }

    [Fact]
    public void The_name_of_glibcs_library_leads_to_the_C_library_that_there_is()
    {
        Assert.True(NativeLibrary.TryGetExport(LibC.Borrowed.Find("libc.so.6"), "openat", out _));
        Assert.Equal(0, LibC.Borrowed.Find("libother.so.6"));
    }

    // Completion of a type's name goes through them all, maybe before a cmdlet was run.
    [Fact]
    public void The_types_of_Mdev_can_be_listed_before_Mdev_LibC_can_be_found() =>
        Assert.NotEmpty(new Context("no C library", forbidden: "Mdev.LibC").LoadFromAssemblyPath(Beside("Mdev.dll")).GetTypes());

    // Every call, in a directory of its own, and what came of it: results, errnos, bytes.
    private static unsafe string TryAll()
    {
        string place = Directory.CreateTempSubdirectory("mdevps-libc-").FullName;
        var log = new StringBuilder();
        int at = -1, file = -1;
        void Log(string call, long result) => log.AppendLine($"{call} {result} {(result < 0 ? Errno.Name(LibC.errno) : "")}");
        try
        {
            foreach (FieldInfo field in typeof(LibC).GetFields())
                log.AppendLine($"{field.Name} = {field.GetValue(null)}");
            byte* buffer = stackalloc byte[4096];
            LibC.statx_result status;
            fixed (byte* root = Text(place), d = Text("d"), f = Text("f"), l = Text("l"), missing = Text("missing"), content = Text("content"), empty = Text(""))
            {
                at = LibC.openat(LibC.AT_FDCWD, root, LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_CLOEXEC, 0);
                Log("openat", Math.Min(at, 0));
                Log("openat of nothing", LibC.openat(at, missing, LibC.O_RDONLY, 0));
                Log("mkdirat", LibC.mkdirat(at, d, 0x1c0));
                Log("mkdirat again", LibC.mkdirat(at, d, 0x1c0));
                Log("symlinkat", LibC.symlinkat(content, at, l));
                Log("readlinkat", LibC.readlinkat(at, l, buffer, 4096));
                log.AppendLine(Encoding.UTF8.GetString(buffer, 7));
                file = LibC.openat(at, f, LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL | LibC.O_NOFOLLOW | LibC.O_CLOEXEC, 0x180);
                Log("openat, new", Math.Min(file, 0));
                Log("write", LibC.write(file, content, 7));
                Log("pread", LibC.pread(file, buffer, 4096, 3));
                log.AppendLine(Encoding.UTF8.GetString(buffer, 4));
                Log("read", LibC.read(file, buffer, 4096));
                Log("fchmod", LibC.fchmod(file, 0x1a4));
                Log("fchown", LibC.fchown(file, uint.MaxValue, uint.MaxValue));
                Log("fsync", LibC.fsync(file));
                Log("ioctl", LibC.ioctl(file, LibC.VFIO_GET_API_VERSION, null));
                Log("statx", LibC.statx(file, empty, LibC.AT_EMPTY_PATH, LibC.STATX_BASIC_STATS, &status));
                log.AppendLine($"{status.stx_mode} {status.stx_nlink} {status.stx_uid} {status.stx_gid}");
                var how = new LibC.open_how { flags = (uint)(LibC.O_PATH | LibC.O_CLOEXEC), resolve = LibC.RESOLVE_BENEATH | LibC.RESOLVE_NO_SYMLINKS };
                Log("openat2 of a link", LibC.openat2(at, l, &how, (nuint)sizeof(LibC.open_how)));
                int found = LibC.openat2(at, f, &how, (nuint)sizeof(LibC.open_how));
                Log("openat2", Math.Min(found, 0));
                Log("close", LibC.close(found));
                Log("close again", LibC.close(-1));
                Log("getdents64", LibC.getdents64(at, buffer, 4096));
                Log("getdents64 of a file", LibC.getdents64(file, buffer, 4096));
                Log("unlinkat", LibC.unlinkat(at, f, 0));
                Log("unlinkat of a directory", LibC.unlinkat(at, d, 0));
                Log("unlinkat as a directory", LibC.unlinkat(at, d, LibC.AT_REMOVEDIR));
            }

            return log.ToString();
        }
        finally
        {
            _ = LibC.close(file);
            _ = LibC.close(at);
            Directory.Delete(place, recursive: true);
        }
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + '\0');

    /// <summary>Has its own copies of our assemblies, and one that must not be loaded.</summary>
    private sealed class Context(string name, string forbidden) : AssemblyLoadContext(name)
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == forbidden ? throw new FileNotFoundException($"{forbidden} was asked for.")
            : assemblyName.Name is "Mdev" or "Mdev.LibC" ? LoadFromAssemblyPath(Beside($"{assemblyName.Name}.dll")) : null;
    }
}
