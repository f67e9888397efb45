#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Definitions on their way through what only a whole PowerShell has: JSON, CLIXML and CSV, as deep as these go by themselves.

BeforeDiscovery { . "$PSScriptRoot/World.ps1" }

BeforeAll { . "$PSScriptRoot/World.ps1" }

Describe 'Definitions' -Skip:($env:MDEVPS_WORLD -eq 'kernel') {
    BeforeAll {
        $root = (New-MdevSimulation vfio_ap, mtty).Root
        $other = (New-MdevSimulation vfio_ap, mtty).Root
        $hosts.Add($root)
        $hosts.Add($other)
        $env:MDEVPS_ROOT = $root
        New-MdevDefinition vfio_ap-passthrough -Attribute @{ assign_adapter = 5, 6 }, @{ assign_domain = 71 } -AutoStart
        New-MdevDefinition mtty-2
        New-MdevDefinition mtty-1
        function Get-Content-Of($Root) { Get-ChildItem "$Root/etc/mdevctl.d" -File -Recurse | Sort-Object Name | ForEach-Object { $_.Name; Get-Content $_ -Raw } }
        $expected = Get-Content-Of $root
    }
    AfterEach { Get-MdevDefinition -Root $other | Remove-MdevDefinition }
    AfterAll { Clear-TestHost }

    It 'go through JSON to another host' {
        Get-MdevDefinition | ConvertTo-Json -WarningAction Ignore | ConvertFrom-Json | New-MdevDefinition -Root $other
        Get-Content-Of $other | Should -Be $expected
    }

    It 'go through JSON one by one' {
        Get-MdevDefinition | ForEach-Object { $_ | ConvertTo-Json -Compress } | ConvertFrom-Json | New-MdevDefinition -Root $other
        Get-Content-Of $other | Should -Be $expected
    }

    It 'go through CLIXML' {
        Get-MdevDefinition | Export-Clixml "$TestDrive/set.xml"
        Import-Clixml "$TestDrive/set.xml" | New-MdevDefinition -Root $other
        Get-Content-Of $other | Should -Be $expected
    }

    It 'are refused where CSV has lost their attributes' {
        Get-MdevDefinition | Export-Csv "$TestDrive/set.csv"
        Import-Csv "$TestDrive/set.csv" | New-MdevDefinition -Root $other -ErrorAction SilentlyContinue -ErrorVariable refused
        $refused.Count | Should -Be 3
        Get-MdevDefinition -Root $other | Should -BeNullOrEmpty
    }

    It 'are started from JSON, and devices bring their attributes along' {
        Get-MdevDefinition | ConvertTo-Json -WarningAction Ignore | ConvertFrom-Json | New-MdevDevice -Root $other | Should -HaveCount 3
        $matrix = (Get-MdevAttribute matrix -Uuid (Get-MdevDevice -Type vfio* -Root $other).Uuid -Root $other).Value
        $matrix | Should -Be "05.0047`n06.0047"
        $again = Get-MdevDevice -IncludeAttribute -Root $other | ConvertTo-Json -WarningAction Ignore
        Get-MdevDevice -Root $other | Remove-MdevDevice
        $again | ConvertFrom-Json | New-MdevDevice | Should -HaveCount 3
        (Get-MdevAttribute matrix -Uuid (Get-MdevDevice -Type vfio* -Root $other).Uuid -Root $other).Value | Should -Be $matrix
    }
}
