#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Which parent gets the next device, why, and what is done when it cannot. All on simulated hosts, whatever the machine.

BeforeAll {
    Import-Module (Convert-Path "$PSScriptRoot/../../out/MdevPS/*/MdevPS.psd1" | Select-Object -Last 1)
    $before = $env:MDEVPS_ROOT
    function Gpu($Device) { (Get-MdevParent $Device.Parent).PhysicalFunction }
}

AfterAll { $env:MDEVPS_ROOT = $before }

Describe 'Four GPUs with virtual functions on two NUMA nodes' {
    BeforeAll { $simulation = New-MdevSimulation nvidia-a2 -GpuCount 4 -NumaNodeCount 2 -Use }
    AfterEach { Get-MdevDevice | Remove-MdevDevice }
    AfterAll { Remove-MdevSimulation $simulation.Root }

    It 'spreads eight devices to two on each GPU' {
        $groups = New-MdevDevice nvidia-744 -Count 8 | Group-Object { Gpu $_ }
        $groups.ForEach{ $_.Count } | Should -Be 2, 2, 2, 2
    }

    It 'packs one GPU full before the next' {
        $groups = New-MdevDevice nvidia-744 -Count 18 -Placement Pack | Group-Object { Gpu $_ } | Sort-Object Count
        $groups.ForEach{ $_.Count } | Should -Be 2, 16
    }

    It 'goes elsewhere with another framebuffer size, and the plan says why' {
        $four = New-MdevDevice nvidia-746
        $plan = Get-MdevPlacement nvidia-747
        $plan.PhysicalDevice | Should -Not -Be (Gpu $four)
        $plan.Reason | Should -BeLike "*$(Gpu $four) has none available beside 1 x nvidia-746*"
        Gpu (New-MdevDevice nvidia-747) | Should -Be $plan.PhysicalDevice
    }

    It 'plans what it then does' {
        $plan = Get-MdevPlacement nvidia-746 -Count 6 -NumaNode 1
        $made = New-MdevDevice nvidia-746 -Count 6 -NumaNode 1
        $made.Parent | Should -Be $plan.Parent
        $plan.Order | Should -Be (1..6)
        $plan[0].RoomBefore | Should -Be 4
        $plan[0].RoomAfter | Should -Be 3
        $plan.NumaNode | Should -Be (1, 1, 1, 1, 1, 1)
    }

    It 'makes what a piped plan says' {
        $plan = Get-MdevPlacement nvidia-746 -Count 4 -Placement Pack
        ($plan | New-MdevDevice).Parent | Should -Be $plan.Parent
    }

    It 'changes nothing with -WhatIf, which tells the same plan' {
        $plan = Get-MdevPlacement nvidia-744 -Count 3
        $said = pwsh -NoProfile -c "Import-Module '$((Get-Module MdevPS).Path)'; New-MdevDevice nvidia-744 -Count 3 -WhatIf"
        $said = $said -replace '\x1b\[[0-9;]*m'
        $said.Count | Should -Be 3
        foreach ($i in 0..2) { $said[$i] | Should -BeLike "*$($plan[$i].Parent): $($plan[$i].Reason)*" }
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'says for each GPU why nothing fits' {
        New-MdevDevice nvidia-748 -Count 3 | Out-Null
        New-MdevDevice nvidia-746 | Out-Null
        $plan = Get-MdevPlacement nvidia-748 -ErrorVariable errors -ErrorAction SilentlyContinue
        $plan | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'MdevNoCapacity,*'
        $errors[0].CategoryInfo.Category | Should -Be LimitsExceeded
        "$($errors[0])" | Should -BeLike '*0000:01:00.0 is full with 1 x nvidia-748*none available beside 1 x nvidia-746*'
    }

    It 'makes those that fit, or with -AllOrNothing none' {
        New-MdevDevice nvidia-748 -Count 5 -AllOrNothing -ErrorVariable errors -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        Get-MdevDevice | Should -BeNullOrEmpty
        "$errors" | Should -BeLike '*only 4 of 5*'
        @(New-MdevDevice nvidia-748 -Count 5 -ErrorAction SilentlyContinue).Count | Should -Be 4
    }

    It 'answers how many fit, which a sum over functions does not' {
        (Get-MdevType nvidia-746 | Measure-Object AvailableInstances -Sum).Sum | Should -Be 64
        @(Get-MdevPlacement nvidia-746 -Count 64 -ErrorAction SilentlyContinue).Count | Should -Be 16
        @(Get-MdevPlacement nvidia-746 -Maximum -ErrorAction Stop).Count | Should -Be 16
        @(Get-MdevPlacement nvidia-746 -Maximum -NumaNode 1 -StrictNuma -ErrorAction Stop).Count | Should -Be 8
        New-MdevDevice nvidia-746 -Count 16 | Out-Null
        Get-MdevPlacement nvidia-746 -Maximum -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'says that a maximum contradicts a number' {
        { Get-MdevPlacement nvidia-746 -Maximum -Count 2 -ErrorAction Stop } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }

    It 'takes a type by its human name' {
        (Get-MdevPlacement 'NVIDIA A2-4Q').Type | Should -Be nvidia-746
    }

    It 'insists on a NUMA node only where one is named' {
        Get-MdevPlacement nvidia-746 -StrictNuma -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'MdevInvalidArgument,*'
        (Get-MdevPlacement nvidia-746 -Count 9 -NumaNode 1 -StrictNuma -ErrorAction SilentlyContinue).Count | Should -Be 8
    }

    It 'means the parent of a piped type, for each record' {
        $types = Get-MdevType nvidia-744 -Parent 0000:01:00.4, 0000:03:00.5
        ($types | New-MdevDevice).Parent | Should -Be 0000:01:00.4, 0000:03:00.5
    }
}

Describe 'Typed figures of descriptions' {
    BeforeAll { $simulation = New-MdevSimulation nvidia-t4, i915, mdpy, mbochs -GpuCount 1 -Use }
    AfterAll { Remove-MdevSimulation $simulation.Root }

    It 'filters and sorts by them' {
        $names = Get-MdevType | Where-Object FramebufferBytes -ge 8GB | Sort-Object FramebufferBytes, Type | ForEach-Object Name
        $names | Should -Be 'GRID T4-8A', 'GRID T4-8Q', 'GRID T4-8C', 'GRID T4-16A', 'GRID T4-16Q', 'GRID T4-16C'
    }
}

Describe 'Reusing idle devices' {
    BeforeEach { $simulation = New-MdevSimulation mtty -Use }
    AfterEach { Remove-MdevSimulation $simulation.Root }

    It 'hands each out once over a whole pipeline' {
        $idle = New-MdevDevice mtty-2 -Count 2
        $got = 'mtty-2', 'mtty-2', 'mtty-2' | New-MdevDevice -Reuse
        $got.Reused | Should -Be $true, $true, $false
        $got.Uuid | Select-Object -Unique | Should -HaveCount 3
        $got[0..1].Uuid | Sort-Object | Should -Be ($idle.Uuid | Sort-Object)
    }

    It 'leaves a device in use alone' {
        $device = New-MdevDevice mtty-2
        [void][Mdev.Simulation.SimulatedHost]::StartProcess($simulation.Root, 'kvm', [string[]]@('kvm'), [guid[]]$device.Uuid)
        (New-MdevDevice mtty-2 -Reuse).Reused | Should -BeFalse
    }

    It 'plans it' {
        $device = New-MdevDevice mtty-2
        $plan = Get-MdevPlacement mtty-2 -Count 2 -Reuse
        $plan[0].Reuses | Should -Be $device.Uuid
        $plan[1].Reuses | Should -BeNullOrEmpty
    }
}

Describe 'A view of a plan' {
    It 'fits 100 columns and lets nothing of the host reach the terminal' {
        $plan = [Mdev.Placement.MdevPlacement]@{ Order = 1; Type = "t`e[31m"; Parent = 'p'; PhysicalDevice = 'p'; Reason = "r`e]0;x`a"; Root = '/' }
        $text = $plan | Format-Table | Out-String -Width 100
        $text | Should -Not -Match "`e\]|`a"
        $text | Should -Match ([regex]::Escape('t\x1b[31m'))
    }
}
