# The cmdlets as a contender, in one warm session: a workload is a line of standard input, and "nanoseconds objects" comes back.
param([string] $Module, [string] $Root)
$ErrorActionPreference = 'Stop'
Import-Module $Module
$workloads = @{
    devices  = { Get-MdevDevice -Root $Root }
    first    = { Get-MdevDevice -Root $Root | Select-Object -First 1 }
    consume  = { Get-MdevDevice -Root $Root | ForEach-Object { } }
    children = { Get-MdevDevice -Root $Root -Parent $name }
    device   = { Get-MdevDevice -Root $Root -Uuid $name }
    definitions = { Get-MdevDefinition -Root $Root }
    types    = { Get-MdevType -Root $Root }
    type     = { Get-MdevType -Root $Root -Type $name }
}
while ($null -ne ($line = [Console]::In.ReadLine())) {
    $workload, $name = $line.Split(' ')
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $found = & $workloads[$workload]
    $watch.Stop()
    "$($watch.Elapsed.Ticks * 100) $(@($found).Count)"
}
