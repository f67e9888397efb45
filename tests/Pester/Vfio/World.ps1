# What the tests of this folder need of the world they run in: a simulated host, or with MDEVPS_WORLD=kernel the kernel of a machine that is there for it.
$script:OnKernel = $env:MDEVPS_WORLD -eq 'kernel'

function Import-StagedModule {
    $script:Manifest = (Get-ChildItem "$PSScriptRoot/../../../out/MdevPS/*/MdevPS.psd1" | Select-Object -First 1).FullName
    Import-Module $Manifest
}

function Enter-World {
    if (-not $OnKernel) { $script:Simulation = New-MdevSimulation -Driver mtty, mdpy, mbochs -Use }
}

function Exit-World {
    Get-MdevDevice | Remove-MdevDevice -Confirm:$false
    if (-not $OnKernel) { Remove-MdevSimulation $Simulation.Root }
}

# Somebody who holds a device open, until Stop-Holder.
function Start-Holder([guid] $Uuid) {
    if (-not $OnKernel) {
        $id = [Mdev.Simulation.SimulatedHost]::StartProcess($Simulation.Root, 'perl', @('perl', 'holder.pl'), $Uuid)
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
    if (-not $OnKernel) { [Mdev.Simulation.SimulatedHost]::EndProcess($Simulation.Root, $Holder.Id); return }
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
