#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# -WhatIf, -Confirm and Ctrl+C.

BeforeDiscovery { . "$PSScriptRoot/World.ps1" }

BeforeAll {
    . "$PSScriptRoot/World.ps1"

    # A session whose host cannot ask: who asks there fails.
    function Invoke-Unasked([string] $Script) {
        $shell = [powershell]::Create()
        try {
            [void] $shell.AddScript("Import-Module '$manifest'; $Script")
            $output = try { $shell.Invoke() } catch { $_ }
            [pscustomobject] @{ Output = @($output); Errors = @($shell.Streams.Error) + @($output.Where({ $_ -is [Management.Automation.ErrorRecord] })) }
        }
        finally { $shell.Dispose() }
    }
}

Describe 'Confirmation' -Tag Simulation -Skip:$isKernel {
    BeforeEach {
        $root = New-TestHost mtty
        $device = New-MdevDevice mtty-1
    }
    AfterEach { Clear-TestHost }

    It 'is asked for by -Confirm, and nothing happens without an answer: <Command>' -ForEach @(
        @{ Command = 'New-MdevDevice mtty-1 -Confirm' }
        @{ Command = 'Get-MdevDevice | Remove-MdevDevice -Confirm' }
        @{ Command = 'Remove-MdevSimulation $env:MDEVPS_ROOT -Confirm' }
    ) {
        $before = Get-Snapshot $root
        (Invoke-Unasked $Command).Errors | Should -Not -BeNullOrEmpty
        Get-Snapshot $root | Should -Be $before
    }

    It 'is asked for from Medium on by what removes, from Low on by what makes' {
        (Invoke-Unasked '$ConfirmPreference = "High"; Get-MdevDevice | Remove-MdevDevice').Errors | Should -BeNullOrEmpty
        Get-MdevDevice | Should -BeNullOrEmpty
        (Invoke-Unasked '$ConfirmPreference = "Medium"; New-MdevDevice mtty-1').Errors | Should -BeNullOrEmpty
        Get-MdevDevice | Should -HaveCount 1
        (Invoke-Unasked '$ConfirmPreference = "Medium"; Get-MdevDevice | Remove-MdevDevice').Errors | Should -Not -BeNullOrEmpty
        (Invoke-Unasked '$ConfirmPreference = "Low"; New-MdevDevice mtty-1').Errors | Should -Not -BeNullOrEmpty
        Get-MdevDevice | Should -HaveCount 1
    }

    It 'is not asked for with -Confirm:$false' {
        (Invoke-Unasked '$ConfirmPreference = "Low"; Get-MdevDevice | Remove-MdevDevice -Confirm:$false').Errors | Should -BeNullOrEmpty
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'says with -WhatIf what would be done to what, and does it not' {
        $before = Get-Snapshot $root
        $said = pwsh -NoProfile -NonInteractive -Command "Import-Module '$manifest'; New-MdevDevice mtty-2 -Count 2 -WhatIf; Get-MdevDevice | Remove-MdevDevice -WhatIf; Remove-MdevSimulation $root -WhatIf"
        $said | Should -HaveCount 4
        $said[0..1] | ForEach-Object { $_ | Should -Match '^What if: .*mtty-2.*\bmtty\b' }
        $said[2] | Should -Match "^What if: .*Remove mediated device.*$($device.Uuid) \(mtty-1 on mtty\)"
        $said[3] | Should -Match "^What if: .*Remove simulated host.*$root"
        Get-Snapshot $root | Should -Be $before
    }
}

Describe 'Stopping a pipeline' -Tag Simulation -Skip:$isKernel {
    BeforeAll {
        $root = (New-MdevSimulation fleet -ParentCount 4 -TypeCount 1).Root
        $hosts.Add($root)
        $env:MDEVPS_ROOT = $root

        function Stop-Midway([string] $Script, [int] $After) {
            $shell = [powershell]::Create()
            try {
                [void] $shell.AddScript("Import-Module '$manifest'; $Script")
                $output = [Management.Automation.PSDataCollection[psobject]]::new()
                $running = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output)
                while ($output.Count -lt $After -and -not $running.IsCompleted) { Start-Sleep -Milliseconds 5 }
                $running.IsCompleted | Should -BeFalse -Because 'it is stopped in the middle'
                $shell.Stop()
                $shell.InvocationStateInfo.State | Should -Be Stopped
                $shell.Streams.Error | Should -BeNullOrEmpty
                , $output.ReadAll()
            }
            finally { $shell.Dispose() }
        }
    }
    AfterAll { Clear-TestHost }

    It 'stops New-MdevDevice between two devices' {
        $made = Stop-Midway 'New-MdevDevice fleet-1 -Count 4096' 5
        $made.Count | Should -BeLessThan 4096
        $there = @(Get-MdevDevice -ErrorAction Stop)
        $there.State | Select-Object -Unique | Should -Be Active
        # The one that was just being made may not have come out any more.
        $there.Count - $made.Count | Should -BeIn 0, 1
    }

    It 'leaves nothing of <Request> that is stopped in the middle' -ForEach @(
        @{ Request = 'all or nothing'; Driver = 'fleet'; Script = 'New-MdevDevice fleet-1 -Count 4000 -AllOrNothing' }
        @{ Request = 'a device with attributes'; Driver = 'vfio_ap'
            Script = 'New-MdevDevice vfio_ap-passthrough -Attribute (@(2..250; 2..250; 2..250; 2..250) | ForEach-Object { @{ assign_control_domain = $_ }; @{ unassign_control_domain = $_ } })' }
    ) {
        $simulation = New-MdevSimulation $Driver
        $hosts.Add($simulation.Root)
        $shell = [powershell]::Create()
        try {
            [void] $shell.AddScript("Import-Module '$manifest'; `$env:MDEVPS_ROOT = '$($simulation.Root)'; $Script")
            $running = $shell.BeginInvoke()
            while (-not (Get-MdevDevice -Root $simulation.Root -ErrorAction Ignore | Select-Object -First 1) -and -not $running.IsCompleted) { Start-Sleep -Milliseconds 1 }
            $running.IsCompleted | Should -BeFalse -Because 'it is stopped in the middle'
            $shell.Stop()
        }
        finally {
            $shell.Dispose()
            $env:MDEVPS_ROOT = $root
        }
        Get-MdevDevice -Root $simulation.Root | Should -BeNullOrEmpty
    }

    It 'stops Remove-MdevDevice between two devices' {
        New-MdevDevice fleet-1 -Count 64 | Out-Null
        $before = @(Get-MdevDevice).Count
        $gone = Stop-Midway 'Get-MdevDevice | ForEach-Object { $_; $_ | Remove-MdevDevice }' 3
        $left = @(Get-MdevDevice -ErrorAction Stop)
        $left.Count | Should -BeGreaterThan 0
        $before - $left.Count | Should -BeIn $gone.Count, ($gone.Count - 1)
    }

    It 'ends a listing as soon as enough has come' {
        Get-MdevDevice | Select-Object -First 1 | Should -HaveCount 1
        Get-MdevType | Select-Object -First 1 | Should -HaveCount 1
    }
}
