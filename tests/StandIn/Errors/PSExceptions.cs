namespace System.Management.Automation;

// PowerShell's own editions of the exceptions that every .NET program knows.

public class PSInvalidCastException : InvalidCastException, IContainsErrorRecord
{
    public PSInvalidCastException(string message) : base(message) { }
    public PSInvalidCastException(string message, Exception? innerException) : base(message, innerException) { }

    public ErrorRecord ErrorRecord => new(new ParentContainsErrorRecordException(this), "PSInvalidCastException", ErrorCategory.InvalidArgument, null);
}

public class PSInvalidOperationException(string message) : InvalidOperationException(message), IContainsErrorRecord
{
    public ErrorRecord ErrorRecord => new(new ParentContainsErrorRecordException(this), "InvalidOperation", ErrorCategory.InvalidOperation, null);
}

public class PSArgumentException : ArgumentException, IContainsErrorRecord
{
    public PSArgumentException(string message) : base(message) { }
    public PSArgumentException(string message, string paramName) : base(message, paramName) { }

    public ErrorRecord ErrorRecord => new(new ParentContainsErrorRecordException(this), "Argument", ErrorCategory.InvalidArgument, null);
}

public class PSArgumentNullException(string paramName) : ArgumentNullException(paramName), IContainsErrorRecord
{
    public ErrorRecord ErrorRecord => new(new ParentContainsErrorRecordException(this), "ArgumentNull", ErrorCategory.InvalidArgument, null);
}
