# Somebody who has devices open, in either world.
. "$PSScriptRoot/../World.ps1"

# Holds a device open until Stop-Holder.
function Start-Holder([guid] $Uuid) {
    if (-not $isKernel) {
        $id = [Mdev.Simulation.SimulatedHost]::StartProcess($env:MDEVPS_ROOT, 'perl', @('perl', 'holder.pl'), $Uuid)
        return [pscustomobject] @{ Id = $id; Process = $null }
    }
    $process = Start-HolderProgram
    Send-Holder $process "hold $Uuid" | Should -Be 'holding'
    [pscustomobject] @{ Id = $process.Id; Process = $process }
}

function Start-HolderProgram {
    $start = [Diagnostics.ProcessStartInfo]::new('perl', "$PSScriptRoot/holder.pl")
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    [Diagnostics.Process]::Start($start)
}

function Send-Holder([Diagnostics.Process] $Process, [string] $Line) {
    $Process.StandardInput.WriteLine($Line)
    $Process.StandardOutput.ReadLine()
}

function Stop-Holder($Holder) {
    if (-not $isKernel) { [Mdev.Simulation.SimulatedHost]::EndProcess($env:MDEVPS_ROOT, $Holder.Id); return }
    $Holder.Process.StandardInput.Close()
    $Holder.Process.WaitForExit()
}

# Nothing tells us of the end of a removal, so it is looked for.
function Wait-Until([scriptblock] $Condition, [string] $What) {
    for ($left = 600; -not (& $Condition); $left--) {
        if ($left -eq 0) { throw "Waited a minute in vain until $What." }
        Start-Sleep -Milliseconds 100
    }
}
