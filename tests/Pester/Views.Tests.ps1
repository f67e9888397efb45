#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# What a person sees.

BeforeDiscovery {
    . "$PSScriptRoot/World.ps1"
    $listings = 'Get-MdevParent', 'Get-MdevType', 'Get-MdevDevice' | ForEach-Object { @{ Command = $_ } }
}

BeforeAll {
    . "$PSScriptRoot/World.ps1"

    function Get-Line([object[]] $Item, [int] $Width = 100) { ($Item | Out-String -Width $Width) -split '\r?\n' | Where-Object { $_ } }
}

Describe 'The table of <Command>' -ForEach $listings -Tag Simulation -Skip:$isKernel {
    BeforeAll {
        $root = New-TestHost mtty, mdpy, mbochs
        New-MdevDevice mtty-2 -Count 2 | Out-Null
        New-MdevDevice mdpy-hd | Out-Null
        $fleet = (New-MdevSimulation fleet -ParentCount 3 -FunctionCount 3 -TypeCount 20 -DeviceCount 3).Root
        $hosts.Add($fleet)
        $items = @(& $Command) + @(& $Command -Root $fleet)
    }
    AfterAll { Clear-TestHost }

    It 'has one header and one line an object, of at most 100 columns' {
        $lines = Get-Line $items
        $lines | Should -HaveCount ($items.Count + 2)
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 100
    }

    It 'stays one table when it is sorted' {
        Get-Line ($items | Sort-Object Parent -Descending) | Should -HaveCount ($items.Count + 2)
        Get-Line ($items | Sort-Object Type, Uuid) | Should -HaveCount ($items.Count + 2)
    }

    It 'looks the same when the objects come from another session' {
        $file = Join-Path $TestDrive items.xml
        $items | Export-Clixml $file
        Get-Line (Import-Clixml $file) | Should -Be (Get-Line $items)
    }

    It 'shows the keys' {
        $header = (Get-Line $items)[0] -split '\s+'
        $key = @{ 'Get-MdevParent' = 'Parent'; 'Get-MdevType' = 'Type'; 'Get-MdevDevice' = 'Uuid' }[$Command]
        $header[0] | Should -Be $key
        $header | Should -Contain Parent
    }

    It 'keeps what counts in 80 columns' {
        $header = (Get-Line $items 80)[0] -split '\s+'
        $header | Should -Contain Parent
        $header | Should -Contain @{ 'Get-MdevParent' = 'Devices'; 'Get-MdevType' = 'Available'; 'Get-MdevDevice' = 'State' }[$Command]
    }

    It 'cuts nothing off a usual name' {
        $text = Get-Line $items
        foreach ($item in $items) {
            $key = $item.Uuid ?? $item.Type ?? $item.Parent
            @($text -match [regex]::Escape("$key")).Count | Should -BeGreaterThan 0 -Because "$key is there in full"
        }
    }
}

Describe 'A list of <Command>' -ForEach $listings -Tag Simulation -Skip:$isKernel {
    BeforeAll {
        $root = New-TestHost mtty
        New-MdevDevice mtty-1 | Out-Null
    }
    AfterAll { Clear-TestHost }

    It 'shows every property, once' {
        $item = & $Command | Select-Object -First 1
        $labels = Get-Line ($item | Format-List) 400 | ForEach-Object { ($_ -split '\s*:', 2)[0].Trim() } | Where-Object { $_ }
        $labels | Sort-Object | Should -Be ($item.PSObject.Properties.Name | Sort-Object)
    }

    It 'looks the same when the object comes from another session' {
        $item = & $Command | Select-Object -First 1
        $other = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($item))
        Get-Line ($other | Format-List) 400 | Should -Be (Get-Line ($item | Format-List) 400)
    }
}

Describe 'A value with control characters' -Tag Simulation -Skip:$isKernel {
    AfterAll { Clear-TestHost }

    It 'is shown harmlessly and kept as it is' {
        $tree = New-Tree
        New-TreeParent $tree p
        New-TreeType $tree p made-1 @{ name = "red `e[31m`a"; device_api = "vfio`u{202e}pci"; description = "one`ntwo`e]0;title`a" }
        $type = Get-MdevType -Root $tree
        $type.Name | Should -Be "red `e[31m`a"
        $shown = (Get-Line $type) + (Get-Line ($type | Format-List)) + (Get-Line ($type | Select-Object *)) -join ''
        (Get-Line $type) + (Get-Line ($type | Format-List)) -join '' | Should -Not -Match '\p{Cc}|\u202e'
        (Get-Line $type) -join '' | Should -Match ([regex]::Escape('red \x1b[31m\x07'))
        $shown | Should -Not -BeNullOrEmpty
    }

    It 'reaches no error message either' {
        $tree = New-Tree
        New-TreeParent $tree "p`e[31m"
        New-TreeType $tree "p`e[31m" made-1 @{ available_instances = "`e[31mmany" }
        $result = Invoke-Apart { Get-MdevType -Root $tree; New-MdevDevice "t`e[31m" -Root $tree; Get-MdevParent "q`e[31m" -Root $tree }
        $result.Errors.Count | Should -BeGreaterOrEqual 3
        $result.Errors | ForEach-Object { "$_" | Should -Not -Match '\p{Cc}' }
    }
}

Describe 'Text of an object' -Tag Simulation -Skip:$isKernel {
    AfterAll { Clear-TestHost }

    It 'is its key' {
        $root = New-TestHost mtty
        $device = New-MdevDevice mtty-1
        "$(Get-MdevParent)" | Should -Be mtty
        "$(Get-MdevType mtty-1)" | Should -Be mtty-1
        "$device" | Should -Be $device.Uuid
        "$($env:MDEVPS_ROOT)" | Should -Be $root
    }
}
