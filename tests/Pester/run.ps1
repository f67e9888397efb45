#Requires -Version 7.4
<#
.SYNOPSIS
    Runs the Pester suite against the staged module; the last line counts, the exit code is the number of failures.
.DESCRIPTION
    RealKernel.Tests.ps1 is for a virtual machine (MDEVPS_WORLD=kernel) and changes the real kernel's devices; all others are about simulated hosts.
#>
[CmdletBinding()]
param(
    # Files or folders with tests.
    [string[]] $Path = $PSScriptRoot,

    # Show every test, not only those that failed.
    [switch] $Detailed
)

$ErrorActionPreference = 'Stop'
Import-Module Pester -MinimumVersion 5.5 -MaximumVersion 5.999

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = $Detailed ? 'Detailed' : 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
$run = Invoke-Pester -Configuration $configuration
if (-not $run) {
    '0 passed, 1 failed, 0 skipped'
    exit 1
}

$run.Skipped | Group-Object { $_.Block.Path -join '.' } | ForEach-Object { "SKIPPED $($_.Name): $($_.Count) tests" }

# A block or a file that fails before its tests has none of them to count.
$failed = $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
"$($run.PassedCount) passed, $failed failed, $($run.SkippedCount) skipped"
exit $failed
