namespace System.Management.Automation;

/// <summary>One cmdlet in a pipeline, from construction to disposal.</summary>
internal sealed class CommandProcessor : IDisposable
{
    private readonly PipelineProcessor _pipeline;
    private readonly Cmdlet _cmdlet;
    private readonly MshCommandRuntime _runtime;
    private readonly IReadOnlyList<CommandParameterInternal> _arguments;

    public CommandProcessor(PipelineProcessor pipeline, CmdletInfo command, IReadOnlyList<CommandParameterInternal> arguments)
    {
        (_pipeline, _arguments) = (pipeline, arguments);
        try
        {
            _cmdlet = (Cmdlet)Activator.CreateInstance(command.ImplementingType, Reflection.BindingFlags.DoNotWrapExceptions | Reflection.BindingFlags.Public | Reflection.BindingFlags.Instance, null, null, null)!;
        }
        catch (Exception e) when (e is not StandInException)
        {
            throw new CmdletInvocationException(e, new InvocationInfo(command));
        }
        _runtime = new MshCommandRuntime(this, pipeline, _cmdlet, command);
        _cmdlet.Runtime = _runtime;
        Binder = new CmdletParameterBinderController(command.Metadata, _runtime);
    }

    public CmdletParameterBinderController Binder { get; }

    public void Prepare(int position, int length, bool isPipelineInputExpected)
    {
        InvocationInfo invocation = _runtime.MyInvocation;
        (invocation.PipelinePosition, invocation.PipelineLength, invocation.ExpectingInput) = (position, length, isPipelineInputExpected);
        Binder.BindCommandLineParameters(_arguments, isPipelineInputExpected);
        _runtime.SetupVariables();
    }

    public void Begin() => Run(_cmdlet.DoBeginProcessing);

    /// <summary>Without pipeline input: once.</summary>
    public void Process() => Run(_cmdlet.DoProcessRecord);

    /// <summary>One object of the pipeline. What cannot be bound is an error of that object; the others go on.</summary>
    public void Process(object? input)
    {
        _pipeline.ThrowIfStopping();
        try
        {
            if (!Binder.BindPipelineParameters(input is null ? null : PSObject.AsPSObject(input)))
            {
                WriteInputObjectError("InputObjectNotBound", "The object suits none of the parameters that take pipeline input.");
                return;
            }
        }
        catch (ParameterBindingException e)
        {
            e.ErrorRecord.TargetObject = input;
            _runtime.WriteErrorSkipAllowCheck(new ErrorRecord(e.ErrorRecord, e));
            return;
        }
        if (Binder.MissingMandatoryParameters() is { Count: > 0 } missing)
        {
            WriteInputObjectError("InputObjectMissingMandatory", $"The object does not bring {string.Join(", ", missing.Select(p => "-" + p.Name))}.");
            return;
        }
        Run(_cmdlet.DoProcessRecord);

        void WriteInputObjectError(string errorId, string message)
        {
            ErrorRecord record = new(new ParameterBindingException(errorId, message, _runtime.MyInvocation), errorId, ErrorCategory.InvalidArgument, input);
            record.SetInvocationInfo(_runtime.MyInvocation);
            _runtime.WriteErrorSkipAllowCheck(record);
        }
    }

    public void End() => Run(_cmdlet.DoEndProcessing);

    public void Stop()
    {
        try
        {
            _cmdlet.DoStopProcessing();
        }
        catch (Exception e) when (e is not StandInException)
        {
            // As the engine does: who is being stopped has no say.
        }
    }

    public void Dispose() => (_cmdlet as IDisposable)?.Dispose();

    private void Run(Action code)
    {
        _pipeline.ThrowIfStopping();
        (CommandProcessor?, Thread?) before = _pipeline.Permitted;
        _pipeline.Permitted = (this, Thread.CurrentThread);
        try
        {
            code();
        }
        catch (Exception e) when (e is not StandInException)
        {
            _pipeline.RecordFailure(e is PipelineStoppedException or CmdletInvocationException or ActionPreferenceStopException
                ? e
                : new CmdletInvocationException(e, _runtime.MyInvocation));
            throw new PipelineStoppedException();
        }
        finally
        {
            _pipeline.Permitted = before;
        }
    }
}
