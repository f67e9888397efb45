#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# What binds to what: by value, by property name, across hosts, and after a journey through JSON, XML or another computer.

BeforeDiscovery { . "$PSScriptRoot/World.ps1" }

BeforeAll { . "$PSScriptRoot/World.ps1" }

Describe 'Pipelines' {
    BeforeAll {
        $root = New-TestHost
        $other = (New-MdevSimulation mtty).Root
        $hosts.Add($other)
        $device = New-MdevDevice mtty-2 -Root $other
        $env:MDEVPS_ROOT = $root
    }
    AfterAll { Clear-TestHost }

    It 'stay on the host that was listed' {
        Get-MdevDevice | Should -BeNullOrEmpty
        (Get-MdevDevice -Root $other | Get-MdevDevice).Uuid | Should -Be $device.Uuid
        (Get-MdevDevice -Root $other | Get-MdevType).Root | Should -Be $other
        (Get-MdevParent -Root $other | Get-MdevType).Root | Select-Object -Unique | Should -Be $other
        (Get-MdevType -Root $other mtty-1 | New-MdevDevice).Root | Should -Be $other
        Get-MdevDevice | Should -BeNullOrEmpty
        Get-MdevDevice -Root $other -Type mtty-1 | Remove-MdevDevice
        (Get-MdevDevice -Root $other).Uuid | Should -Be $device.Uuid
    }

    It 'take objects of a simulation by their Root' {
        ([pscustomobject] @{ Root = $other } | Get-MdevParent).Parent | Should -Be mtty
        $simulation = New-MdevSimulation mdpy
        $hosts.Add($simulation.Root)
        ($simulation | Get-MdevParent).Parent | Should -Be mdpy
        ($simulation | Get-MdevType).Type | Should -Be mdpy-hd, mdpy-vga, mdpy-xga
    }

    It 'take a device''s type on that device''s parent' {
        (Get-MdevDevice -Root $other | Get-MdevType).Type | Should -Be mtty-2
        (Get-MdevDevice -Root $other | Get-MdevType).Parent | Should -Be mtty
    }

    It 'take a type''s parent with New-MdevDevice, and count per record' {
        $made = Get-MdevType mtty-1, mdpy-hd | New-MdevDevice -Count 2
        $made.Type | Sort-Object | Should -Be mdpy-hd, mdpy-hd, mtty-1, mtty-1
        $made | Remove-MdevDevice
    }

    It 'take UUIDs as text, as Guid and as objects' {
        $made = New-MdevDevice mtty-1 -Count 3
        "$($made[0].Uuid)" | Remove-MdevDevice
        $made[1].Uuid | Remove-MdevDevice
        $made[2] | Remove-MdevDevice
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'are not needed for objects of the default host' {
        $made = New-MdevDevice mtty-1 -Count 3 -Parent (Get-MdevParent mtty)
        (Get-MdevDevice $made[0]).Uuid | Should -Be $made[0].Uuid
        (Get-MdevDevice -Uuid $made).Uuid | Sort-Object | Should -Be ($made.Uuid | Sort-Object)
        Remove-MdevDevice $made[0]
        Remove-MdevDevice ([Collections.Generic.List[object]] $made[1, 2])
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'do not take an empty value that was typed: <Line>' -ForEach @(
        @{ Line = 'Get-MdevDevice -Type $nothing' }
        @{ Line = 'Get-MdevDevice -Uuid @()' }
        @{ Line = "Set-MdevAttribute a 1 -Parent mtty -Type ''" }
        @{ Line = 'Get-MdevParent -Parent $nothing' }
    ) {
        $nothing = $null
        { & ([scriptblock]::Create($Line)) } | Should -Throw
    }

    It 'take a device whose type cannot be told any more' {
        ([pscustomobject] @{ Uuid = $device.Uuid; Parent = 'mtty'; Type = $null; Root = $other } | Get-MdevDevice).Uuid | Should -Be $device.Uuid
    }

    It 'are needed for an object of another host: <Command>' -ForEach @(
        @{ Command = 'Remove-MdevDevice $device' }
        @{ Command = 'Get-MdevDevice -Uuid $device, $device' }
        @{ Command = 'Get-MdevDevice -Parent (Get-MdevParent mtty -Root $other)' }
        @{ Command = 'New-MdevDevice mtty-1 -Parent (Get-MdevParent mtty -Root $other)' }
        @{ Command = 'New-MdevDevice (Get-MdevType mtty-1 -Root $other)' }
        # On this host too: its parent would be forgotten.
        @{ Command = 'New-MdevDevice (Get-MdevType mtty-1)' }
    ) {
        $before = (Get-Snapshot $root) + (Get-Snapshot $other)
        { & ([scriptblock]::Create($Command)) } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*' -ExpectedMessage '*Pipe*'
        (Get-Snapshot $root) + (Get-Snapshot $other) | Should -Be $before
    }

    It 'bind what came back from JSON' -ForEach @(
        @{ Command = 'Get-MdevParent | ConvertTo-Json | ConvertFrom-Json | Get-MdevParent'; Type = 'MdevParent'; Count = 3 }
        @{ Command = 'Get-MdevParent | ConvertTo-Json | ConvertFrom-Json | Get-MdevType'; Type = 'MdevType'; Count = 8 }
        @{ Command = 'Get-MdevType | ConvertTo-Json | ConvertFrom-Json | Get-MdevType'; Type = 'MdevType'; Count = 8 }
        @{ Command = 'Get-MdevDevice -Root $other | ConvertTo-Json | ConvertFrom-Json | Get-MdevDevice'; Type = 'MdevDevice'; Count = 1 }
        @{ Command = 'Get-MdevDevice -Root $other | ConvertTo-Json | ConvertFrom-Json | Get-MdevParent'; Type = 'MdevParent'; Count = 1 }
    ) {
        $result = Invoke-Apart ([scriptblock]::Create($Command))
        $result.Errors | Should -BeNullOrEmpty
        $result.Output | Should -HaveCount $Count
        $result.Output | ForEach-Object { $_.GetType().Name | Should -Be $Type }
    }

    It 'bind types from JSON to New-MdevDevice -WhatIf without an error' {
        $result = Invoke-Apart { Get-MdevType | ConvertTo-Json | ConvertFrom-Json | New-MdevDevice -WhatIf }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output | Should -BeNullOrEmpty
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'keep every property on the way through XML' {
        foreach ($before in @(Get-MdevParent) + @(Get-MdevType) + @(Get-MdevDevice -Root $other)) {
            $after = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($before, 2))
            foreach ($property in $before.PSObject.Properties) {
                # An enumeration comes as its number, as PowerShell has it.
                $value = $property.Value -is [enum] ? [int] $property.Value : $property.Value
                "$($after.($property.Name))" | Should -Be "$value" -Because "$($before.GetType().Name).$($property.Name)"
            }
        }
    }
}

Describe 'Objects of another computer' {
    BeforeAll {
        $root = New-TestHost
        $device = New-MdevDevice mtty-1
        $type = [pscustomobject] @{ Type = 'mtty-1'; Parent = 'mtty'; Root = $root; PSComputerName = 'elsewhere' }
        $remote = [pscustomobject] @{ Uuid = $device.Uuid; Root = $root; PSComputerName = 'elsewhere' }
    }
    AfterAll { Clear-TestHost }

    It 'are refused by <Command>' -ForEach @(
        @{ Command = 'New-MdevDevice'; Given = { $type } }
        @{ Command = 'Remove-MdevDevice'; Given = { $remote } }
        @{ Command = 'Remove-MdevSimulation'; Given = { [pscustomobject] @{ Root = $root; PSComputerName = 'elsewhere' } } }
    ) {
        $before = Get-Snapshot $root
        $result = Invoke-Apart { & $Given | & $Command }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevOtherComputer,*'
        $result.Errors.CategoryInfo.Category | Should -Be InvalidOperation
        "$($result.Errors)" | Should -Match 'elsewhere'
        Get-Snapshot $root | Should -Be $before
    }

    It 'are looked at like others' {
        ($remote | Get-MdevDevice).Uuid | Should -Be $device.Uuid
    }

    It 'are taken when that computer is this one' {
        $here = [pscustomobject] @{ Type = 'mtty-1'; Root = $root; PSComputerName = [Environment]::MachineName }
        ($here | New-MdevDevice).Type | Should -Be mtty-1
        ([pscustomobject] @{ Type = 'mtty-1'; Root = $root; PSComputerName = 'localhost' } | New-MdevDevice).Type | Should -Be mtty-1
    }
}

Describe 'The root' {
    BeforeAll { $root = New-TestHost mtty }
    AfterAll { Clear-TestHost }

    It 'may be relative to PowerShell''s location, whatever the process'' own' {
        Push-Location (Split-Path $root)
        try {
            (Get-MdevParent -Root (Split-Path $root -Leaf)).Root | Should -Be $root
            (Get-MdevParent -Root "./$(Split-Path $root -Leaf)/").Root | Should -Be $root
        }
        finally { Pop-Location }
    }

    It 'that is no path of the file system is an error that can be silenced: <Path>' -ForEach @(
        @{ Path = 'nosuch:/x' }
        @{ Path = 'Environment::x' }
        @{ Path = "/x`0y" }
        @{ Path = 'no::such' }
    ) {
        Get-MdevParent -Root $Path -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
        $failure.FullyQualifiedErrorId | Should -BeLike 'MdevRootNotFound,*'
    }

    It 'without sys is an error' {
        $result = Invoke-Apart { Get-MdevParent -Root "$root/etc" }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevRootNotFound,*'
        "$($result.Errors)" | Should -Match "'sys'"
    }

    It 'that does not exist is an error of every cmdlet, from -Root and from MDEVPS_ROOT' {
        foreach ($command in { Get-MdevParent }, { Get-MdevType }, { Get-MdevDevice }, { New-MdevDevice mtty-1 }, { Remove-MdevDevice $([guid]::NewGuid()) }) {
            $env:MDEVPS_ROOT = '/nosuch'
            $result = Invoke-Apart $command
            $env:MDEVPS_ROOT = $root
            $result.Errors | Should -HaveCount 1
            $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevRootNotFound,*'
            $result.Errors.CategoryInfo.Category | Should -Be ObjectNotFound
            "$($result.Errors)" | Should -Match "'/nosuch'.*MDEVPS_ROOT"
        }
    }
}

Describe 'A simulation' {
    AfterEach { Clear-TestHost }

    It 'becomes the session''s default with -Use, until it is removed' {
        $simulation = New-MdevSimulation mtty -Use
        $env:MDEVPS_ROOT | Should -Be $simulation.Root
        (Get-MdevParent).Parent | Should -Be mtty
        Remove-MdevSimulation "$($simulation.Root)/"
        $env:MDEVPS_ROOT | Should -BeNullOrEmpty
        Test-Path $simulation.Root | Should -BeFalse
    }

    It 'is made where -Path says, relative to PowerShell''s location' {
        $place = [IO.Directory]::CreateTempSubdirectory('mdevps-place-').FullName
        $hosts.Add($place)
        Push-Location $place
        try {
            (New-MdevSimulation mtty -Path new/host).Root | Should -Be "$place/new/host"
            $result = Invoke-Apart { New-MdevSimulation mtty -Path new }
            $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevPathExists,*'
            Remove-MdevSimulation new/host
        }
        finally { Pop-Location }
        [IO.Directory]::Exists("$place/new/host") | Should -BeFalse
    }

    It 'is not removed without an explicit root, nor what is none' {
        (Get-Command Remove-MdevSimulation).Parameters.Root.Attributes.Where({ $_ -is [Parameter] }).Mandatory | Should -BeTrue
        $place = [IO.Directory]::CreateTempSubdirectory('mdevps-place-').FullName
        $hosts.Add($place)
        $result = Invoke-Apart { Remove-MdevSimulation $place }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevNotASimulation,*'
        [IO.Directory]::Exists($place) | Should -BeTrue
    }

    It 'that the file system refuses is an error that can be silenced' {
        New-MdevSimulation -Path /dev/null/host -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
        $failure.FullyQualifiedErrorId | Should -BeLike 'MdevSimulationFailed,*'
        $temporary = $env:TMPDIR
        try {
            $env:TMPDIR = '/nosuch'
            New-MdevSimulation -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
            $failure.FullyQualifiedErrorId | Should -BeLike 'MdevSimulationFailed,*'
        }
        finally { $env:TMPDIR = $temporary }
    }

    It 'starts virtual machines that hold devices' {
        $simulation = New-MdevSimulation mtty -Use
        $hosts.Add($simulation.Root)
        $device = New-MdevDevice mtty-1
        $vm = $simulation.StartVm('web01', $device.Uuid)
        { Remove-MdevDevice $device -ErrorAction Stop } | Should -Throw -ErrorId 'MdevInUse,*' -ExpectedMessage "*web01 (qemu-system-x86 $vm)*"
        $simulation.EndProcess($vm)
        Remove-MdevDevice $device -ErrorAction Stop
    }

    It 'is neither made nor removed with -WhatIf' {
        $root = New-TestHost mtty
        Remove-MdevSimulation $root -WhatIf
        [IO.Directory]::Exists($root) | Should -BeTrue
        New-MdevSimulation -Path "$root-never" -WhatIf | Should -BeNullOrEmpty
        [IO.Directory]::Exists("$root-never") | Should -BeFalse
    }
}
