#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# What the module says of itself: manifest, cmdlets, parameters, outputs and views agree with one another.

BeforeDiscovery {
    . "$PSScriptRoot/World.ps1"
    $commands = Get-Command -Module MdevPS | ForEach-Object { @{ Command = $_ } }
    $outputs = Get-Command -Module MdevPS | ForEach-Object { $_.OutputType.Type } | Where-Object { $_ -and $_ -notin [void], [string] } | Select-Object -Unique |
        ForEach-Object { @{ Type = $_ } }
    $keys = @{ Parameter = 'Parent' }, @{ Parameter = 'Type' }, @{ Parameter = 'Uuid' }, @{ Parameter = 'Root' }
}

BeforeAll { . "$PSScriptRoot/World.ps1" }

Describe 'The manifest' -Skip:$isKernel {
    BeforeAll {
        $data = Import-PowerShellDataFile $manifest
        $inLibrary = [MdevPS.LinuxOnly].Assembly.GetTypes() | ForEach-Object { [reflection.customattributeextensions]::GetCustomAttributes($_, [Management.Automation.CmdletAttribute], $false) } |
            ForEach-Object { "$($_.VerbName)-$($_.NounName)" } | Sort-Object
    }

    It 'is valid' { Test-ModuleManifest $manifest -ErrorAction Stop -WarningAction Stop | Should -Not -BeNullOrEmpty }

    It 'exports the cmdlets in the library, and nothing else' {
        $data.CmdletsToExport | Sort-Object | Should -Be $inLibrary
        (Get-Command -Module MdevPS).Name | Sort-Object | Should -Be $inLibrary
        foreach ($list in 'FunctionsToExport', 'AliasesToExport', 'VariablesToExport') { $data.$list.Count | Should -Be 0 -Because $list }
    }

    It 'has what a gallery asks for' {
        $data.Author, $data.Description, $data.Copyright, $data.CompanyName | ForEach-Object { $_ | Should -Not -BeNullOrEmpty }
        $data.PrivateData.PSData.Tags | Should -Contain Linux
        $data.PrivateData.PSData.Tags | Should -Contain PSEdition_Core
        $data.PrivateData.PSData.Tags | ForEach-Object { $_ | Should -Not -Match '\s' }
        $data.CompatiblePSEditions | Should -Be Core
        $data.PowerShellVersion | Should -Be 7.4
    }

    It 'has the version of its folder and of its libraries' {
        Split-Path (Split-Path $manifest) -Leaf | Should -Be $data.ModuleVersion
        foreach ($assembly in [MdevPS.LinuxOnly].Assembly, [Mdev.HostRoot].Assembly) {
            $assembly.GetName().Version.ToString(3) | Should -Be $data.ModuleVersion
            Split-Path $assembly.Location | Should -Be (Split-Path $manifest)
        }
    }

    It 'names files that are there, and the folder has no other' {
        $folder = Split-Path $manifest
        $named = @($data.RootModule) + $data.FormatsToProcess + $data.TypesToProcess + 'Mdev.dll', 'MdevPS.psd1', 'LICENSE'
        (Get-ChildItem $folder -File).Name | Sort-Object | Should -Be ($named | Sort-Object)
    }

    It 'gives every cmdlet a library of its own copy: nothing of PowerShell is shipped' {
        (Get-ChildItem (Split-Path $manifest) -Recurse -Filter *.dll).Name | Sort-Object | Should -Be Mdev.dll, MdevPS.dll
    }
}

