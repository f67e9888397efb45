namespace System.Management.Automation;

public interface IContainsErrorRecord
{
    ErrorRecord ErrorRecord { get; }
}

public class RuntimeException : SystemException, IContainsErrorRecord
{
    private protected ErrorRecord? Record;

    public RuntimeException() { }
    public RuntimeException(string message) : base(message) { }
    public RuntimeException(string message, Exception? innerException) : base(message, innerException) { }
    public RuntimeException(string message, Exception? innerException, ErrorRecord errorRecord) : base(message, innerException) => Record = errorRecord;

    private protected virtual string ErrorId => "RuntimeException";
    private protected virtual ErrorCategory Category => ErrorCategory.NotSpecified;

    public virtual ErrorRecord ErrorRecord => Record ??= new ErrorRecord(new ParentContainsErrorRecordException(this), ErrorId, Category, null);

    internal static ErrorRecord RecordOf(Exception e) => e is IContainsErrorRecord { ErrorRecord: { } record }
        ? new ErrorRecord(record, e)
        : new ErrorRecord(e, e.GetType().FullName!, ErrorCategory.NotSpecified, null);
}

/// <summary>Stands for the exception that holds the error record, so that the two do not hold each other.</summary>
public class ParentContainsErrorRecordException : SystemException
{
    private readonly Exception _wrapper;

    public ParentContainsErrorRecordException(Exception wrapperException) => _wrapper = wrapperException;

    public override string Message => _wrapper.Message;
}

/// <summary>What a pipeline ends with when a cmdlet threw, or called ThrowTerminatingError.</summary>
public class CmdletInvocationException : RuntimeException
{
    internal CmdletInvocationException(ErrorRecord errorRecord) : base(errorRecord.ToString(), errorRecord.Exception, errorRecord) { }

    internal CmdletInvocationException(Exception innerException, InvocationInfo invocation)
        : base(innerException.Message, innerException, RecordOf(innerException)) => Record!.SetInvocationInfo(invocation);
}

public class ActionPreferenceStopException : RuntimeException
{
    public ActionPreferenceStopException(string message) : base(message) { }

    internal ActionPreferenceStopException(ErrorRecord errorRecord)
        : base($"Stopped, because errors are to stop it: {errorRecord}", errorRecord.Exception, errorRecord) { }

    private protected override string ErrorId => "ActionPreferenceStop";
    private protected override ErrorCategory Category => ErrorCategory.OperationStopped;
}

public class PipelineStoppedException : RuntimeException
{
    public PipelineStoppedException() : base("The pipeline has been stopped.") { }

    private protected override string ErrorId => "PipelineStopped";
    private protected override ErrorCategory Category => ErrorCategory.OperationStopped;
}

public class CommandNotFoundException : RuntimeException
{
    public CommandNotFoundException(string message) : base(message) { }

    internal static CommandNotFoundException Named(string name) => new($"'{name}' is not a command that is known here.")
    {
        CommandName = name,
    };

    public string CommandName { get; set; } = "";

    public override ErrorRecord ErrorRecord =>
        Record ??= new ErrorRecord(new ParentContainsErrorRecordException(this), "CommandNotFoundException", ErrorCategory.ObjectNotFound, CommandName);
}

public class ParseException(string message) : RuntimeException(message)
{
    private protected override string ErrorId => "ParseException";
    private protected override ErrorCategory Category => ErrorCategory.ParserError;
}

public class MetadataException : RuntimeException
{
    public MetadataException(string message) : base(message) { }
    public MetadataException(string message, Exception? innerException) : base(message, innerException) { }
}

public class ValidationMetadataException : MetadataException
{
    public ValidationMetadataException(string message) : base(message) { }
    public ValidationMetadataException(string message, Exception? innerException) : base(message, innerException) { }
}

public class ArgumentTransformationMetadataException : MetadataException
{
    public ArgumentTransformationMetadataException() : base("The argument could not be transformed.") { }
    public ArgumentTransformationMetadataException(string message) : base(message) { }
    public ArgumentTransformationMetadataException(string message, Exception? innerException) : base(message, innerException) { }
}

public class SessionStateException : RuntimeException
{
    public SessionStateException(string message) : base(message) { }
    public SessionStateException(string message, Exception? innerException) : base(message, innerException) { }
}

public class ItemNotFoundException(string message) : SessionStateException(message);

public class DriveNotFoundException : SessionStateException
{
    internal DriveNotFoundException(string name, string message) : base(message) =>
        Record = new ErrorRecord(new ParentContainsErrorRecordException(this), "DriveNotFound", ErrorCategory.ObjectNotFound, name);
}

public class WildcardPatternException(string message) : RuntimeException(message);
