Describe 'A device that somebody has open' {
    BeforeAll {
        . "$PSScriptRoot/Holders.ps1"
        $null = New-TestHost
    }
    AfterAll { Clear-TestHost }
    BeforeEach {
        $device = New-MdevDevice mtty-1
        $holder = Start-Holder $device.Uuid
    }
    AfterEach {
        Stop-Holder $holder
        Wait-Until { -not (Get-MdevDevice -Parent mtty | Where-Object State -EQ Removing) } 'no removal is pending'
        Get-MdevDevice | Remove-MdevDevice
    }

    It 'is listed with the process' {
        $user = (Get-MdevDevice $device.Uuid -IncludeUser).Users
        $user | Should -HaveCount 1
        $user.ProcessId | Should -Be $holder.Id
        $user.ProcessName | Should -Be perl
        $user.VmName | Should -BeNullOrEmpty
    }

    It 'is in use, and another is not' {
        $other = New-MdevDevice mdpy-vga
        (Get-MdevDevice -InUse).Uuid | Should -Be $device.Uuid
        (Get-MdevDevice -Unused).Uuid | Should -Be $other.Uuid
        Get-MdevDevice -Unused | Remove-MdevDevice
        (Get-MdevDevice).Uuid | Should -Be $device.Uuid
    }

    It 'is listed without users where nobody asks for them' {
        (Get-MdevDevice $device.Uuid).Users | Should -Be $null
    }

    It 'is not removed, and the refusal names the process' {
        { Remove-MdevDevice $device.Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevInUse,*' -ExpectedMessage "*perl ($($holder.Id))*"
        (Get-MdevDevice $device.Uuid).State | Should -Be Active
    }

    It 'is not asked what it is, and the refusal names the process' {
        { Get-MdevVfioInfo $device.Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevInUse,*' -ExpectedMessage "*perl ($($holder.Id))*"
    }

    It 'is removed with -EvenIfInUse as soon as it is let go' {
        $pending = Remove-MdevDevice $device.Uuid -EvenIfInUse -TimeoutSec 1 -WarningVariable warning -WarningAction SilentlyContinue
        $pending.State | Should -Be Removing
        $pending.Type | Should -Be mtty-1
        $pending.Users.ProcessId | Should -Be $holder.Id
        $warning | Should -HaveCount 1
        $warning | Should -BeLike "*perl ($($holder.Id))*"

        Get-MdevDevice | Should -BeNullOrEmpty -Because 'the bus has it no more'
        (Get-MdevDevice $device.Uuid | Get-MdevDevice).State | Should -Be Removing
        ($pending | Get-MdevDevice).State | Should -Be Removing
        (Get-MdevDevice -Parent mtty -IncludeUser).Users.ProcessId | Should -Be $holder.Id
        { New-MdevDevice mtty-1 -Uuid $device.Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevUuidExists,*'
        { Remove-MdevDevice $device.Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevInUse,*' -ExpectedMessage '*already*'
        (Remove-MdevDevice $device.Uuid -EvenIfInUse -TimeoutSec 0 -WarningAction SilentlyContinue).State | Should -Be Removing

        Stop-Holder $holder
        Wait-Until { -not (Get-MdevDevice -Parent mtty) } 'the device is gone'
        { Get-MdevDevice $device.Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevDeviceNotFound,*'
        (Get-MdevType mtty-1).AvailableInstances | Should -Be 24
    }

    It 'is left alone by -EvenIfInUse with -WhatIf' {
        Remove-MdevDevice $device.Uuid -EvenIfInUse -WhatIf
        (Get-MdevDevice $device.Uuid).State | Should -Be Active
    }

    It 'keeps several removals waiting together' {
        $second = New-MdevDevice mtty-2
        $another = Start-Holder $second.Uuid
        $pending = $device, $second | Remove-MdevDevice -EvenIfInUse -TimeoutSec 1 -WarningAction SilentlyContinue
        $pending.Uuid | Should -Be $device.Uuid, $second.Uuid
        $pending.Users.ProcessId | Should -Be $holder.Id, $another.Id
        Stop-Holder $another
    }
}

Describe 'A device that nobody has open' {
    BeforeAll {
        . "$PSScriptRoot/Holders.ps1"
        $null = New-TestHost
    }
    AfterAll { Clear-TestHost }

    It 'is known to be unused' {
        $device = New-MdevDevice mtty-1
        $users = (Get-MdevDevice $device.Uuid -IncludeUser).Users
        , $users | Should -BeOfType array
        $users | Should -HaveCount 0
    }

    It 'is removed at once with -EvenIfInUse, and nothing comes back' {
        $device = New-MdevDevice mtty-1
        Remove-MdevDevice $device.Uuid -EvenIfInUse | Should -BeNullOrEmpty
        Test-Path "$((Get-MdevParent mtty).Root)$($device.SysfsPath)" | Should -BeFalse
    }
}

Describe 'A host whose processes are hidden' -Skip:($env:MDEVPS_WORLD -eq 'kernel') {
    BeforeAll {
        . "$PSScriptRoot/Holders.ps1"
        $root = New-TestHost
        $device = New-MdevDevice mtty-1
        $namespace = "$root/proc/1/ns/pid"
    }
    AfterAll { Clear-TestHost }

    It 'leaves the users unknown, says so once, and calls nothing unused: <Because>' -ForEach @(
        @{ Because = 'a PID namespace'; Target = 'pid:[4026532190]'; Why = '*PID namespace*' }
        @{ Because = 'no process 1'; Target = $null; Why = '*cannot be seen*' }
    ) {
        Remove-Item $namespace -ErrorAction Ignore
        if ($Target) { $null = New-Item -ItemType SymbolicLink $namespace -Target $Target }
        $again = New-MdevDevice mtty-1
        $found = Get-MdevDevice -IncludeUser -WarningVariable warning -WarningAction SilentlyContinue
        $found | Should -Not -BeNullOrEmpty
        $found | ForEach-Object { $_.Users | Should -Be $null }
        $warning | Should -HaveCount 1
        $warning | Should -BeLike $Why
        Get-MdevDevice -Unused -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        Remove-MdevDevice $again.Uuid
    }
}
