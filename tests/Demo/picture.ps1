#Requires -Version 7.4
# The terminal of the README: what picture.txt prints, as an SVG whose colours follow the reader's light or dark theme.
param([string] $Path = "$PSScriptRoot/../../docs/terminal.svg", [int] $Columns = 100)

# A random root is no news to anybody.
$lines = (& (Get-Process -Id $PID).Path -NoProfile -File "$PSScriptRoot/tour.ps1" -Tour "$PSScriptRoot/picture.txt" | Select-Object -Skip 2) -replace '[^\s'']*/(mdevps-\w+)', '/tmp/$1'
$kind = 'plain'
$tspans = foreach ($line in ($lines -join "`n" -replace '\n{3,}', "`n`n").Trim() -split "`n") {
    $kind = switch -Regex ($line) {
        '^#' { 'comment' }
        '^PS> ' { 'command' }
        '^[A-Z][a-z]+-Mdev\w+: ' { 'error' }
        default { 'plain' }
    }
    # A terminal breaks a long line where it ends.
    foreach ($part in [regex]::Matches($line.TrimEnd(), "\A\z|.{1,$Columns}").Value) {
        $text = [Security.SecurityElement]::Escape($part)
        "<tspan x=""16"" dy=""18"" class=""$kind"">$($text.Length ? $text : ' ')</tspan>"
    }
}
$width = [int](32 + 7.85 * $Columns)
$height = 40 + 18 * $tspans.Count
[IO.File]::WriteAllText([IO.Path]::GetFullPath($Path), @"
<svg xmlns="http://www.w3.org/2000/svg" width="$width" height="$height" viewBox="0 0 $width $height" role="img" aria-label="A terminal in which MdevPS finds room for vGPUs, makes three, and refuses to remove the one that a virtual machine has open">
<style>
rect { fill: #f6f8fa; stroke: #d0d7de }
text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2328; white-space: pre }
.comment { fill: #57606a }
.command { fill: #0550ae }
.error { fill: #b3261e }
@media (prefers-color-scheme: dark) {
rect { fill: #0d1117; stroke: #30363d }
text { fill: #e6edf3 }
.comment { fill: #8b949e }
.command { fill: #79c0ff }
.error { fill: #ff7b72 }
}
</style>
<rect x="0.5" y="0.5" width="$($width - 1)" height="$($height - 1)" rx="8"/>
<text y="10" xml:space="preserve">
$($tspans -join "`n")
</text>
</svg>

"@)
