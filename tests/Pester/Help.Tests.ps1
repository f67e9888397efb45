#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    $repository = Convert-Path "$PSScriptRoot/../.."
    Import-Module (Convert-Path "$repository/out/MdevPS/*/MdevPS.psd1" | Select-Object -Last 1)
    $commands = Get-Command -Module MdevPS | ForEach-Object { @{ Command = $_.Name } }
    $errors = [enum]::GetNames([Mdev.Errors.MdevError]) | ForEach-Object { @{ Id = "Mdev$_"; Value = $_ } }
    $withoutPlatyPS = -not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)
    if ($withoutPlatyPS) { Write-Warning 'SKIPPED: whether en-US is what docs gives, because there is no module Microsoft.PowerShell.PlatyPS.' }
    # Where PowerShell is emulated along with the whole machine, this would take the better part of an hour to say the same.
    $onKernel = $env:MDEVPS_WORLD -eq 'kernel'
    if ($onKernel) { Write-Warning 'SKIPPED: the help, because it is the same on every kernel and its examples run on simulated hosts.' }

    # The examples as the pages have them, with what they say comes out.
    $examples = foreach ($page in Get-Item "$repository/docs/MdevPS/*-*.md") {
        [regex]::Matches((Get-Content $page -Raw), '(?ms)^### Example (?<number>\d+): .*?(?=^##)') | ForEach-Object {
            $output = [regex]::Match($_.Value, '(?ms)^```output\n(.*?)^```').Groups[1].Value
            @{ Command = $page.BaseName; Number = [int] $_.Groups['number'].Value; Output = $output }
        }
    }
}

