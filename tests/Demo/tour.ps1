#Requires -Version 7.4
# The tour in PowerShell: Program.cs is the same without.
param([string] $Tour = "$PSScriptRoot/tour.txt")

$PSStyle.OutputRendering = 'PlainText'
Import-Module (Get-Item "$PSScriptRoot/../../out/MdevPS/*/MdevPS.psd1" | Select-Object -Last 1)
"This tour runs on PowerShell $($PSVersionTable.PSVersion) ($PSHOME)."

foreach ($line in Get-Content $Tour | ForEach-Object Trim | Where-Object Length) {
    ''
    if ($line.StartsWith('#')) {
        $line
        continue
    }
    "PS> $line"
    # The host's lines (What if) come by themselves; the streams are told apart here, so that objects are formatted together.
    $all = @(try { & ([scriptblock]::Create($line)) 2>&1 3>&1 4>&1 } catch { $_ })
    $view = ($all | Where-Object { $_ -isnot [Management.Automation.ErrorRecord] -and $_ -isnot [Management.Automation.InformationalRecord] } |
            Out-String -Width 100).Trim("`n")
    if ($view) { "`n$view" }
    foreach ($record in $all) { if ($record -is [Management.Automation.VerboseRecord]) { "VERBOSE: $record" } }
    foreach ($record in $all) { if ($record -is [Management.Automation.WarningRecord]) { "WARNING: $record" } }
    foreach ($record in $all) { if ($record -is [Management.Automation.ErrorRecord]) { "$($record.InvocationInfo.MyCommand.Name): $record" } }
}
