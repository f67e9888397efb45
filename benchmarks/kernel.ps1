# Makes 64 devices and removes them, by the cmdlets and by mdevctl in turns, and prints the medians as a section of RESULTS.md.
param([string] $Module)
$ErrorActionPreference = 'Stop'
[cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
Import-Module $Module
$parent, $type, $count, $warmUps, $rounds = 'mbochs', 'mbochs-small', 64, 5, 7
$uuids = 1..$count | ForEach-Object { (New-Guid).Guid }

function Measure-Step([scriptblock] $Step) { (Measure-Command $Step).TotalMilliseconds }
function Get-Median([double[]] $Values) { ($Values | Sort-Object)[[int][Math]::Floor($Values.Count / 2)] }
function Assert-Count([int] $Expected) {
    $found = @(Get-MdevDevice -Parent $parent).Count
    if ($found -ne $Expected) { throw "There are $found devices, and there should be $Expected." }
}

$times = @{ Made = @(); Removed = @(); MadeByMdevctl = @(); RemovedByMdevctl = @() }
for ($round = -$warmUps; $round -lt $rounds; $round++) {
    $made = Measure-Step { $script:devices = New-MdevDevice $type -Parent $parent -Count $count }
    Assert-Count $count
    $removed = Measure-Step { $script:devices | Remove-MdevDevice }
    Assert-Count 0
    if ($round -lt 0) { continue }
    $madeByMdevctl = Measure-Step { bash -c "for uuid; do mdevctl start --uuid `$uuid --parent $parent --type $type; done" bash @uuids }
    Assert-Count $count
    $removedByMdevctl = Measure-Step { bash -c 'for uuid; do mdevctl stop --uuid $uuid; done' bash @uuids }
    Assert-Count 0
    $times.Made += $made
    $times.Removed += $removed
    $times.MadeByMdevctl += $madeByMdevctl
    $times.RemovedByMdevctl += $removedByMdevctl
}

function Format-Row([string] $What, [string] $Name, [double] $Goal) {
    $ours, $theirs = (Get-Median $times[$Name]), (Get-Median $times["${Name}ByMdevctl"])
    $ratio = $ours / $theirs
    $shown = '{0:0.000}' -f $ratio
    if ($ratio -gt $Goal) { $shown = "**$shown**" }
    "| $count devices $What | {0:0.0} | {1:0.0} | $shown (≤ $Goal) |" -f $ours, $theirs
}

@"

## On a real kernel

Medians in milliseconds of $rounds runs, after $warmUps to warm up, on Linux $(uname -r) with the sample driver $parent in a virtual machine without hardware acceleration: the cmdlets in one
session, and $count processes of mdevctl one after the other.

| | cmdlets | mdevctl | cmdlets / mdevctl |
|---|---:|---:|---:|
$(Format-Row made Made 0.06)
$(Format-Row removed Removed 0.12)
"@
