#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Objects that were away: in JSON, in a CSV or CLIXML file, in a job. What binds else is tested in PowerShell's engine.

BeforeDiscovery { . "$PSScriptRoot/World.ps1" }

BeforeAll { . "$PSScriptRoot/World.ps1" }

Describe 'Objects that were away' {
    BeforeAll {
        $root = New-TestHost
        $other = (New-MdevSimulation mtty).Root
        $hosts.Add($other)
        $device = New-MdevDevice mtty-2 -Root $other
        $env:MDEVPS_ROOT = $root
    }
    AfterAll { Clear-TestHost }

    It 'bind from JSON' -ForEach @(
        @{ Command = 'Get-MdevParent | ConvertTo-Json | ConvertFrom-Json | Get-MdevParent'; Type = 'MdevParent'; Count = 3 }
        @{ Command = 'Get-MdevParent | ConvertTo-Json | ConvertFrom-Json | Get-MdevType'; Type = 'MdevType'; Count = 8 }
        @{ Command = 'Get-MdevType | ConvertTo-Json | ConvertFrom-Json | Get-MdevType'; Type = 'MdevType'; Count = 8 }
        @{ Command = 'Get-MdevDevice -Root $other | ConvertTo-Json | ConvertFrom-Json | Get-MdevDevice'; Type = 'MdevDevice'; Count = 1 }
        @{ Command = 'Get-MdevDevice -Root $other | ConvertTo-Json | ConvertFrom-Json | Get-MdevParent'; Type = 'MdevParent'; Count = 1 }
        @{ Command = 'Get-MdevPlacement mtty-1 -Count 2 | ConvertTo-Json | ConvertFrom-Json | Get-MdevPlacement'; Type = 'MdevPlacement'; Count = 2 }
        @{ Command = 'Get-MdevPlacement mtty-1 -Count 2 | ConvertTo-Csv | ConvertFrom-Csv | Get-MdevPlacement'; Type = 'MdevPlacement'; Count = 2 }
        @{ Command = '"Type,Count,Placement,NumaNode", "mtty-1,3,Pack," | ConvertFrom-Csv | Get-MdevPlacement'; Type = 'MdevPlacement'; Count = 3 }
    ) {
        $result = Invoke-Apart ([scriptblock]::Create($Command))
        $result.Errors | Should -BeNullOrEmpty
        $result.Output | Should -HaveCount $Count
        $result.Output | ForEach-Object { $_.GetType().Name | Should -Be $Type }
    }

    It 'bind from JSON to New-MdevDevice -WhatIf without an error' {
        $result = Invoke-Apart { Get-MdevType | ConvertTo-Json | ConvertFrom-Json | New-MdevDevice -WhatIf }
        $result.Errors | Should -BeNullOrEmpty
        $result = Invoke-Apart { Get-MdevPlacement mtty-1 -Count 2 | ConvertTo-Json | ConvertFrom-Json | New-MdevDevice -WhatIf }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output | Should -BeNullOrEmpty
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'give a new device the attributes that JSON has' {
        $crypto = (New-MdevSimulation vfio_ap).Root
        $hosts.Add($crypto)
        $json = '{ "Type": "vfio_ap-passthrough", "Attribute": [ { "Name": "assign_adapter", "Value": 5 }, { "Name": "assign_domain", "Value": "4" } ] }'
        $made = $json | ConvertFrom-Json | New-MdevDevice -Root $crypto
        ($made | Get-MdevAttribute matrix).Value | Should -Be '05.0004'
        $made | Remove-MdevDevice
        $pairs = '{ "assign_adapter": 6, "assign_domain": "7" }' | ConvertFrom-Json -AsHashtable
        (New-MdevDevice vfio_ap-passthrough -Root $crypto -Attribute $pairs -WarningAction Ignore | Get-MdevAttribute matrix).Value | Should -Be '06.0007'
    }

    It 'are what a VM gets, from JSON as they were live' {
        $live = Get-MdevDevice -Root $other | ConvertTo-MdevQemuArgument
        $live | Should -HaveCount 2
        Get-MdevDevice -Root $other | ConvertTo-Json | ConvertFrom-Json | ConvertTo-MdevQemuArgument | Should -Be $live
    }

    It 'keep every property in a CLIXML file, and bind' {
        $file = [IO.Path]::GetTempFileName()
        Get-MdevDevice -Root $other | Export-Clixml $file
        $after = Import-Clixml $file
        Remove-Item $file
        foreach ($property in $device.PSObject.Properties) {
            "$($after.($property.Name))" | Should -Be "$($property.Value)" -Because $property.Name
        }
        ($after | Get-MdevDevice).Root | Should -Be $other
    }

    It 'bind from a job' {
        $listed = Start-Job { Import-Module $using:manifest; Get-MdevDevice -Root $using:other } | Receive-Job -Wait -AutoRemoveJob
        ($listed | Get-MdevDevice).Uuid | Should -Be $device.Uuid
        $listed | Remove-MdevDevice -WhatIf
        Get-MdevDevice -Root $other | Should -HaveCount 1
    }
}

Describe 'A CSV file of devices' {
    BeforeAll {
        $root = New-TestHost mtty
        $file = [IO.Path]::GetTempFileName()
    }
    AfterAll {
        Remove-Item $file
        Clear-TestHost
    }

    It 'with one UUID <Fault> removes the others of the file and no other device' -ForEach @(
        @{ Fault = 'mangled'; Uuid = '83b8f4f2-typo' }
        @{ Fault = 'blank'; Uuid = '' }
    ) {
        New-MdevDevice mtty-1 -Count 4 | Out-Null
        $kept = Get-MdevDevice | Select-Object -First 2
        $rows = Get-MdevDevice | Select-Object -Skip 1 | Select-Object Uuid, Type, Parent, Root
        $rows[0].Uuid = $Uuid
        $rows | Export-Csv $file
        $result = Invoke-Apart { Import-Csv $file | Get-MdevDevice | Remove-MdevDevice }
        $result.Errors | Should -HaveCount 1
        (Get-MdevDevice).Uuid | Should -Be $kept.Uuid
        $kept | Remove-MdevDevice
    }
}
