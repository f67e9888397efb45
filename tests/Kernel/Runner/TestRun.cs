using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace MdevPS.Kernel.Runner;

/// <summary>One run over one assembly: a line per test, and at the end the counts into a file, for who adds them up.</summary>
internal sealed class TestRun : IMessageSink
{
    private readonly TaskCompletionSource _finished = new();
    private int _passed, _failed, _skipped;

    public static int Execute(Assembly tests, string counts, string? only)
    {
        var run = new TestRun();
        using var framework = new XunitTestFramework(new NullMessageSink());
        using var executor = framework.GetExecutor(tests.GetName());
        if (only is null)
        {
            executor.RunAll(run, new Options(), new Options());
        }
        else
        {
            using var discoverer = framework.GetDiscoverer(Reflector.Wrap(tests));
            var found = new Discovered();
            discoverer.Find(includeSourceInformation: false, found, new Options());
            found.Finished.Wait();
            executor.RunTests(found.TestCases.Where(test => (test.TestMethod.TestClass.Class.Name + ".").StartsWith(only + ".", StringComparison.Ordinal)), run, new Options());
        }

        run._finished.Task.Wait();

        File.WriteAllText(counts, $"{run._passed} passed, {run._failed} failed, {run._skipped} skipped\n");
        return run._failed == 0 && run._passed > 0 ? 0 : 1;
    }

    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestStarting test:
                // Without the end of the line: whatever hangs is named before it does.
                Console.Write($"  {test.Test.DisplayName}: ");
                break;
            case ITestPassed test:
                _passed++;
                Console.WriteLine($"passed ({test.ExecutionTime:0.0} s)");
                break;
            case ITestSkipped test:
                _skipped++;
                Console.WriteLine($"SKIPPED: {test.Reason}");
                break;
            // A failed test, and also a fixture that could not be taken down, which otherwise nobody would hear of.
            case IFailureInformation failure:
                _failed++;
                Console.WriteLine("FAILED");
                Console.WriteLine(Indent(ExceptionUtility.CombineMessages(failure)));
                Console.WriteLine(Indent(ExceptionUtility.CombineStackTraces(failure)));
                if (message is ITestFailed { Output.Length: > 0 } failed)
                {
                    Console.WriteLine(Indent(failed.Output));
                }
                break;
            case ITestAssemblyFinished:
                _finished.SetResult();
                break;
        }

        return true;
    }

    private sealed class Discovered : IMessageSink
    {
        private readonly TaskCompletionSource _finished = new();

        public List<ITestCase> TestCases { get; } = [];

        public Task Finished => _finished.Task;

        public bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestCaseDiscoveryMessage found)
                TestCases.Add(found.TestCase);
            if (message is IDiscoveryCompleteMessage)
                _finished.SetResult();
            return true;
        }
    }

    private static string Indent(string? text) => "    " + text?.TrimEnd().ReplaceLineEndings("\n    ");
}