Describe '<Command>' -ForEach $commands -Skip:$isKernel {
    BeforeAll {
        $class = $Command.ImplementingType
        $attribute = [reflection.customattributeextensions]::GetCustomAttribute($class, [Management.Automation.CmdletAttribute])
        $changes = $Command.Verb -notin 'Get', 'ConvertTo', 'Test'
        $own = $Command.Parameters.Values.Where({ $_.Name -notin [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters })
    }

    It 'has an approved verb, a singular noun with our prefix, and a sealed class of its own name' {
        (Get-Verb).Verb | Should -Contain $Command.Verb
        $Command.Noun | Should -MatchExactly '^Mdev[A-Z]'
        $Command.Noun | Should -Not -Match '[^s]s$'
        $class.Name | Should -Be "$($Command.Verb)$($Command.Noun)Command"
        $class.IsSealed | Should -BeTrue
    }

    It 'says what it gives' {
        [reflection.customattributeextensions]::GetCustomAttributes($class, [Management.Automation.OutputTypeAttribute], $false) | Should -Not -BeNullOrEmpty
    }

    It 'asks before it changes something, and only then' {
        $attribute.SupportsShouldProcess | Should -Be $changes
        $Command.Parameters.ContainsKey('WhatIf') | Should -Be $changes
    }

    It 'has a ConfirmImpact that was chosen' {
        $expected = @{ New = 'Low'; Remove = 'Medium'; Set = 'Medium' }
        $attribute.ConfirmImpact | Should -Be ($expected[$Command.Verb] ?? 'None')
    }

    It 'binds one parameter by value in each parameter set at most' {
        foreach ($set in $Command.ParameterSets) {
            @($set.Parameters.Where({ $_.ValueFromPipeline })).Count | Should -BeLessOrEqual 1 -Because $set.Name
        }
    }

    It 'never takes a Name from the pipeline' {
        foreach ($parameter in $own.Where({ $_.Name -eq 'Name' })) {
            $parameter.Attributes.Where({ $_ -is [Parameter] }).ValueFromPipelineByPropertyName | Should -Not -Contain $true
        }
    }

    It 'has parameters with singular names in Pascal case' {
        foreach ($parameter in $own) {
            $parameter.Name | Should -MatchExactly '^[A-Z][A-Za-z]+$'
            $parameter.Name | Should -Not -Match '[^su]s$' -Because "-$($parameter.Name) is plural"
        }
    }

    It 'supports wildcards only where it says so' {
        # What takes several names takes patterns; what takes one takes that one.
        foreach ($parameter in $own.Where({ $_.Name -in 'Parent', 'Name' -and $_.ParameterType -eq [string[]] })) {
            [bool] $parameter.Attributes.Where({ $_ -is [SupportsWildcards] }) | Should -BeTrue -Because "-$($parameter.Name)"
        }
    }
}

Describe 'The key <Parameter>' -ForEach $keys -Skip:$isKernel {
    BeforeAll { $all = (Get-Command -Module MdevPS).Where({ $_.Noun -ne 'MdevSimulation' -and $_.Parameters.ContainsKey($Parameter) }) }

    It 'binds by property name wherever it is' {
        $all | Should -Not -BeNullOrEmpty
        foreach ($command in $all) {
            $attributes = $command.Parameters[$Parameter].Attributes.Where({ $_ -is [Parameter] })
            $attributes.ValueFromPipelineByPropertyName | Should -Not -Contain $false -Because $command.Name
        }
    }

    It 'completes wherever it is' {
        if ($Parameter -eq 'Root') { return }
        foreach ($command in $all.Where({ -not ($Parameter -eq 'Uuid' -and $_.Verb -eq 'New') -and -not ($Parameter -eq 'Uuid' -and $_.Noun -eq 'MdevPlacement') })) {
            $command.Parameters[$Parameter].Attributes.Where({ $_ -is [ArgumentCompleter] }) | Should -Not -BeNullOrEmpty -Because $command.Name
        }
    }
}

Describe 'Objects of <Type>' -ForEach $outputs -Skip:$isKernel {
    BeforeAll {
        $views = (Get-FormatData $Type.FullName -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition
        $properties = $Type.GetProperties().Name
    }

    It 'have a table, but for the one that is read one at a time' {
        $kind = $Type.Name -eq 'MdevVfioInfo' ? [Management.Automation.ListControl] : [Management.Automation.TableControl]
        $views[0].Control | Should -BeOfType $kind
    }

    It 'have the same views when they come from another session' {
        $other = (Get-FormatData "Deserialized.$($Type.FullName)" -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition
        $other.Name | Should -Be $views.Name
    }

    It 'have a default display set of properties that exist, also when they come from another session' {
        foreach ($name in $Type.FullName, "Deserialized.$($Type.FullName)") {
            $set = (Get-TypeData $name).DefaultDisplayPropertySet.ReferencedProperties
            $set | Should -Not -BeNullOrEmpty -Because $name
            $set | Where-Object { $_ -notin $properties } | Should -BeNullOrEmpty
        }
    }

    It 'have views that show only properties that exist, text of the host made harmless' {
        [xml] $format = Get-Content (Join-Path (Split-Path $manifest) MdevPS.Format.ps1xml)
        $selected = $format.Configuration.SelectionSets.SelectionSet.Where({ $_.Types.TypeName -contains $Type.FullName }).Name
        $nodes = $format.Configuration.ViewDefinitions.View.Where({ $_.ViewSelectedBy.SelectionSetName -in $selected }) | ForEach-Object { $_.SelectNodes('.//PropertyName | .//ScriptBlock') }
        foreach ($node in $nodes) {
            # Two texts are made by us, of digits.
            if ($node.LocalName -eq 'PropertyName' -and $node.InnerText -notin 'VfioPath', 'MaxResolution') {
                $properties | Should -Contain $node.InnerText
                $Type.GetProperty($node.InnerText).PropertyType | Should -Not -Be ([string]) -Because "$($node.InnerText) is the host's text and goes through Printable"
            }
            [regex]::Matches($node.InnerText, '\$_\.(\w+)').ForEach({ $_.Groups[1].Value }) | Where-Object { $_ -notin $properties } | Should -BeNullOrEmpty
        }
    }
}

Describe 'The source' -Skip:$isKernel {
    It 'satisfies PSScriptAnalyzer' -Skip:(-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
        # The manifest is looked at where the files are that it names. Variables that a block uses elsewhere are not seen by the rules
        # about them, and functions that only tests have need not ask. Tests run lines that they have made, and say aloud what they skip.
        $files = (Get-ChildItem $repository -Recurse -Filter *.ps1).FullName -notmatch '/(bin|obj|out)/'
        $files | Should -Not -BeNullOrEmpty
        $always = 'PSUseDeclaredVarsMoreThanAssignments', 'PSReviewUnusedParameter', 'PSUseShouldProcessForStateChangingFunctions', 'PSUseBOMForUnicodeEncodedFile'
        $files | ForEach-Object {
            $inTests = $_ -match '/tests/' ? @('PSAvoidUsingInvokeExpression', 'PSAvoidUsingWriteHost') : @()
            Invoke-ScriptAnalyzer $_ -Severity Error, Warning -ExcludeRule ($always + $inTests)
        } |
            ForEach-Object { "$($_.ScriptPath):$($_.Line) $($_.RuleName) $($_.Message)" } | Should -BeNullOrEmpty
    }

    It 'satisfies the gallery''s rules in what is staged' -Skip:(-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
        Invoke-ScriptAnalyzer (Split-Path $manifest) -Recurse -Settings PSGallery | ForEach-Object { "$($_.ScriptPath):$($_.Line) $($_.RuleName) $($_.Message)" } | Should -BeNullOrEmpty
    }

    It 'has format and type files that PowerShell takes without a word' {
        $errors = pwsh -NoProfile -NonInteractive -Command "Import-Module '$manifest' -ErrorAction Stop; `$Error.ForEach{ `"`$_`" }; exit `$Error.Count" 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$errors"
    }
}

Describe 'On another operating system' -Skip:$isKernel {
    It 'says so in one sentence' {
        $e = { [MdevPS.LinuxOnly]::Require($false) } | Should -Throw -PassThru
        $e.Exception.InnerException | Should -BeOfType ([PlatformNotSupportedException])
        $e.Exception.InnerException.Message | Should -MatchExactly '^[A-Z][^.]+\bLinux\b[^.]+\.$'
        { [MdevPS.LinuxOnly]::Require($true) } | Should -Not -Throw
    }
}
