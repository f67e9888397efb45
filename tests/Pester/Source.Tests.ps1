#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# What PSScriptAnalyzer says of the scripts and of what is staged.

BeforeDiscovery { . "$PSScriptRoot/World.ps1" }

BeforeAll { . "$PSScriptRoot/World.ps1" }

Describe 'The source' {
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
}
