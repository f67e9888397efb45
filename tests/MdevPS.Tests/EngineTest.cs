using System.Reflection;
using System.Runtime.CompilerServices;
using MdevPS.Engines;
using Xunit;

// A session, its streams and the environment variables belong to one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace MdevPS.Tests;

/// <summary>
/// What a test of cmdlets derives from: a fresh session on the engine that is there, which has the cmdlets of one assembly and nothing else.
/// <code>
/// public sealed class GetMdevTypeTests : MdevPSTest
/// {
///     [Fact]
///     public void A_type_that_no_parent_has_is_an_error_and_the_others_come()
///     {
///         Result result = Run("Get-MdevType mtty-1,mtty-9");          // a line, as it would be typed
///         Assert.Equal("mtty-1", result.Single&lt;MdevType&gt;().Type);     // its objects
///         Assert.Equal(["MdevTypeNotFound"], result.ErrorIds);        // its errors, by id
///     }
/// }
/// </code>
/// A test knows nothing of the engine; types of PowerShell in its signatures or fields would be looked for too early.
/// </summary>
public abstract class EngineTest(Assembly cmdlets) : IDisposable
{
    protected IEngine Session { get; } = Engine.For(cmdlets);

    protected Result Run(string line) => Session.Run(line);

    protected Result Run(string line, params object?[] input) => Session.Run(line, input);

    public virtual void Dispose()
    {
        Session.Dispose();
        GC.SuppressFinalize(this);
    }

    [ModuleInitializer]
    internal static void Begin() => RuntimeHelpers.RunModuleConstructor(typeof(EngineChoice).Module.ModuleHandle);
}

/// <summary>A test of MdevPS's own cmdlets.</summary>
public abstract class MdevPSTest() : EngineTest(Assembly.Load("MdevPS"));

/// <summary>A test of the engines themselves, on sample cmdlets.</summary>
public abstract class SampleTest() : EngineTest(typeof(Samples.Thing).Assembly);
