using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Mdev.Conformance.Worlds;

/// <summary>Somebody without rights, for the length of one action. Linux keeps the ids that file access goes by per thread, so no process of its own is needed.</summary>
internal static partial class Nobody
{
    private const uint Id = 65534;

    public static void Does(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                // The group first: the user could not any more.
                _ = setfsgid(Id);
                _ = setfsuid(Id);
                // Both answer with the id before, so that the second call tells whether the first had effect.
                Assert.Equal((int)Id, setfsuid(Id));
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    [LibraryImport("libc")]
    private static partial int setfsuid(uint id);

    [LibraryImport("libc")]
    private static partial int setfsgid(uint id);
}

/// <summary>A test about the rights of others, for which one has to be root oneself.</summary>
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Environment.UserName == "root" ? null : "Needs root.";
}

/// <summary>The same with several cases.</summary>
internal sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute() => Skip = Environment.UserName == "root" ? null : "Needs root.";
}
