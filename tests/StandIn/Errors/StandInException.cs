namespace System.Management.Automation;

/// <summary>Something of PowerShell is wanted that is not here. Nothing catches this, so that no test passes on a default nobody chose.</summary>
internal sealed class StandInException(string what) : NotSupportedException($"Not in the stand-in for PowerShell: {what}");
