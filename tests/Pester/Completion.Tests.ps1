#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# What Tab gives: names, narrowed by what is typed, quoted so that they are read back to the letter, with tooltips that tell them apart.

BeforeDiscovery {
    . "$PSScriptRoot/World.ps1"
    $hostile = "p [x]*", 'weird-[1]*?', "it's", 'say "hi" `now`', '$(reboot)', 'a b; c', 'ünïcode', "curly ‘quotes’ ‚here‛", "escape`e[31m", "two`nlines", '-Force', '#comment', '@splat', 'a,b', '1', '{x}', ' ' |
        ForEach-Object { @{ Name = $_ } }
}

BeforeAll {
    . "$PSScriptRoot/World.ps1"

    function Complete([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches }
}

Describe 'Completion' -Tag Simulation -Skip:$isKernel {
    BeforeAll {
        $root = New-TestHost
        $device = New-MdevDevice mtty-2 -Uuid 12345678-1234-4234-8234-123456789abc
    }
    AfterAll { Clear-TestHost }

    It 'gives <Expected> for "<Line>"' -ForEach @(
        @{ Line = 'Get-MdevParent '; Expected = 'mbochs', 'mdpy', 'mtty' }
        @{ Line = 'Get-MdevParent mt'; Expected = 'mtty' }
        @{ Line = "Get-MdevParent 'mt"; Expected = 'mtty' }
        @{ Line = 'Get-MdevParent MT'; Expected = 'mtty' }
        @{ Line = 'Get-MdevType mtty'; Expected = 'mtty-1', 'mtty-2' }
        @{ Line = 'Get-MdevType -Parent mdpy -Type '; Expected = 'mdpy-hd', 'mdpy-vga', 'mdpy-xga' }
        @{ Line = 'Get-MdevType -Parent m?py, mtty -Type '; Expected = 'mdpy-hd', 'mdpy-vga', 'mdpy-xga', 'mtty-1', 'mtty-2' }
        @{ Line = 'Get-MdevType -Type mtty-1 -Parent '; Expected = 'mtty' }
        @{ Line = 'Get-MdevType -Parent mtty -Name '; Expected = "'Single port serial'", "'Dual port serial'" }
        @{ Line = 'New-MdevDevice mbochs-l'; Expected = 'mbochs-large' }
        @{ Line = 'New-MdevDevice mtty-1 -Parent '; Expected = 'mtty' }
        @{ Line = 'New-MdevDevice mtty-1 '; Expected = 'mtty' }
        @{ Line = 'Get-MdevDevice -Type mtty-'; Expected = 'mtty-1', 'mtty-2' }
        @{ Line = 'Get-MdevDevice -Parent '; Expected = 'mbochs', 'mdpy', 'mtty' }
        @{ Line = 'Get-MdevDevice '; Expected = '12345678-1234-4234-8234-123456789abc' }
        @{ Line = 'Remove-MdevDevice 1234'; Expected = '12345678-1234-4234-8234-123456789abc' }
        @{ Line = 'Get-MdevDevice -Type mtty-2 -Uuid '; Expected = '12345678-1234-4234-8234-123456789abc' }
    ) {
        (Complete $Line).CompletionText | Should -Be $Expected
    }

    It 'gives none of ours for "<Line>"' -ForEach @(
        @{ Line = 'Get-MdevDevice -Type mtty-1 -Uuid ' }
        @{ Line = 'Get-MdevDevice -Parent mdpy -Uuid ' }
        @{ Line = 'Get-MdevType -Root /nosuch -Type ' }
        @{ Line = 'Remove-MdevDevice 9999' }
    ) {
        Complete $Line | Where-Object { $_.CompletionText -match '^(m|1234)' -and $_.ResultType -eq 'ParameterValue' } | Should -BeNullOrEmpty
    }

    It 'looks at the host of -Root' {
        $other = (New-MdevSimulation mdpy).Root
        $hosts.Add($other)
        (Complete "Get-MdevParent -Root $other -Parent ").CompletionText | Should -Be mdpy
        (Complete "Get-MdevType -Root '$other' -Type mdpy-v").CompletionText | Should -Be mdpy-vga
    }

    It 'takes a relative root from PowerShell''s location' {
        $place = [Environment]::CurrentDirectory
        Push-Location (Split-Path $root)
        try {
            (Complete "Get-MdevParent -Root $(Split-Path $root -Leaf) -Parent mt").CompletionText | Should -Be mtty
            (Complete "Get-MdevParent -Root ./$(Split-Path $root -Leaf) -Parent mt").CompletionText | Should -Be mtty
        }
        finally { Pop-Location }
        [Environment]::CurrentDirectory | Should -Be $place
    }

    It 'tells the choices apart in tooltips' {
        (Complete 'Get-MdevType mtty').ToolTip | Should -Match '^(Single|Dual) port serial: \d+ left'
        (Complete 'Get-MdevType mtty').ToolTip | Select-Object -Unique | Should -HaveCount 2
        (Complete 'Get-MdevParent mtty').ToolTip | Should -Match '1 device'
        (Complete 'Remove-MdevDevice ').ToolTip | Should -Match 'mtty-2 on mtty'
        # Virtual functions of one GPU say of each other's room that it is theirs.
        $gpu = (New-MdevSimulation nvidia-a2 -GpuCount 1).Root
        $hosts.Add($gpu)
        (Complete "Get-MdevType -Root $gpu -Type nvidia-748").ToolTip | Should -Be 'NVIDIA A2-16Q: room on 16 of 16 parents'
    }

    It 'completes the drivers of a simulation' {
        (Complete 'New-MdevSimulation m').CompletionText | Should -Be mtty, mdpy, mbochs
    }

    It 'says nothing and breaks nothing on a host that is broken' {
        $tree = New-Tree
        New-TreeParent $tree p
        New-TreeType $tree p made-1 @{ available_instances = 'many' }
        [void] [IO.File]::CreateSymbolicLink("$tree/sys/class/mdev_bus/dangling", '../../nowhere')
        $Error.Clear()
        (Complete "Get-MdevType -Root $tree -Type ").CompletionText | Should -Be made-1
        $Error | Should -BeNullOrEmpty
    }
}

Describe 'The name «<Name>»' -ForEach $hostile -Tag Simulation -Skip:$isKernel {
    BeforeAll {
        $tree = New-Tree
        New-TreeParent $tree $Name
        New-TreeType $tree $Name $Name @{ name = "name`e]0;title`a" ; description = 'd' * 100kb }
        New-TreeParent $tree 'px'
        New-TreeType $tree 'px' 'weird-1'
    }
    AfterAll { Clear-TestHost }

    It 'is listed to the letter' {
        (Get-MdevParent -Root $tree).Parent | Should -Contain $Name
        (Get-MdevType -Root $tree).Type | Should -Contain $Name
    }

    It 'is found by itself, and so are its types' {
        $found = @(Get-MdevParent -Root $tree $Name -ErrorAction Stop)
        $found | Should -HaveCount 1
        $found[0].Parent | Should -BeExactly $Name
        (Get-MdevType -Root $tree $Name -ErrorAction Stop).Type | Should -BeExactly $Name
        (Get-MdevParent -Root $tree $Name | Get-MdevType -ErrorAction Stop).Type | Should -BeExactly $Name
        (Get-MdevType -Root $tree | Where-Object Type -EQ $Name | Get-MdevType -ErrorAction Stop).Type | Should -BeExactly $Name
    }

    It 'is found by its escaped form' {
        $escaped = [Management.Automation.WildcardPattern]::Escape($Name)
        (Get-MdevType -Root $tree $escaped -ErrorAction Stop).Type | Should -BeExactly $Name
    }

    It 'is completed so that PowerShell reads it back to the letter and runs nothing in it' {
        $completed = (Complete "Get-MdevType -Root $tree -Type ").Where({ $_.ListItemText -eq [Mdev.Printable]::Text($Name) })
        $completed | Should -HaveCount 1
        $problems = $null
        $command = [Management.Automation.Language.Parser]::ParseInput("x $($completed[0].CompletionText)", [ref] $null, [ref] $problems).EndBlock.Statements[0].PipelineElements[0]
        $problems | Should -BeNullOrEmpty
        $command.CommandElements | Should -HaveCount 2
        $command.FindAll({ $args[0] -is [Management.Automation.Language.SubExpressionAst] -or $args[0] -is [Management.Automation.Language.VariableExpressionAst] }, $true) | Should -BeNullOrEmpty
        (Invoke-Expression "Write-Output $($completed[0].CompletionText)") | Should -BeExactly $Name
    }

    It 'is printed without touching the terminal' {
        $text = Get-MdevType -Root $tree | Format-Table | Out-String -Width 100
        $text += Get-MdevType -Root $tree | Format-List | Out-String -Width 100
        $text += Get-MdevParent -Root $tree | Out-String -Width 100
        $text -replace '[\r\n]' | Should -Not -Match '\p{Cc}'
        ($text -split '\n' | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 100
        (Complete "Get-MdevType -Root $tree -Type ").ListItemText + (Complete "Get-MdevType -Root $tree -Type ").ToolTip -join '' | Should -Not -Match '\p{Cc}'
    }
}