BeforeAll {
    $repository = Convert-Path "$PSScriptRoot/../.."
    $manifest = Convert-Path "$repository/out/MdevPS/*/MdevPS.psd1" | Select-Object -Last 1
    Import-Module $manifest

    # What is there before an example is run, beyond the simulated host that New-MdevSimulation makes by itself.
    $twoDevices = {
        New-MdevDevice mtty-2 -Uuid 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001
        New-MdevDevice mdpy-hd -Uuid 5c9a6b1e-2f6d-4a0f-9d4f-7c1f0a2b3c4d
    }
    $oneInUse = {
        [Mdev.Simulation.SimulatedHost]::StartProcess($env:MDEVPS_ROOT, 'kvm', ('/usr/bin/kvm', '-name', 'guest=web01'), '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001')
    }
    $thirdInUse = {
        New-MdevDevice mtty-2 -Uuid 9d0c7a1e-5b7f-4a43-8e5d-0c1b2a3f4e5d
        [Mdev.Simulation.SimulatedHost]::StartProcess($env:MDEVPS_ROOT, 'kvm', ('/usr/bin/kvm', '-name', 'guest=web01'), '9d0c7a1e-5b7f-4a43-8e5d-0c1b2a3f4e5d')
    }
    $twoDefined = {
        New-MdevDefinition mtty-2 -Uuid 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001 -Attribute @{ 'vendor/a' = 1 } -AutoStart
        New-MdevDefinition mdpy-hd -Uuid 5c9a6b1e-2f6d-4a0f-9d4f-7c1f0a2b3c4d
    }
    $oneStarted = { New-MdevDevice mtty-2 -Uuid 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001 }
    $bothMissing = {
        New-MdevDefinition mtty-2 -Uuid 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001
        New-MdevDefinition mdpy-hd -Uuid 5c9a6b1e-2f6d-4a0f-9d4f-7c1f0a2b3c4d -AutoStart
    }
    $noneThere = { New-MdevDefinition nvidia-63 -Parent 0000:3b:00.0 -Uuid 6f1d3a6c-7e21-4a57-8f0b-3f0a5a520d57 -WarningAction Ignore }
    $a2 = { New-MdevSimulation nvidia-a2 -Use }
    $t4 = { New-MdevSimulation nvidia-t4 -GpuCount 1 -Use }
    $ap = { New-MdevSimulation vfio_ap -Use }
    $crypto = { New-MdevDevice vfio_ap-passthrough -Attribute ([ordered]@{ assign_adapter = 5; assign_domain = '4', '0xab' }) }
    $preparations = @{
        'Get-MdevParent 3'    = { New-MdevDevice mtty-1 -Count 2 }
        'Get-MdevDevice'      = $twoDevices
        'Get-MdevDevice 5'    = "$twoDevices; $oneInUse"
        'Get-MdevDevice 6'    = "$twoDevices; $oneInUse"
        'Remove-MdevDevice'   = $twoDevices
        'Remove-MdevDevice 4' = "$twoDevices; $thirdInUse"
        'Remove-MdevDevice 5' = "$twoDevices; $thirdInUse"
        'Get-MdevVfioInfo'    = $twoDevices
        'Get-MdevDefinition'      = "$twoDefined; $oneStarted"
        'New-MdevDefinition 1'    = $twoDevices
        'New-MdevDefinition 4'    = $ap
        'Set-MdevDefinition'      = $twoDefined
        'Remove-MdevDefinition'   = $twoDefined
        'Restore-MdevDevice'      = $bothMissing
        'Remove-MdevDefinition 2' = "$twoDefined; $noneThere"
        'Remove-MdevDefinition 3' = "$twoDefined; $oneStarted; $noneThere"
        'New-MdevDevice 5'    = $a2
        'New-MdevDevice 6'    = $twoDevices
        'Get-MdevCapacity'    = "$a2; New-MdevDevice nvidia-747 -Parent 0000:01:00.4"
        'Get-MdevPlacement'   = $a2
        'Get-MdevPlacement 1' = "$a2; New-MdevDevice nvidia-747 -Parent 0000:01:00.4"
        'New-MdevDevice 7'    = $ap
        'Get-MdevAttribute 1' = $twoDevices
        'Get-MdevAttribute 2' = "$t4; New-MdevDevice nvidia-231 -Attribute @{ 'nvidia/vgpu_params' = 'frame_rate_limiter=0' }"
        'Get-MdevAttribute 3' = "$ap; $crypto"
        'Set-MdevAttribute 1' = $t4
        'Set-MdevAttribute'   = "$ap; $crypto"
        'ConvertTo-MdevQemuArgument'   = $twoDevices
        'ConvertTo-MdevQemuArgument 2' = "$a2; New-MdevDevice nvidia-746 -Count 2"
        'ConvertTo-MdevQemuArgument 4' = $ap
        'ConvertTo-MdevLibvirtXml'     = $twoDevices
    }

    function Get-Example([string] $Command) {
        $number = 0
        foreach ($example in (Get-Help $Command).examples.example) {
            $number++
            $name = "$Command $number"
            @{ Name = $name; Code = $example.code; Preparation = "$($preparations[$name] ?? $preparations[$Command])" }
        }
    }

    # One PowerShell runs them all; in a virtual machine a start takes half a minute. A simulated host has no place in TestDrive: Pester goes
    # through that again and again, and round and round in the links of a sysfs.
    $results = @{}
    $temporary = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "examples-$([guid]::NewGuid())")).FullName
    $all = Get-Command -Module MdevPS | ForEach-Object { Get-Example $_.Name }
    ConvertTo-Json @($all) | Set-Content "$TestDrive/examples.json"
    $outer = $env:TMPDIR
    try {
        $env:TMPDIR = $temporary
        $output = pwsh -NoProfile -NonInteractive -File "$PSScriptRoot/Invoke-Example.ps1" $manifest "$TestDrive/examples.json" 2>&1 | Out-String
    }
    finally {
        $env:TMPDIR = $outer
        [IO.Directory]::Delete($temporary, $true)
    }
    [regex]::Matches($output, '(?ms)^=== (?<name>\S+ \d+)\n(?<text>.*?)(?=^===|\z)') | ForEach-Object {
        $results[$_.Groups['name'].Value] = $_.Groups['text'].Value
    }

    # Two outputs are alike when they say the same of other UUIDs, of another root, in columns of another width.
    function Get-Essence([string] $Text) {
        $Text -replace '\s' -replace "(/tmp|$([regex]::Escape($temporary)))/mdevps-\w{6}/?", '/' -replace
            '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'UUID' -replace '-{3,}', '---'
    }
    function Get-SortedEssence([string] $Text) { $Text -split '\n' | ForEach-Object { Get-Essence $_ } | Where-Object { $_ } | Sort-Object }

    $errorTopic = Get-Content "$repository/en-US/about_MdevPS_Errors.help.txt" -Raw
    $errorFactory = [MdevPS.Binding.MdevCommand].Assembly.GetType('MdevPS.Errors.MdevErrorRecord').GetMethod('Of')
}

