#Requires -Version 7.4
# The tour: each line of tour.txt as it would be typed, and what somebody would then see.
param([string] $Tour = "$PSScriptRoot/tour.txt")

$PSStyle.OutputRendering = 'PlainText'
$manifests = [IO.Directory]::GetFiles([IO.Path]::GetFullPath("$PSScriptRoot/../../out/MdevPS"), 'MdevPS.psd1', 'AllDirectories')
Import-Module $manifests[-1]
"This tour runs on PowerShell $($PSVersionTable.PSVersion)."

foreach ($line in [IO.File]::ReadAllLines($Tour).Trim().Where{ $_ }) {
    ''
    if ($line.StartsWith('#')) {
        $line
        continue
    }
    "PS> $line"
    # The streams are told apart here, so that objects are formatted together.
    $all = @(try { & ([scriptblock]::Create($line)) 2>&1 3>&1 4>&1 } catch { $_ })
    $all.Where{ $_ -isnot [Management.Automation.ErrorRecord] -and $_ -isnot [Management.Automation.InformationalRecord] } | Out-Default
    foreach ($record in $all) {
        if ($record -is [Management.Automation.VerboseRecord]) { "VERBOSE: $record" }
        if ($record -is [Management.Automation.WarningRecord]) { "WARNING: $record" }
        if ($record -is [Management.Automation.ErrorRecord]) { "$($record.InvocationInfo.MyCommand.Name): $record" }
    }
}
