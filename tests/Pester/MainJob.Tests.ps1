#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# The main job, on a simulated host and, in a virtual machine, on the real kernel: find, make, list and remove.

BeforeAll { . "$PSScriptRoot/World.ps1" }

Describe 'Finding' {
    BeforeAll { $root = New-TestHost }
    AfterAll { Clear-TestHost }

    It 'lists the parents' {
        $parents = Get-MdevParent
        $parents.Parent | Should -Be mbochs, mdpy, mtty
        $parents.Root | Select-Object -Unique | Should -Be $root
        $parents[2].Types | Should -Be mtty-1, mtty-2
        $parents[2].DeviceCount | Should -Be 0
    }

    It 'lists the types' {
        (Get-MdevType).Type | Should -Be mbochs-large, mbochs-medium, mbochs-small, mdpy-hd, mdpy-vga, mdpy-xga, mtty-1, mtty-2
        $type = Get-MdevType mtty-2
        $type.Name | Should -Be 'Dual port serial'
        $type.AvailableInstances | Should -Be 12
        $type.DeviceApi | Should -Be vfio-pci
        $type.Parent | Should -Be mtty
    }

    It 'takes wildcards, and a wildcard that matches nothing is silence' {
        (Get-MdevType 'mtty-*').Type | Should -Be mtty-1, mtty-2
        (Get-MdevType -Parent 'm[dt]*' -Type '*-1', 'mdpy-hd').Type | Should -Be mdpy-hd, mtty-1
        (Get-MdevParent 'mt*').Parent | Should -Be mtty
        Get-MdevType 'nosuch*' -ErrorAction Stop | Should -BeNullOrEmpty
        Get-MdevParent 'nosuch*' -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'binds a parent to its types, by value and by property name' {
        (Get-MdevParent mtty | Get-MdevType).Type | Should -Be mtty-1, mtty-2
        (Get-MdevParent | Get-MdevType -Type '*-hd').Type | Should -Be mdpy-hd
        ('mtty-1', 'mdpy-hd' | Get-MdevType).Type | Should -Be mtty-1, mdpy-hd
    }
}

Describe 'Making and removing' {
    BeforeEach { $root = New-TestHost }
    AfterEach { Clear-TestHost }

    It 'goes all the way through one pipeline each' {
        $device = Get-MdevType mtty-2 | New-MdevDevice
        $device.Type | Should -Be mtty-2
        $device.Parent | Should -Be mtty
        $device.State | Should -Be Active
        $device.Root | Should -Be $root
        $device.VfioPath | Should -Match '^/dev/vfio/\d+$'
        [IO.File]::Exists((Join-Path $root $device.VfioPath)) | Should -BeTrue

        Get-MdevDevice | Should -Be $device
        Get-MdevDevice $device.Uuid | Should -Be $device
        (Get-MdevParent mtty).DeviceCount | Should -Be 1
        (Get-MdevType mtty-1).AvailableInstances | Should -Be 22
        (Get-MdevDevice | Get-MdevType).Type | Should -Be mtty-2
        (Get-MdevDevice | Get-MdevParent).Parent | Should -Be mtty

        Get-MdevDevice | Remove-MdevDevice -ErrorAction Stop
        Get-MdevDevice | Should -BeNullOrEmpty
        (Get-MdevType mtty-1).AvailableInstances | Should -Be 24
    }

    It 'makes 24 of mtty-1, and then there is no capacity' {
        $devices = 1..24 | ForEach-Object { New-MdevDevice mtty-1 }
        $devices | Should -HaveCount 24
        $devices.Uuid | Select-Object -Unique | Should -HaveCount 24
        $result = Invoke-Apart { New-MdevDevice mtty-1 }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors | Should -HaveCount 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'MdevNoCapacity,*'
        $result.Errors[0].CategoryInfo.Category | Should -Be LimitsExceeded
        $result.Errors[0].TargetObject | Should -Be mtty-1
        Get-MdevDevice | Remove-MdevDevice
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'makes several at once, and says how many when not all fit' {
        $result = Invoke-Apart { New-MdevDevice mdpy-vga -Count 6 }
        $result.Output | Should -HaveCount 4
        $result.Errors | Should -HaveCount 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'MdevNoCapacity,*'
        "$($result.Errors[0])" | Should -Match '4 of 6'
    }

    It 'makes none with -AllOrNothing when not all fit' {
        $result = Invoke-Apart { New-MdevDevice mdpy-vga -Count 6 -AllOrNothing }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevNoCapacity,*'
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'takes any form of a UUID, and refuses one that exists' {
        $uuid = [guid]::NewGuid()
        (New-MdevDevice mtty-1 -Uuid "{$("$uuid".ToUpper())}").Uuid | Should -Be $uuid
        $result = Invoke-Apart { New-MdevDevice mdpy-hd -Uuid $uuid.ToString('N') }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevUuidExists,*'
        $result.Errors.CategoryInfo.Category | Should -Be ResourceExists
        $result.Errors.TargetObject | Should -Be $uuid
        "$($result.Errors)" | Should -Match "'mtty-1' on parent 'mtty'"
    }

    It 'takes the human name' {
        (New-MdevDevice 'Dual port serial').Type | Should -Be mtty-2
    }

    It 'changes nothing with -WhatIf' {
        New-MdevDevice mtty-1 -Count 3 -WhatIf | Should -BeNullOrEmpty
        Get-MdevDevice | Should -BeNullOrEmpty
        $device = New-MdevDevice mtty-1
        Get-MdevDevice | Remove-MdevDevice -WhatIf
        Get-MdevDevice | Should -Be $device
    }

    It 'tells every write with -Verbose' {
        $result = Invoke-Apart { New-MdevDevice mtty-1 -Verbose }
        $uuid = $result.Output.Uuid
        $sysfs = $root.TrimEnd('/') + '/sys/devices/virtual/mtty/mtty'
        $result.Verbose | Should -Contain "Writing '$uuid' to '$sysfs/mdev_supported_types/mtty-1/create'."
        $result = Invoke-Apart { Remove-MdevDevice $uuid -Verbose }
        $result.Verbose | Should -Contain "Writing '1' to '$sysfs/$uuid/remove'."
    }

    It 'removes what is there and names what is not' {
        $devices = New-MdevDevice mtty-1 -Count 2
        $missing = [guid]::NewGuid()
        $result = Invoke-Apart { Remove-MdevDevice $devices[0].Uuid, $missing, $devices[1].Uuid }
        $result.Errors | Should -HaveCount 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'MdevDeviceNotFound,*'
        $result.Errors[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $result.Errors[0].TargetObject | Should -Be $missing
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'works with objects that went through JSON or XML' {
        Get-MdevType mtty-1 | ConvertTo-Json | ConvertFrom-Json | New-MdevDevice | ForEach-Object Type | Should -Be mtty-1
        $file = Join-Path $TestDrive devices.xml
        Get-MdevDevice | Export-Clixml $file
        (Import-Clixml $file | Get-MdevType).Type | Should -Be mtty-1
        (Import-Clixml $file | Get-MdevDevice).Parent | Should -Be mtty
        Import-Clixml $file | Remove-MdevDevice -ErrorAction Stop
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'shows what it found in tables of at most 100 columns' {
        New-MdevDevice mtty-2 | Out-Null
        foreach ($table in (Get-MdevParent | Out-String -Width 100), (Get-MdevType | Out-String -Width 100), (Get-MdevDevice | Out-String -Width 100)) {
            $lines = $table -split '\n'
            ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 100
            @($lines -match '^-+ ') | Should -HaveCount 1
        }
    }
}
