# Dot-sourced by every test file: the module as it was staged, and hosts to work on. A host has no place in TestDrive, which Pester
# goes through again and again, and round and round in the links of a sysfs.

$repository = Convert-Path "$PSScriptRoot/../.."
$manifest = Convert-Path "$repository/out/MdevPS/*/MdevPS.psd1" | Select-Object -Last 1
Import-Module $manifest
$isKernel = $env:MDEVPS_WORLD -eq 'kernel'
$PSStyle.OutputRendering = 'PlainText'
$hosts = [Collections.Generic.List[string]]::new()

# The root of a host with mtty, mdpy and mbochs and no devices: a simulated one, or the machine itself.
function New-TestHost([string[]] $Driver = @('mtty', 'mdpy', 'mbochs')) {
    $root = '/'
    if (-not $isKernel) {
        $root = (New-MdevSimulation $Driver).Root
        $hosts.Add($root)
    }
    $env:MDEVPS_ROOT = $root
    $root
}

# Leaves everything as it was before.
function Clear-TestHost {
    if ($isKernel) { Get-MdevDevice -Root / | Remove-MdevDevice }
    $hosts.Where({ [IO.Directory]::Exists($_) }).ForEach({ [IO.Directory]::Delete($_, $true) })
    $hosts.Clear()
    $env:MDEVPS_ROOT = $null
}

# A tree that no kernel is behind and no marker is in; New-TreeParent and New-TreeType fill it.
function New-Tree {
    $root = [IO.Directory]::CreateTempSubdirectory('mdevps-tree-').FullName
    $hosts.Add($root)
    [void] [IO.Directory]::CreateDirectory("$root/sys/class/mdev_bus")
    [void] [IO.Directory]::CreateDirectory("$root/sys/bus/mdev/devices")
    $root
}

function New-TreeFile([string] $Path, [string] $Value) {
    [void] [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Path))
    [IO.File]::WriteAllText($Path, $Value)
}

function New-TreeParent([string] $Root, [string] $Parent) {
    [void] [IO.Directory]::CreateDirectory("$Root/sys/devices/virtual/made/$Parent/mdev_supported_types")
    [void] [IO.File]::CreateSymbolicLink("$Root/sys/class/mdev_bus/$Parent", "../../devices/virtual/made/$Parent")
}

function New-TreeType([string] $Root, [string] $Parent, [string] $Type, [hashtable] $Attribute = @{}) {
    $path = "$Root/sys/devices/virtual/made/$Parent/mdev_supported_types/$Type"
    $values = @{ name = 'Made'; device_api = 'vfio-pci'; available_instances = '4'; create = '' }
    $Attribute.GetEnumerator() | ForEach-Object { $values[$_.Key] = $_.Value }
    $values.GetEnumerator() | Where-Object { $null -ne $_.Value } | ForEach-Object { New-TreeFile "$path/$($_.Key)" $_.Value }
}

# What a command writes, every stream of it apart, with nothing thrown.
function Invoke-Apart {
    # No parameter of ours may hide a variable that the command uses.
    $ErrorActionPreference = 'Continue'
    $all = & $args[0] *>&1
    [pscustomobject] @{
        Output  = @($all.Where({ $_ -isnot [Management.Automation.ErrorRecord] -and $_ -isnot [Management.Automation.InformationalRecord] -and $_ -isnot [Management.Automation.InformationRecord] }))
        Errors  = @($all.Where({ $_ -is [Management.Automation.ErrorRecord] }))
        Verbose = @($all.Where({ $_ -is [Management.Automation.VerboseRecord] }).Message)
        Warning = @($all.Where({ $_ -is [Management.Automation.WarningRecord] }).Message)
    }
}
