namespace System.Management.Automation;

public readonly record struct SwitchParameter(bool IsPresent)
{
    public static SwitchParameter Present => new(true);

    public static implicit operator bool(SwitchParameter switchParameter) => switchParameter.IsPresent;
    public static implicit operator SwitchParameter(bool value) => new(value);

    public bool ToBool() => IsPresent;
    public override string ToString() => IsPresent.ToString();
}
