# pester.ps1 TESTS COUNTS: the Pester suite in this process, because starting another pwsh takes its time in here.
param([string] $Tests, [string] $Counts)

$ErrorActionPreference = 'Stop'
Import-Module Pester -MinimumVersion 5.0

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Tests
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$configuration.Output.RenderMode = 'Plaintext'
$run = Invoke-Pester -Configuration $configuration

# A block or a file that fails before its tests has none of them to count.
$failed = $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
"$($run.PassedCount) passed, $failed failed, $($run.SkippedCount) skipped" | Set-Content -LiteralPath $Counts
