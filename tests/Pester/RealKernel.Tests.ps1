#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# What needs a whole PowerShell on a real kernel: JSON and tables of what is there, and that it ends while the kernel still waits for somebody who has a device open.
Describe 'On a real kernel' -Skip:($env:MDEVPS_WORLD -ne 'kernel') {
    BeforeAll {
        . "$PSScriptRoot/World.ps1"
        $null = New-TestHost
        $device = Get-MdevType mtty-1 | New-MdevDevice
        $start = [Diagnostics.ProcessStartInfo]::new('perl', "$repository/tests/MdevPS.Tests/BothWorlds/holder.pl")
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $holder = [Diagnostics.Process]::Start($start)
        $holder.StandardInput.WriteLine("hold $($device.Uuid)")
        $holder.StandardOutput.ReadLine() | Should -Be holding
    }
    AfterAll {
        $holder.StandardInput.Close()
        $holder.WaitForExit()
        for ($left = 600; $left -and (Get-MdevDevice | Where-Object State -EQ Removing); $left--) { Start-Sleep -Milliseconds 100 }
        Clear-TestHost
    }

    It 'binds what JSON has of it' {
        Get-MdevDevice | ConvertTo-Json | ConvertFrom-Json | Get-MdevDevice | ForEach-Object Uuid | Should -Be $device.Uuid
        Get-MdevType | ConvertTo-Json | ConvertFrom-Json | Get-MdevType | Should -HaveCount (Get-MdevType).Count
    }

    It 'prints no line of more than 100 columns' {
        $lines = { Get-MdevParent; Get-MdevType; Get-MdevDevice } | ForEach-Object { & $_ | Out-String -Stream -Width 100 }
        $lines | Should -Not -BeNullOrEmpty
        $lines | Where-Object Length -GT 100 | Should -BeNullOrEmpty
    }

    It 'ends a session whose removal waits' {
        { Remove-MdevDevice $device.Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevInUse,*'
        $text = pwsh -NoProfile -NonInteractive -Command "Import-Module '$manifest'; `$d = Remove-MdevDevice $($device.Uuid) -EvenIfInUse -TimeoutSec 2 3>`$null; `"`$(`$d.State) `$(`$d.Users)`""
        # It came back although the holder is still there.
        $holder.HasExited | Should -BeFalse
        $text | Should -Be "Removing perl ($($holder.Id))"
        (Get-MdevDevice $device.Uuid).State | Should -Be Removing
    }
}
