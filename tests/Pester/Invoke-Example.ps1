<#
.SYNOPSIS
    Runs examples, each on a simulated host of its own, as if typed at a prompt. Prints what comes out behind a line with the example's name.
#>
param([string] $Manifest, [string] $Examples)

$ErrorActionPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
$PSStyle.OutputRendering = 'PlainText'
Import-Module $Manifest

# Runs code statement by statement, because at a prompt each has a table of its own.
function Invoke-Typed([string] $Code) {
    $ast = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $null)
    foreach ($statement in $ast.EndBlock.Statements) {
        . ([scriptblock]::Create($statement.Extent.Text)) *>&1 | ForEach-Object {
            switch ($_) {
                { $_ -is [Management.Automation.ErrorRecord] } { "$($_.InvocationInfo.MyCommand): $_"; break }
                { $_ -is [Management.Automation.WarningRecord] } { "WARNING: $_"; break }
                { $_ -is [Management.Automation.VerboseRecord] } { "VERBOSE: $_"; break }
                default { $_ }
            }
        } | Out-String -Width 100
    }
}

foreach ($example in Get-Content $Examples -Raw | ConvertFrom-Json) {
    $folder = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))
    Set-Location $folder
    $null = New-MdevSimulation -Use
    $null = . ([scriptblock]::Create($example.Preparation))
    "`n=== $($example.Name)"
    Invoke-Typed $example.Code
}
