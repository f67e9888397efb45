#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Lists of objects, which Format-List makes.

BeforeDiscovery {
    . "$PSScriptRoot/World.ps1"
    $listings = 'Get-MdevParent', 'Get-MdevType', 'Get-MdevDevice' | ForEach-Object { @{ Command = $_ } }
}

BeforeAll {
    . "$PSScriptRoot/World.ps1"

    function Get-Line([object[]] $Item, [int] $Width = 100) { ($Item | Out-String -Width $Width) -split '\r?\n' | Where-Object { $_ } }
}

Describe 'A list of <Command>' -ForEach $listings {
    BeforeAll {
        $root = New-TestHost mtty
        New-MdevDevice mtty-1 | Out-Null
    }
    AfterAll { Clear-TestHost }

    It 'shows every property, once' {
        $item = & $Command | Select-Object -First 1
        $labels = Get-Line ($item | Format-List) 400 | ForEach-Object { ($_ -split '\s*:', 2)[0].Trim() } | Where-Object { $_ }
        $labels | Sort-Object | Should -Be ($item.PSObject.Properties | Where-Object MemberType -ne AliasProperty | ForEach-Object Name | Sort-Object)
    }

    It 'looks the same when the object comes from another session' {
        $item = & $Command | Select-Object -First 1
        $other = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($item))
        Get-Line ($other | Format-List) 400 | Should -Be (Get-Line ($item | Format-List) 400)
    }
}

Describe 'A value with control characters' {
    AfterAll { Clear-TestHost }

    It 'is shown harmlessly in a list' {
        $tree = New-Tree
        New-TreeParent $tree p
        New-TreeType $tree p made-1 @{ name = "red `e[31m`a"; device_api = "vfio`u{202e}pci"; description = "one`ntwo`e]0;title`a" }
        (Get-Line (Get-MdevType -Root $tree | Format-List)) -join '' | Should -Not -Match '\p{Cc}|\u202e'
    }
}
