namespace System.Management.Automation;

public class ErrorRecord
{
    private readonly string _errorId;
    private InvocationInfo? _invocationInfo;

    public ErrorRecord(Exception exception, string errorId, ErrorCategory errorCategory, object? targetObject)
    {
        Exception = exception ?? throw new PSArgumentNullException(nameof(exception));
        (_errorId, TargetObject) = (errorId ?? "", targetObject);
        CategoryInfo = new ErrorCategoryInfo(this, errorCategory);
    }

    /// <summary>The same error, told by another exception.</summary>
    public ErrorRecord(ErrorRecord errorRecord, Exception? replaceParentContainsErrorRecordException)
    {
        Exception = errorRecord.Exception is ParentContainsErrorRecordException && replaceParentContainsErrorRecordException is not null
            ? replaceParentContainsErrorRecordException
            : errorRecord.Exception;
        _errorId = errorRecord._errorId;
        TargetObject = errorRecord.TargetObject;
        ErrorDetails = errorRecord.ErrorDetails;
        _invocationInfo = errorRecord._invocationInfo;
        CategoryInfo = new ErrorCategoryInfo(this, errorRecord.CategoryInfo.Category);
    }

    public Exception Exception { get; }
    public object? TargetObject { get; internal set; }
    public ErrorCategoryInfo CategoryInfo { get; }
    public ErrorDetails? ErrorDetails { get; set; }
    public InvocationInfo? InvocationInfo => _invocationInfo;

    public string FullyQualifiedErrorId
    {
        get
        {
            string type = (_invocationInfo?.MyCommand as CmdletInfo)?.ImplementingType.FullName ?? "";
            return _errorId.Length > 0 && type.Length > 0 ? $"{_errorId},{type}" : _errorId + type;
        }
    }

    internal void SetInvocationInfo(InvocationInfo? invocationInfo) => _invocationInfo = invocationInfo ?? _invocationInfo;

    public override string ToString() => ErrorDetails?.Message is { Length: > 0 } message ? message : Exception.Message;
}

public class ErrorDetails(string message)
{
    public string Message { get; } = message;
    public string RecommendedAction { get; set; } = "";
    public override string ToString() => Message;
}

public class ErrorCategoryInfo
{
    private readonly ErrorRecord _errorRecord;

    internal ErrorCategoryInfo(ErrorRecord errorRecord, ErrorCategory category) => (_errorRecord, Category) = (errorRecord, category);

    public ErrorCategory Category { get; }
    public string Activity => _errorRecord.InvocationInfo?.MyCommand.Name ?? "";
    public string Reason => _errorRecord.Exception.GetType().Name;
    public string TargetName => _errorRecord.TargetObject?.ToString() ?? "";
    public string TargetType => _errorRecord.TargetObject?.GetType().Name ?? "";
    public override string ToString() => $"{Category}: ({TargetName}:{TargetType}) [{Activity}], {Reason}";
}

public enum ErrorCategory
{
    NotSpecified, OpenError, CloseError, DeviceError, DeadlockDetected, InvalidArgument, InvalidData, InvalidOperation, InvalidResult,
    InvalidType, MetadataError, NotImplemented, NotInstalled, ObjectNotFound, OperationStopped, OperationTimeout, SyntaxError,
    ParserError, PermissionDenied, ResourceBusy, ResourceExists, ResourceUnavailable, ReadError, WriteError, FromStdErr, SecurityError,
    ProtocolError, ConnectionError, AuthenticationError, LimitsExceeded, QuotaExceeded, NotEnabled,
}
