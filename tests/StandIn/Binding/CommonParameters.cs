namespace System.Management.Automation;

/// <summary>The parameters that every cmdlet has.</summary>
internal sealed class CommonParameters
{
    [Parameter, Alias("vb")] public SwitchParameter Verbose { get => _verbose ?? false; set => _verbose = value; }
    [Parameter, Alias("db")] public SwitchParameter Debug { get => _debug ?? false; set => _debug = value; }
    [Parameter, Alias("ea")] public ActionPreference ErrorAction { get => _errorAction ?? ActionPreference.Continue; set => _errorAction = value; }
    [Parameter, Alias("wa")] public ActionPreference WarningAction { get; set; } = ActionPreference.Continue;
    [Parameter, Alias("infa")] public ActionPreference InformationAction { get; set; }
    [Parameter, Alias("proga")] public ActionPreference ProgressAction { get; set; } = ActionPreference.Continue;
    [Parameter, Alias("ev")] public string? ErrorVariable { get; set; }
    [Parameter, Alias("wv")] public string? WarningVariable { get; set; }
    [Parameter, Alias("iv")] public string? InformationVariable { get; set; }
    [Parameter, Alias("ov")] public string? OutVariable { get; set; }
    [Parameter, Alias("ob")] public int OutBuffer { get => 0; set => throw NotHere("OutBuffer"); }
    [Parameter, Alias("pv")] public string? PipelineVariable { get => null; set => throw NotHere("PipelineVariable"); }

    private SwitchParameter? _verbose, _debug;
    private ActionPreference? _errorAction;

    public ActionPreference VerbosePreference =>
        _verbose is { } verbose ? verbose ? ActionPreference.Continue : ActionPreference.SilentlyContinue
        : Debug ? ActionPreference.Inquire
        : ActionPreference.SilentlyContinue;
    public ActionPreference DebugPreference => Debug ? ActionPreference.Continue : ActionPreference.SilentlyContinue;

    private static StandInException NotHere(string name) => new("-" + name);
}

/// <summary>The parameters that a cmdlet with SupportsShouldProcess has.</summary>
internal sealed class ShouldProcessParameters
{
    private SwitchParameter? _confirm;

    [Parameter, Alias("wi")] public SwitchParameter WhatIf { get; set; }
    [Parameter, Alias("cf")] public SwitchParameter Confirm { get => _confirm ?? false; set => _confirm = value; }

    /// <summary>From which impact on a cmdlet asks: all of them with -Confirm, none with -Confirm:$false, else High.</summary>
    public ConfirmImpact ConfirmPreference => _confirm is not { } confirm ? ConfirmImpact.High : confirm ? ConfirmImpact.Low : ConfirmImpact.None;
}
