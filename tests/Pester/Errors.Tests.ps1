#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# What goes wrong, and how it is said: id, category, target, and that the others go on.

BeforeDiscovery { . "$PSScriptRoot/World.ps1" }

BeforeAll { . "$PSScriptRoot/World.ps1" }

Describe 'A name that is not there' -Tag Simulation -Skip:$isKernel {
    BeforeAll {
        $root = New-TestHost
        $missing = [guid]'99999999-9999-4999-8999-999999999999'
    }
    AfterAll { Clear-TestHost }

    It 'is <Id> from <Command>' -ForEach @(
        @{ Command = 'Get-MdevParent nosuch, mtty'; Id = 'MdevParentNotFound'; Count = 1; Says = "'nosuch'" }
        @{ Command = 'Get-MdevType nosuch, mtty-1'; Id = 'MdevTypeNotFound'; Count = 1; Says = "'nosuch'" }
        @{ Command = 'Get-MdevType -Parent nosuch, mtty'; Id = 'MdevParentNotFound'; Count = 2; Says = "'nosuch'" }
        @{ Command = 'Get-MdevType -Name nosuch'; Id = 'MdevTypeNotFound'; Count = 0; Says = "'nosuch'" }
        @{ Command = 'Get-MdevDevice 99999999-9999-4999-8999-999999999999'; Id = 'MdevDeviceNotFound'; Count = 0; Says = '99999999-9999-4999-8999-999999999999' }
        @{ Command = 'Get-MdevDevice -Type mtty-3'; Id = 'MdevTypeNotFound'; Count = 0; Says = 'mtty-1, mtty-2' }
        @{ Command = 'New-MdevDevice mtty-3'; Id = 'MdevTypeNotFound'; Count = 0; Says = 'mtty-1, mtty-2' }
        @{ Command = 'New-MdevDevice mtty-1 -Parent nosuch'; Id = 'MdevParentNotFound'; Count = 0; Says = "'nosuch'" }
        @{ Command = "'mtty-3', 'mtty-1' | New-MdevDevice -WhatIf"; Id = 'MdevTypeNotFound'; Count = 0; Says = "'mtty-3'" }
        @{ Command = 'Remove-MdevDevice 99999999-9999-4999-8999-999999999999'; Id = 'MdevDeviceNotFound'; Count = 0; Says = '99999999-9999-4999-8999-999999999999' }
    ) {
        $result = Invoke-Apart ([scriptblock]::Create($Command))
        $result.Errors | Should -HaveCount 1
        $result.Errors[0].FullyQualifiedErrorId | Should -Match "^$Id,MdevPS\.Commands\."
        $result.Errors[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $result.Errors[0].TargetObject | Should -Not -BeNullOrEmpty
        "$($result.Errors[0])" | Should -BeLike "*$Says*"
        "$($result.Errors[0])" | Should -Match 'See what there is: Get-Mdev'
        $result.Output | Should -HaveCount $Count
    }

    It 'can be branched on, and is silent when silenced' {
        { Get-MdevType nosuch -ErrorAction Stop } | Should -Throw -ErrorId 'MdevTypeNotFound,MdevPS.Commands.GetMdevTypeCommand'
        Get-MdevType nosuch -ErrorAction SilentlyContinue -ErrorVariable quiet | Should -BeNullOrEmpty
        $quiet[0].FullyQualifiedErrorId | Should -BeLike 'MdevTypeNotFound,*'
    }

    It 'is refused before anything else when it is no UUID' {
        { Remove-MdevDevice not-a-uuid } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*' -ExpectedMessage "*'not-a-uuid' is no UUID*"
    }
}

Describe 'A request that cannot be met' -Tag Simulation -Skip:$isKernel {
    BeforeEach { $root = New-TestHost }
    AfterEach { Clear-TestHost }

    It 'is MdevTypeAmbiguous with the candidates when a name stands for several ids' {
        $tree = New-Tree
        New-TreeParent $tree p
        'made-1', 'made-2' | ForEach-Object { New-TreeType $tree p $_ @{ name = 'Same' } }
        $result = Invoke-Apart { New-MdevDevice Same -Root $tree }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevTypeAmbiguous,*'
        $result.Errors.CategoryInfo.Category | Should -Be InvalidArgument
        "$($result.Errors)" | Should -Match 'made-1, made-2'
    }

    It 'is an error when -Count contradicts -Uuid' {
        $result = Invoke-Apart { New-MdevDevice mtty-1 -Count 3 -Uuid ([guid]::NewGuid()) }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevInvalidArgument,*'
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'is an error when there is nothing to wait for' {
        $device = New-MdevDevice mtty-1
        $result = Invoke-Apart { Remove-MdevDevice $device.Uuid -TimeoutSec 3 }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevInvalidArgument,*'
        (Get-MdevDevice).Uuid | Should -Be $device.Uuid
    }

    It 'names the parent that offers a type which another does not, and says that no wildcards are taken' {
        "$((Invoke-Apart { New-MdevDevice mtty-1 -Parent mdpy }).Errors)" | Should -Match 'offered by: mtty\.'
        "$((Invoke-Apart { New-MdevDevice 'mtty*' }).Errors)" | Should -Match 'without wildcards'
    }

    It 'is told as what it looks like when a UUID stands where a name should' {
        "$((Invoke-Apart { Get-MdevAttribute ([guid]::NewGuid()) }).Errors)" | Should -Match '-Uuid'
    }

    It 'is MdevInUse when somebody has the device open, and the device stays' {
        $device = New-MdevDevice mtty-1
        $fd = "$root/proc/4242/fd"
        [void] [IO.Directory]::CreateDirectory($fd)
        [void] [IO.File]::CreateSymbolicLink("$fd/3", $device.VfioPath)
        $result = Invoke-Apart { Remove-MdevDevice $device.Uuid }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevInUse,*'
        $result.Errors.CategoryInfo.Category | Should -Be ResourceBusy
        $result.Errors.TargetObject | Should -Be $device.Uuid
        (Get-MdevDevice).Uuid | Should -Be $device.Uuid
    }

    It 'does not stop the others of the pipeline' {
        $taken = (New-MdevDevice mtty-1).Uuid
        $result = Invoke-Apart { $taken, [guid]::NewGuid() | ForEach-Object { [pscustomobject] @{ Type = 'mtty-1'; Uuid = $_ } } | New-MdevDevice }
        $result.Output | Should -HaveCount 1
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevUuidExists,*'
    }
}

Describe 'A host that cannot be changed' -Tag Simulation -Skip:$isKernel {
    BeforeAll {
        $tree = New-Tree
        New-TreeParent $tree p
        New-TreeType $tree p made-1
        New-TreeDevice $tree p made-1 '11111111-1111-4111-8111-111111111111'
        New-TreeFile "$tree/dev/vfio/7" ''
    }
    AfterAll { Clear-TestHost }

    It 'is listed when it is a plain tree, and New and Remove are MdevNotLive and change nothing' {
        $before = Get-Snapshot $tree
        (Get-MdevParent -Root $tree).Parent | Should -Be p
        (Get-MdevType -Root $tree).Type | Should -Be made-1
        (Get-MdevDevice -Root $tree).Uuid | Should -Be '11111111-1111-4111-8111-111111111111'
        foreach ($command in { New-MdevDevice made-1 -Root $tree }, { Get-MdevDevice -Root $tree | Remove-MdevDevice }) {
            $result = Invoke-Apart $command
            $result.Output | Should -BeNullOrEmpty
            $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevNotLive,*'
            $result.Errors.CategoryInfo.Category | Should -Be InvalidOperation
            "$($result.Errors)" | Should -BeLike "*'$tree/sys/*"
        }
        Get-Snapshot $tree | Should -Be $before
    }

    It 'is empty at once without the bus, says why with -Verbose, and New says MdevNotSupported' {
        $bare = [IO.Directory]::CreateTempSubdirectory('mdevps-bare-').FullName
        $hosts.Add($bare)
        [void] [IO.Directory]::CreateDirectory("$bare/sys")
        foreach ($command in 'Get-MdevParent', 'Get-MdevType', 'Get-MdevDevice') {
            $result = Invoke-Apart { & $command -Root $bare -Verbose }
            $result.Output | Should -BeNullOrEmpty
            $result.Errors | Should -BeNullOrEmpty
            $result.Verbose | Should -Match '/sys/bus/mdev'
        }
        $result = Invoke-Apart { New-MdevDevice mtty-1 -Root $bare }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevNotSupported,*'
        $result.Errors.CategoryInfo.Category | Should -Be NotInstalled
    }
}

Describe 'A broken host' -Tag Simulation -Skip:$isKernel {
    BeforeAll {
        $tree = New-Tree
        New-TreeParent $tree p
        New-TreeType $tree p good
        New-TreeType $tree p no-api @{ device_api = $null }
        New-TreeType $tree p no-number @{ available_instances = 'many' }
        New-TreeType $tree p empty-number @{ available_instances = '' }
        New-TreeType $tree p no-newline @{ name = "Name`r`n"; available_instances = '7' }
        [void] [IO.Directory]::CreateDirectory("$tree/sys/devices/virtual/made/p/mdev_supported_types/unreadable/available_instances")
        New-TreeParent $tree empty
        New-TreeParent $tree without
        [IO.Directory]::Delete("$tree/sys/devices/virtual/made/without/mdev_supported_types")
        [void] [IO.File]::CreateSymbolicLink("$tree/sys/class/mdev_bus/dangling", '../../devices/virtual/made/dangling')
        New-TreeDevice $tree p good '11111111-1111-4111-8111-111111111111'
        New-TreeDevice $tree p good '22222222-2222-4222-8222-222222222222'
        [IO.File]::Delete("$tree/sys/devices/virtual/made/p/22222222-2222-4222-8222-222222222222/mdev_type")
        New-TreeDevice $tree p good 'no-uuid'
        [void] [IO.File]::CreateSymbolicLink("$tree/sys/bus/mdev/devices/33333333-3333-4333-8333-333333333333", '../../../devices/virtual/made/p/gone')
    }
    AfterAll { Clear-TestHost }

    It 'still has its parents' {
        $result = Invoke-Apart { Get-MdevParent -Root $tree }
        $result.Output.Parent | Should -Be empty, p, without
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'MdevBrokenEntry,*'
        $result.Errors.TargetObject | Should -Be "$tree/sys/class/mdev_bus/dangling"
    }

    It 'still has its types, every one' {
        $result = Invoke-Apart { Get-MdevType -Root $tree -Parent p }
        $result.Output.Type | Should -Be empty-number, good, no-api, no-newline, no-number, unreadable
        $result.Output[2].DeviceApi | Should -BeNull
        $result.Output[3].Name | Should -Be Name
        $result.Output.AvailableInstances | Should -Be $null, 4, 4, 7, $null, $null
        $result.Errors | Should -HaveCount 3
        $result.Errors.FullyQualifiedErrorId | ForEach-Object { $_ | Should -BeLike 'MdevAttributeUnreadable,*' }
    }

    It 'still has its devices' {
        $result = Invoke-Apart { Get-MdevDevice -Root $tree }
        $result.Output.Uuid | Should -Be '11111111-1111-4111-8111-111111111111'
        $result.Errors | Should -HaveCount 3
        $result.Errors.FullyQualifiedErrorId | ForEach-Object { $_ | Should -BeLike 'MdevBrokenEntry,*' }
    }

    It 'names the path in every error, in the message and as the target' {
        $result = Invoke-Apart { Get-MdevParent -Root $tree; Get-MdevType -Root $tree; Get-MdevDevice -Root $tree }
        $result.Errors.Count | Should -BeGreaterThan 6
        foreach ($e in $result.Errors) {
            "$e" | Should -BeLike "*'$tree/sys/*"
            $e.TargetObject | Should -BeLike "$tree/sys/*"
            $e.CategoryInfo.Category | Should -Not -Be NotSpecified
        }
    }
}

Describe 'Without rights' -Tag Simulation -Skip:($isKernel -or (id -u) -ne 0) {
    It 'says MdevPermissionDenied and who one is, and lists all the same' {
        $root = New-TestHost mtty
        try {
            $device = New-MdevDevice mtty-1
            chmod 755 $root
            $script = "Import-Module '$manifest'; (Get-MdevType).Type; New-MdevDevice mtty-1; Remove-MdevDevice $($device.Uuid); `$Error | ForEach-Object { `$_.FullyQualifiedErrorId; `$_.CategoryInfo.Category; `"`$_`" }"
            $said = setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp MDEVPS_ROOT=$root pwsh -NoProfile -NonInteractive -Command $script 2>$null
            $said | Should -Contain mtty-1
            $said.Where({ $_ -match '^MdevPermissionDenied,' }) | Should -HaveCount 2
            $said.Where({ $_ -eq 'PermissionDenied' }) | Should -HaveCount 2
            $said.Where({ $_ -match 'EACCES.*Run as root' }) | Should -HaveCount 2
            (Get-MdevDevice).Uuid | Should -Be $device.Uuid
        }
        finally { Clear-TestHost }
    }
}
