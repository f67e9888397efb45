namespace System.Management.Automation;

// What travels on the streams beside objects and errors.

public abstract class InformationalRecord(string message)
{
    public string Message { get; set; } = message;
    public InvocationInfo? InvocationInfo { get; internal set; }
    public override string ToString() => Message;
}

public class WarningRecord(string message) : InformationalRecord(message);

public class VerboseRecord(string message) : InformationalRecord(message);

public class DebugRecord(string message) : InformationalRecord(message);

public class InformationRecord(object messageData, string? source)
{
    public object MessageData { get; } = messageData;
    public string? Source { get; set; } = source;
    public List<string> Tags { get; } = [];
    public DateTime TimeGenerated { get; set; } = DateTime.Now;
    public override string ToString() => MessageData?.ToString() ?? "";
}

public enum ProgressRecordType { Processing, Completed }

public class ProgressRecord
{
    private int _percentComplete = -1;

    public ProgressRecord(int activityId, string activity, string statusDescription)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(activityId);
        ArgumentException.ThrowIfNullOrEmpty(activity);
        ArgumentException.ThrowIfNullOrEmpty(statusDescription);
        (ActivityId, Activity, StatusDescription) = (activityId, activity, statusDescription);
    }

    public int ActivityId { get; }
    public int ParentActivityId { get; set; } = -1;
    public string Activity { get; set; }
    public string StatusDescription { get; set; }
    public string? CurrentOperation { get; set; }
    public int SecondsRemaining { get; set; } = -1;
    public ProgressRecordType RecordType { get; set; }
    public int PercentComplete
    {
        get => _percentComplete;
        set => _percentComplete = value <= 100 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override string ToString() => $"{Activity}: {StatusDescription} {PercentComplete}%";
}
