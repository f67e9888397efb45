<#
.SYNOPSIS
    Brings the help up to date with the built module: the pages in docs/MdevPS, and from them en-US/MdevPS.dll-Help.xml.
.DESCRIPTION
    The text is written in the pages. Their syntax and the facts about parameters come from the module. A command without a page
    gets one, with {{ gaps }} to fill in. Run twice, it changes nothing: the output has no dates and no paths of a machine.
#>
#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Microsoft.PowerShell.PlatyPS'; ModuleVersion = '1.0.0' }
[CmdletBinding()]
param(
    # The built module; the one in out/ when it is not given.
    [string] $Manifest = (Convert-Path "$PSScriptRoot/../out/MdevPS/*/MdevPS.psd1" | Select-Object -Last 1),
    [string] $PageFolder = "$PSScriptRoot/MdevPS",
    [string] $HelpFolder = "$PSScriptRoot/../en-US"
)

$ErrorActionPreference = 'Stop'
Import-Module $Manifest -Force
$module = Get-Module MdevPS
$work = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))

# Writes a text as the repository keeps it: UTF-8 without a mark, LF, no date.
function Save([string] $Path, [string] $Text) {
    $Text = $Text -replace '\r\n', "`n" -replace '(?m)^ms\.date:.*\n', '' -replace '[ \t]+(?=\n)', '' -replace '\s*\z', "`n"
    [IO.File]::WriteAllText($Path, $Text)
}

# What the module says of a command, joined with the text of its page.
function Get-Page([Management.Automation.CommandInfo] $Command) {
    $path = Join-Path $PageFolder "$($Command.Name).md"
    if (-not (Test-Path $path)) {
        $path = (New-MarkdownCommandHelp -CommandInfo $Command -OutputFolder $work -Locale en-US -Force).FullName
    }
    $written = Import-MarkdownCommandHelp $path
    $page = Update-CommandHelp $path
    # PlatyPS takes no notice of DontShow.
    $hidden = $Command.Parameters.Values.Where({ $_.Attributes.Where({ $_ -is [Parameter] -and $_.DontShow }) }).Name
    foreach ($syntax in $page.Syntax) {
        $syntax.HasCmdletBinding = $true
        $null = $syntax.SyntaxParameters.RemoveAll({ param($parameter) $parameter.ParameterName -in $hidden })
    }
    foreach ($parameter in $page.Parameters) {
        # For -WhatIf and -Confirm, PlatyPS adds a sentence of its own at every run.
        $parameter.Description = $written.Parameters.Where({ $_.Name -eq $parameter.Name }).Description ?? $parameter.Description
        $parameter.DontShow = $parameter.Name -in $hidden
        $parameter.Type = $parameter.Type -replace '^System\.Nullable`1\[(.+)\]$', '$1'
    }
    $page
}

# The Markdown in a text as a terminal should show it. Lines stay as they are written: Get-Help breaks long ones in mid-word in some cultures.
function ConvertTo-Plain([string] $Markdown) {
    $Markdown -replace '(?m)^```.*\n?', '' -replace '`', '' -replace '\[([^\]]+)\]\([^)]+\)', '$1'
}

# PlatyPS leaves Markdown in its MAML, the whole of an example in its introduction, and the default values out.
function Repair([xml] $Maml, $Pages) {
    $names = [Xml.XmlNamespaceManager]::new($Maml.NameTable)
    foreach ($prefix in 'maml', 'command', 'dev') {
        $names.AddNamespace($prefix, $Maml.DocumentElement.GetNamespaceOfPrefix($prefix))
    }
    function Add-Element($Node, [string] $Prefix, [string] $Name, [string] $Text) {
        $Node.AppendChild($Maml.CreateElement($Prefix, $Name, $names.LookupNamespace($Prefix))).InnerText = $Text
    }

    foreach ($example in $Maml.SelectNodes('//command:example', $names)) {
        # Between paragraphs PlatyPS puts one of a single control character.
        $paragraphs = $example.SelectNodes('maml:introduction/maml:para', $names).InnerText.Where({ $_ -ne "`u{80}" })
        $text = ($paragraphs -join "`n`n") -replace '\r\n', "`n"
        if ($text -notmatch '(?s)^(?<before>.*?)```powershell\n(?<code>.*?)\n```\n*(?<after>.*)$') {
            throw "No powershell block in '$($example.title)' of $($example.ParentNode.ParentNode.details.name)."
        }
        # Get-Help puts no blank line between these parts by itself, and none behind the last.
        $introduction = $example.SelectSingleNode('maml:introduction', $names)
        $introduction.RemoveAll()
        Add-Element $introduction maml para ((ConvertTo-Plain $Matches.before).TrimEnd() + "`n`n")
        $example.SelectSingleNode('dev:code', $names).InnerText = $Matches.code
        $remarks = $example.SelectSingleNode('dev:remarks', $names)
        $after = (ConvertTo-Plain $Matches.after).TrimEnd()
        if ($after) { Add-Element $remarks maml para $after }
        Add-Element $remarks maml para ''
    }
    foreach ($paragraph in $Maml.SelectNodes('//maml:para[not(ancestor::command:example)]', $names)) {
        $paragraph.InnerText = ConvertTo-Plain $paragraph.InnerText
    }
    foreach ($page in $Pages) {
        foreach ($parameter in $page.Parameters.Where({ $_.DefaultValue })) {
            $xpath = "//command:command[command:details/command:name='$($page.Title)']/command:parameters/command:parameter[maml:name='$($parameter.Name)']"
            Add-Element $Maml.SelectSingleNode($xpath, $names) dev defaultValue $parameter.DefaultValue
        }
    }
    # A link that only leads somewhere within the repository is a name on a terminal.
    foreach ($link in $Maml.SelectNodes('//maml:navigationLink', $names)) {
        $uri = $link.SelectSingleNode('maml:uri', $names)
        if ($uri.InnerText -notmatch '^https?:') { $uri.InnerText = '' }
        if ($link.linkText -eq 'Online Version' -and -not $uri.InnerText) { $null = $link.ParentNode.RemoveChild($link) }
    }
}

try {
    $pages = Get-Command -Module $module.Name | Sort-Object Name | ForEach-Object { Get-Page $_ }

    foreach ($file in Export-MarkdownCommandHelp $pages -OutputFolder $work -Force) {
        Save (Join-Path $PageFolder $file.Name) (Get-Content $file -Raw)
    }
    $modulePage = New-MarkdownModuleFile -CommandHelp $pages -OutputFolder $work -Locale en-US -Force
    Save (Join-Path $PageFolder $modulePage.Name) (Get-Content $modulePage -Raw)

    $file = Export-MamlCommandHelp $pages -OutputFolder $work -Force
    $maml = [xml]::new()
    $maml.Load($file.FullName)
    Repair $maml $pages
    $text = [IO.StringWriter]::new()
    $maml.Save($text)
    Save (Join-Path $HelpFolder $file.Name) ($text.ToString() -replace 'encoding="utf-16"', 'encoding="utf-8"')
}
finally {
    Remove-Item $work -Recurse -Force
}