Describe 'The help of <Command>' -ForEach $commands -Skip:$onKernel {
    BeforeAll {
        $help = Get-Help $Command -Full
        $text = $help | Out-String -Width 200
    }

    It 'has every part' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match '\[-' -Because 'that is the syntax, which PowerShell shows when there is no help'
        $help.description.Text | Should -Not -BeNullOrEmpty
        $help.inputTypes.inputType.description.Text | Should -Not -BeNullOrEmpty
        $help.returnValues.returnValue.description.Text | Should -Not -BeNullOrEmpty
        $help.alertSet.alert.Text | Should -Not -BeNullOrEmpty
        $help.relatedLinks.navigationLink.linkText | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
    }

    It 'describes every parameter, and no other' {
        $common = [Management.Automation.Cmdlet]::CommonParameters
        $there = (Get-Command $Command).Parameters.Keys.Where({ $_ -notin $common }) | Sort-Object
        $described = $help.parameters.parameter.Where({ $_.description.Text }).name | Sort-Object
        $described | Should -Be $there
    }

    It 'says of every parameter whether it is required, its default, and what may be piped' {
        foreach ($parameter in $help.parameters.parameter) {
            $attribute = (Get-Command $Command).Parameters[$parameter.name].Attributes.Where({ $_ -is [Parameter] })[0]
            $inEverySet = (Get-Command $Command).ParameterSets.Where({ $_.Parameters.Where({ $_.Name -eq $parameter.name -and $_.IsMandatory }) }).Count -eq
                (Get-Command $Command).ParameterSets.Count
            if (-not $inEverySet) { $parameter.defaultValue | Should -Not -BeNullOrEmpty -Because "-$($parameter.name) may be left out" }
            $parameter.required | Should -Be "$($attribute.Mandatory)"
            $parameter.pipelineInput -match 'ByValue' | Should -Be $attribute.ValueFromPipeline -Because "-$($parameter.name)"
            $parameter.pipelineInput -match 'ByPropertyName' | Should -Be $attribute.ValueFromPipelineByPropertyName -Because "-$($parameter.name)"
        }
    }

    It 'is plain text without gaps' {
        $text | Should -Not -Match '\{\{|\}\}|```|\]\(|\p{Cc}(?<![\r\n\t])'
        # A backtick may be PowerShell's, in code.
        $text -replace '(?s)--------- Example.*RELATED LINKS' | Should -Not -Match '`'
    }

    It 'fits 80 columns' {
        # Where a line is too long, Get-Help breaks it wherever it may be. The syntax and the common parameters are PowerShell's own.
        $lines = { param($width) (($help | Out-String -Width $width) -replace '(?s)\nSYNTAX.*?\nDESCRIPTION' -split '\n').TrimEnd() }
        $narrow = & $lines 80
        (& $lines 200).Where({ $_ -notin $narrow -and $_ -notmatch 'about_CommonParameters' }) | Should -BeNullOrEmpty
    }

    It 'points to what is there' {
        foreach ($name in $help.relatedLinks.navigationLink.Where({ -not $_.uri }).linkText) {
            Get-Help $name | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'Example <Number> of <Command>' -ForEach $examples -Skip:$onKernel {
    It 'is what Get-Help shows and gives what it says' {
        $results.Keys | Should -Contain "$Command $Number"
        $actual = $results["$Command $Number"]
        # Lines may be broken elsewhere; and where they are not, devices are listed in any order.
        if ((Get-Essence $actual) -cne (Get-Essence $Output)) {
            Get-SortedEssence $actual | Should -BeExactly (Get-SortedEssence $Output) -Because "what came out is`n$actual"
        }
    }
}

Describe 'The help files' -Skip:$onKernel {
    It 'are what docs gives' -Skip:$withoutPlatyPS {
        Copy-Item "$repository/docs/MdevPS" "$TestDrive/pages" -Recurse
        Copy-Item "$repository/en-US" "$TestDrive/en-US" -Recurse
        pwsh -NoProfile -NonInteractive -File "$repository/docs/update-help.ps1" -Manifest $manifest -PageFolder "$TestDrive/pages" -HelpFolder "$TestDrive/en-US"
        $LASTEXITCODE | Should -Be 0
        foreach ($pair in @("$repository/docs/MdevPS", "$TestDrive/pages"), @("$repository/en-US", "$TestDrive/en-US")) {
            (Get-ChildItem $pair[1]).Name | Should -Be (Get-ChildItem $pair[0]).Name
            foreach ($file in Get-ChildItem $pair[0]) {
                Get-Content (Join-Path $pair[1] $file.Name) -Raw | Should -BeExactly (Get-Content $file -Raw) -Because "./build.sh docs would change $($file.Name)"
            }
        }
    }

    It 'have a page for every command and no other' {
        (Get-Item "$repository/docs/MdevPS/*-*.md").BaseName | Sort-Object | Should -Be ((Get-Command -Module MdevPS).Name | Sort-Object)
    }

    It 'are in the module' {
        foreach ($file in Get-ChildItem "$repository/en-US") {
            Get-Content (Join-Path (Split-Path $manifest) "en-US/$($file.Name)") -Raw | Should -BeExactly (Get-Content $file -Raw)
        }
    }
}

Describe '<_>' -ForEach 'about_MdevPS', 'about_MdevPS_Definitions', 'about_MdevPS_Dsc', 'about_MdevPS_Simulation', 'about_MdevPS_Errors' -Skip:$onKernel {
    It 'is found by Get-Help and fits 80 columns' {
        $text = Get-Help $_ | Out-String -Width 200
        $text | Should -Match "TOPIC\s+$_\s"
        $text -split '\n' | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual 79 }
    }

    It 'names only commands that there are' {
        [regex]::Matches((Get-Help $_ | Out-String -Width 200), '\b\w+-Mdev\w+').Value | Sort-Object -Unique | ForEach-Object {
            Get-Command $_ -Module MdevPS -ErrorAction Ignore | Should -Not -BeNullOrEmpty -Because $_
        }
    }
}

Describe 'The error <Id>' -ForEach $errors -Skip:$onKernel {
    It 'is in about_MdevPS_Errors as it is told' {
        $record = $errorFactory.Invoke($null, @([Mdev.Errors.MdevException]::new([Mdev.Errors.MdevError] $Value, '.', [NullString]::Value, [Exception] $null), $null))
        $record.FullyQualifiedErrorId | Should -Be $Id
        $errorTopic -match "(?ms)^    $Id\n        Category:  (?<category>\w+)\n        Cause: +(?<cause>.*?)\n        Next step: (?<next>.*?)\n(\n|\z)" | Should -BeTrue
        $Matches.category | Should -Be $record.CategoryInfo.Category
        $Matches.cause | Should -Not -BeNullOrEmpty
        # The one next step that depends on who asks names the user.
        $told = $record.ErrorDetails.Message -replace '^\. ' -replace ' \(you are [^)]*\)'
        $Matches.next -replace '\s+', ' ' | Should -BeExactly $told
    }
}

Describe 'about_MdevPS_Errors' -Skip:$onKernel {
    It 'has no error that there is not' {
        $topics = [regex]::Matches($errorTopic, '(?m)^    (Mdev\w+)$').ForEach({ $_.Groups[1].Value })
        $topics | Should -Be ([enum]::GetNames([Mdev.Errors.MdevError]) | ForEach-Object { "Mdev$_" } | Sort-Object)
    }
}
