#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Vendor attributes at the prompt, on a simulated host.

BeforeAll {
    Import-Module (Convert-Path "$PSScriptRoot/../../out/MdevPS/*/MdevPS.psd1" | Select-Object -Last 1)
    $before = $env:MDEVPS_ROOT
    $simulation = New-MdevSimulation vfio_ap, nvidia-t4, mtty -GpuCount 1 -Use
    function Matrix($Device) { (Get-MdevAttribute matrix -Uuid $Device.Uuid).Value -split "`n" }
}

AfterAll {
    Remove-MdevSimulation $simulation.Root
    $env:MDEVPS_ROOT = $before
}

Describe 'New-MdevDevice -Attribute' {
    AfterEach { Get-MdevDevice | Remove-MdevDevice }

    It 'sets them in the order of an ordered dictionary' {
        $device = New-MdevDevice vfio_ap-passthrough -Attribute ([ordered]@{ assign_adapter = '5'; assign_domain = '0xab'; unassign_adapter = 5 }) -WarningVariable warnings
        Matrix $device | Should -Be '.00ab'
        $warnings | Should -BeNullOrEmpty
    }

    It 'takes repeated names as a list of dictionaries' {
        $device = New-MdevDevice vfio_ap-passthrough -Attribute @{ assign_adapter = 5 }, @{ assign_domain = 4 }, @{ assign_adapter = 6 }, @{ assign_domain = '0xab' }, @{ assign_domain = '0xab' }
        Matrix $device | Should -Be 05.0004, 05.00ab, 06.0004, 06.00ab
    }

    It 'takes several values of one name' {
        Matrix (New-MdevDevice vfio_ap-passthrough -Attribute ([ordered]@{ assign_adapter = 5, 6; assign_domain = 4 })) | Should -Be 05.0004, 06.0004
    }

    It 'takes what a JSON list of pairs is read as' {
        $pairs = '[{"assign_adapter":"5"},{"assign_domain":"4"},{"assign_domain":"7"}]' | ConvertFrom-Json -AsHashtable
        Matrix (New-MdevDevice vfio_ap-passthrough -Attribute $pairs) | Should -Be 05.0004, 05.0007
    }

    It 'takes the device away again when one fails, and says which and how' {
        $made = New-MdevDevice vfio_ap-passthrough -Attribute @{ assign_adapter = 5 }, @{ assign_domain = 1 }, @{ assign_domain = 4 } -ErrorVariable errors -ErrorAction SilentlyContinue
        $made | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'MdevAttributeFailed,*'
        "$($errors[0])" | Should -BeLike "Attribute 2 of 3 failed.*'assign_domain'*EADDRNOTAVAIL*removed again.*"
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'warns that a plain hashtable has no order' {
        [void](New-MdevDevice vfio_ap-passthrough -Attribute @{ assign_adapter = 5; assign_control_domain = 4 } -WarningVariable warnings -WarningAction SilentlyContinue)
        "$warnings" | Should -BeLike '*`[ordered`]*'
    }

    It 'refuses <_> before anything is made' -ForEach 'remove', 'power/control', '../x', 'driver/unbind' {
        New-MdevDevice vfio_ap-passthrough -Attribute @{ $_ = 1 } -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'MdevAttributeNotFound,*'
        Get-MdevDevice | Should -BeNullOrEmpty
    }
}

Describe 'Get-MdevAttribute and Set-MdevAttribute' {
    BeforeAll {
        $ap = New-MdevDevice vfio_ap-passthrough
        $gpu = New-MdevDevice nvidia-230
        $serial = New-MdevDevice mtty-1
    }

    It 'gets those of piped devices' {
        $all = $gpu, $serial | Get-MdevAttribute
        $all.Name | Should -Be nvidia/vgpu_params, vendor/sample_mdev_dev
        $all.Uuid | Should -Be $gpu.Uuid, $serial.Uuid
        $all[1].Value | Should -Be "This is MDEV $($serial.Uuid)"
        $all.Access | Should -Be ReadWrite, ReadOnly
    }

    It 'shows a write-only one as such' {
        $attribute = Get-MdevAttribute assign_adapter -Uuid $ap.Uuid
        $attribute.Access | Should -Be WriteOnly
        $attribute.Value | Should -Be $null
    }

    It 'gets by wildcard' {
        (Get-MdevAttribute assign_* -Uuid $ap.Uuid).Name | Should -Be assign_adapter, assign_control_domain, assign_domain
        Get-MdevAttribute nothing* -Uuid $ap.Uuid | Should -BeNullOrEmpty
    }

    It 'finds among everything what only some have' {
        (Get-MdevAttribute vendor/sample_mdev_dev).Uuid | Should -Be $serial.Uuid
        (Get-MdevAttribute VENDOR/sample_mdev_dev -ErrorAction Stop).Uuid | Should -Be $serial.Uuid
    }

    It 'sets the value of a piped device, each of several by itself' {
        $ap | Set-MdevAttribute assign_adapter 5, 6
        $ap | Set-MdevAttribute assign_domain 0x10
        Matrix $ap | Should -Be 05.0010, 06.0010
        Set-MdevAttribute nvidia/vgpu_params 'a=1,b=2' -Uuid $gpu.Uuid
        (Get-MdevAttribute -Uuid $gpu.Uuid).Value | Should -Be 'a=1,b=2'
    }

    It 'does nothing with -WhatIf' {
        Set-MdevAttribute nvidia/vgpu_params changed -Uuid $gpu.Uuid -WhatIf
        (Get-MdevAttribute -Uuid $gpu.Uuid).Value | Should -Not -Be changed
    }

    It 'refuses <Name> of a parent' -ForEach @{ Name = 'remove' }, @{ Name = 'reset' }, @{ Name = 'driver_override' }, @{ Name = 'sriov_numvfs' }, @{ Name = 'config' } {
        { Set-MdevAttribute $Name 1 -Parent 0000:01:00.0 -ErrorAction Stop } | Should -Throw -ErrorId 'MdevAttributeNotFound,*'
        { Get-MdevAttribute $Name -Parent 0000:01:00.0 -ErrorAction Stop } | Should -Throw -ErrorId 'MdevAttributeNotFound,*'
    }

    It 'refuses create of a type' {
        { Set-MdevAttribute create ([guid]::NewGuid()) -Type mtty-1 -ErrorAction Stop } | Should -Throw -ErrorId 'MdevAttributeNotFound,*'
    }

    It 'says that an attribute can only be read' {
        { Set-MdevAttribute matrix 1 -Uuid $ap.Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevAttributeReadOnly,*'
    }

    It 'wants to be told of what' {
        { Set-MdevAttribute matrix 1 -ErrorAction Stop } | Should -Throw -ErrorId 'MdevInvalidArgument,*'
    }

    It 'refuses an object of another computer' {
        $remote = $gpu | Select-Object *, @{ n = 'PSComputerName'; e = { 'elsewhere' } }
        { $remote | Set-MdevAttribute nvidia/vgpu_params x -ErrorAction Stop } | Should -Throw -ErrorId 'MdevOtherComputer,*'
    }

    It 'completes names, with what they are' {
        $line = "Set-MdevAttribute -Uuid $($ap.Uuid) -Name unassign_a"
        $found = (TabExpansion2 $line $line.Length).CompletionMatches
        $found.CompletionText | Should -Be unassign_adapter
        $found.ToolTip | Should -Be WriteOnly
    }

    It 'shows a hostile value as text' {
        Set-MdevAttribute nvidia/vgpu_params "x`e]0;title`a" -Uuid $gpu.Uuid
        $text = Get-MdevAttribute -Uuid $gpu.Uuid | Format-List | Out-String
        $text | Should -Match ([regex]::Escape('x\x1b]0;title\x07'))
        $text | Should -Not -Match "`a"
    }

    It 'shows a table that fits 100 columns' {
        $lines = Get-MdevAttribute | Format-Table | Out-String -Width 100 -Stream
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 100
    }
}
