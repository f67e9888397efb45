using System.Collections;
using MdevPS.Engines;
using MdevPS.Samples;
using Xunit;

namespace MdevPS.Tests.Engines;

public sealed class StreamTests : SampleTest
{
    [Fact]
    public void Each_stream_has_its_own()
    {
        Result result = Run("Invoke-Count 2 -Verbose");

        Assert.Equal([1, 2], result.Output);
        Assert.Equal(["that is all"], result.Warnings);
        Assert.Equal(["begin", "end"], result.Verbose);
        Assert.Empty(result.Debug);
        Assert.Equal(new Progress("Counting", "now", "op", 50, false), result.Progress.Single());
    }

    [Fact]
    public void Preferences_silence_a_stream()
    {
        Result result = Run("Invoke-Count 2 -WarningAction SilentlyContinue");

        Assert.Empty(result.Warnings);
        Assert.Empty(result.Verbose);
    }

    [Fact]
    public void A_collection_is_one_object_unless_it_is_enumerated() => Assert.IsType<int[]>(Run("Invoke-Count 2 -Array").Output.Single());

    [Fact]
    public void An_error_of_one_object_does_not_stop_the_others()
    {
        Result result = Run("Invoke-Failure", "a", "b");

        Assert.Equal(["after a", "after b"], result.Output);
        Assert.Null(result.Terminated);
        Assert.Equal(2, result.Errors.Count);
        Error error = result.Errors[0];
        Assert.Equal("SampleBroken,MdevPS.Samples.InvokeFailureCommand", error.FullyQualifiedErrorId);
        Assert.Equal(("ResourceBusy", "a", "details of it", "mend it", "Invoke-Failure"),
            (error.Category, error.TargetObject, error.Message, error.RecommendedAction, error.Command));
        Assert.IsType<IOException>(error.Exception);
    }

    [Fact]
    public void A_terminating_error_ends_the_line()
    {
        Result result = Run("Invoke-Failure -Terminating", "a", "b");

        Assert.Empty(result.Output);
        Assert.Equal("SampleBroken,MdevPS.Samples.InvokeFailureCommand", result.Terminated?.FullyQualifiedErrorId);
        Assert.Equal("ResourceBusy", result.Terminated?.Category);
        Assert.Single(result.Errors);
    }

    [Fact]
    public void An_exception_ends_the_line_and_names_its_type()
    {
        Result result = Run("Invoke-Failure -Throw", "a", "b");

        Assert.Equal("System.InvalidOperationException,MdevPS.Samples.InvokeFailureCommand", result.Terminated?.FullyQualifiedErrorId);
        Assert.Equal(("NotSpecified", "thrown"), (result.Terminated!.Category, result.Terminated.Message));
        Assert.IsType<InvalidOperationException>(result.Terminated.Exception);
    }

    [Fact]
    public void ErrorAction_decides_what_an_error_does()
    {
        Result silent = Run("Invoke-Failure x -ErrorAction SilentlyContinue -ErrorVariable ev");
        Assert.Empty(silent.Errors);
        Assert.Equal(["after x"], silent.Output);
        Assert.Single((IEnumerable)Session.Variable("ev")!);

        Result ignored = Run("Invoke-Failure x -ErrorAction Ignore -ErrorVariable ev");
        Assert.Empty(ignored.Errors);
        Assert.Empty((IEnumerable)Session.Variable("ev")!);

        Result stopped = Run("Invoke-Failure x -ErrorAction Stop");
        Assert.Empty(stopped.Output);
        Assert.Equal("SampleBroken,MdevPS.Samples.InvokeFailureCommand", stopped.Terminated?.FullyQualifiedErrorId);
    }

    [Fact]
    public void Variables_take_what_the_streams_had()
    {
        Run("Invoke-Count 2 -OutVariable ov -WarningVariable wv -WarningAction SilentlyContinue");
        Assert.Equal([1, 2], ((IEnumerable)Session.Variable("ov")!).Cast<object>());
        Assert.Single((IEnumerable)Session.Variable("wv")!);

        Run("Invoke-Count 1 -OutVariable +ov");
        Assert.Equal([1, 2, 1], ((IEnumerable)Session.Variable("ov")!).Cast<object>());
    }

    [Fact]
    public void Objects_flow_one_at_a_time()
    {
        OutTraceCommand.Log.Clear();
        Run("Invoke-Count 2 | Out-Trace -Name a: | Out-Trace -Name b:");

        Assert.Equal(
            ["a:begin", "b:begin", "a:process 1", "b:process 1", "a:process 2", "b:process 2", "a:end", "b:end", "a:dispose", "b:dispose"],
            OutTraceCommand.Log);
    }

    [Fact]
    public void After_a_failure_nothing_ends_and_everything_is_disposed()
    {
        OutTraceCommand.Log.Clear();
        Run("Invoke-Count 2 | Out-Trace -Name a: | Invoke-Failure -Throw");

        Assert.Equal(["a:begin", "a:process 1", "a:dispose"], OutTraceCommand.Log);
    }

    [Fact]
    public void A_cmdlet_without_input_processes_once()
    {
        OutTraceCommand.Log.Clear();
        Assert.Equal([null], Run("Out-Trace").Output);
        Assert.Equal(["begin", "process ", "end", "dispose"], OutTraceCommand.Log);
    }

    [Fact]
    public void With_input_that_is_empty_it_processes_nothing()
    {
        OutTraceCommand.Log.Clear();
        Assert.Empty(Run("Out-Trace", []).Output);
        Assert.Equal(["begin", "end", "dispose"], OutTraceCommand.Log);
    }

    [Fact]
    public void Stopping_reaches_the_cmdlet_and_ends_its_writing()
    {
        Running running = Session.Start("Wait-Forever");
        Assert.True(running.WaitForOutput(1));
        Result result = running.Stop();

        Assert.True(result.Stopped);
        Assert.Equal(["waiting"], result.Output);
        Assert.Empty(result.Errors);
        Assert.Equal("stopping", WaitForeverCommand.Ending);
    }

    [Fact]
    public void A_session_can_be_used_after_a_stop()
    {
        Running running = Session.Start("Wait-Forever");
        running.WaitForOutput(1);
        running.Stop();

        Assert.Equal([1], Run("Invoke-Count 1").Output);
    }
}
