#!/usr/bin/env pwsh
#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, shows, tests and packs MdevPS. The build's logic is in the projects; this only names the tasks.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('build', 'demo', 'test', 'kernel', 'package', 'docs', 'picture', 'bench')]
    [string] $Task = 'build'
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
Set-Location $PSScriptRoot

# What is started from here is to find this PowerShell too, wherever it came from.
$env:PATH = $PSHOME + [IO.Path]::PathSeparator + $env:PATH

function Invoke-Native {
    # The exit code of a tool is ours.
    $command, [string[]] $arguments = $args
    & $command @arguments
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
}

if ($Task -ne 'package') {
    Invoke-Native dotnet build MdevPS.sln -c Release --nologo --verbosity quiet '-clp:NoSummary'
}

switch ($Task) {
    'demo' { Invoke-Native tests/Demo/demo.sh }
    'picture' { Invoke-Native tests/Demo/demo.sh picture }
    'test' { Invoke-Native tests/run.sh }
    'kernel' { Invoke-Native tests/Kernel/kernel.sh }
    'package' {
        Invoke-Native dotnet pack src/MdevPS -c Release --nologo --verbosity quiet --output out/packages
        Get-ChildItem out/packages -Name
    }
    'docs' { & docs/update-help.ps1 }
    'bench' { Invoke-Native benchmarks/bench.sh }
}
