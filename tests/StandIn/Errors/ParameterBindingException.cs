namespace System.Management.Automation;

public class ParameterBindingException : RuntimeException
{
    internal ParameterBindingException(
        string errorId, string message, InvocationInfo invocation, string? parameterName = null, Type? parameterType = null,
        ErrorCategory category = ErrorCategory.InvalidArgument, Exception? innerException = null) : base(message, innerException)
    {
        (ParameterName, ParameterType) = (parameterName ?? "", parameterType);
        Record = new ErrorRecord(new ParentContainsErrorRecordException(this), errorId, category, null);
        Record.SetInvocationInfo(invocation);
    }

    public string ParameterName { get; }
    public Type? ParameterType { get; }
}

/// <summary>An ArgumentTransformationAttribute refused the value; unlike a failed conversion this is never tried another way.</summary>
internal sealed class ParameterBindingArgumentTransformationException(Exception inner, InvocationInfo invocation, CompiledCommandParameter parameter)
    : ParameterBindingException("ParameterArgumentTransformationError", $"The argument of -{parameter.Name} cannot be used: {inner.Message}",
        invocation, parameter.Name, parameter.Type, ErrorCategory.InvalidData, inner);

/// <summary>The value has the right type and is not allowed.</summary>
internal sealed class ParameterBindingValidationException(
    string errorId, string reason, InvocationInfo invocation, CompiledCommandParameter parameter, Exception? inner = null)
    : ParameterBindingException(errorId, $"The argument of -{parameter.Name} is not valid: {reason}",
        invocation, parameter.Name, parameter.Type, ErrorCategory.InvalidData, inner);
