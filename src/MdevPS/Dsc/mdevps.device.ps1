<#
.SYNOPSIS
    The DSC v3 resource MdevPS/Device: a mediated device, and whether it is made at boot.
.DESCRIPTION
    dsc runs this script as mdevps.device.dsc.resource.json says. An instance comes as JSON on standard input. The state goes out as one line of JSON; test,
    set and whatIf add a line with the names of the properties that differ; export writes a line for each device. Messages are JSON lines on standard error.
    The exit code is 0, or 2 for an instance that is not understood, or 3 for what the host refuses. about_MdevPS_Dsc says what is compared and changed.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)]
    [ValidateSet('get', 'test', 'set', 'whatIf', 'export')]
    [string] $Operation
)

$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'

# Escaped to ASCII, so that no locale stands between this script and dsc.
function Format-Line($Value) { ConvertTo-Json -InputObject $Value -Compress -Depth 5 -EscapeHandling EscapeNonAscii }

function Write-Message([string] $Level, [string] $Text) { [Console]::Error.WriteLine((Format-Line @{ $Level = $Text })) }

# The instance that is wanted. The manifest's schema says what it may be, also where dsc has not looked at it. ConvertFrom-Json would make a date of a value
# that looks like one.
function Read-Instance {
    $text = [IO.StreamReader]::new([Console]::OpenStandardInput()).ReadToEnd()
    if ([string]::IsNullOrWhiteSpace($text)) { throw 'There is no instance on standard input.' }
    $schema = (Get-Content -LiteralPath "$PSScriptRoot/mdevps.device.dsc.resource.json" -Raw | ConvertFrom-Json).schema.embedded | ConvertTo-Json -Depth 20
    if (-not (Test-Json -Json $text -Schema $schema -ErrorAction SilentlyContinue -ErrorVariable faults)) {
        # Of what lies deeper than the properties, Test-Json does not say what is wrong.
        throw (@('The instance is not as the schema of MdevPS/Device has it; see about_MdevPS_Dsc.') + $faults -join ' ')
    }
    $json = [Text.Json.JsonDocument]::Parse($text).RootElement
    $given = @{}
    foreach ($property in $json.EnumerateObject()) { $given[$property.Name] = $property.Value }
    [pscustomobject] @{
        Uuid      = [guid] $given.uuid.GetString()
        Type      = $given.ContainsKey('type') ? $given.type.GetString() : $null
        Parent    = $given.ContainsKey('parent') ? $given.parent.GetString() : $null
        Attribute = $given.ContainsKey('attributes') ? @(foreach ($one in $given.attributes.EnumerateArray()) {
                [pscustomobject] @{ Name = $one.GetProperty('name').GetString(); Value = $one.GetProperty('value').GetString() }
            }) : $null
        AutoStart = $given.ContainsKey('autoStart') ? $given.autoStart.GetBoolean() : $null
        Exist     = $given.ContainsKey('_exist') ? $given._exist.GetBoolean() : $true
    }
}

# What there is under a UUID. Nothing is an answer as well; whatever else goes wrong is an error.
function Get-State([guid] $Uuid) {
    $device = Get-MdevDevice $Uuid -IncludeAttribute -ErrorAction SilentlyContinue -ErrorVariable faults
    $definition = @(Get-MdevDefinition $Uuid -ErrorAction SilentlyContinue -ErrorVariable +faults)
    $wrong = @($faults | Where-Object FullyQualifiedErrorId -NotMatch '^Mdev(Device|Definition)NotFound,')
    if ($wrong) { throw $wrong[0] }
    [pscustomobject] @{ Device = $device; Definition = $definition; Automatic = @($definition | Where-Object AutoStart) }
}

function ConvertTo-Instance([guid] $Uuid, $Device, [bool] $AutoStart) {
    $instance = [ordered] @{ uuid = "$Uuid" }
    if ($Device.Type) { $instance.type = $Device.Type }
    if ($Device.Parent) { $instance.parent = $Device.Parent }
    if ($Device.Attribute) { $instance.attributes = @($Device.Attribute | ForEach-Object { [ordered] @{ name = $_.Name; value = $_.Value } }) }
    $instance.autoStart = $AutoStart
    $instance._exist = [bool] $Device
    $instance
}

# A type may be given by its name, and a parent by all that -Parent takes; the host says what is meant by it.
function Test-Type($There, [string] $Type) { -not $Type -or $There.Type -ceq $Type -or $There.Type -cin (Get-MdevType $Type -Parent $There.Parent -ErrorAction Ignore).Type }

function Test-Parent($There, [string] $Parent) { -not $Parent -or $There.Parent -ceq $Parent -or $There.Parent -cin (Get-MdevParent $Parent -ErrorAction Ignore).Parent }

# Numbers by their value, because drivers take 0x47 and say 71; and in no order, because what is read back has another one than what was given.
function Format-Attribute($Attribute) {
    $Attribute | ForEach-Object {
        $value = switch -Regex ($_.Value.Trim()) {
            '^0x[0-9a-f]{1,15}$' { [Convert]::ToInt64($_, 16); break }
            '^0[0-7]{1,15}$' { [Convert]::ToInt64($_, 8); break }
            default { $_ }
        }
        "$($_.Name)=$value"
    } | Sort-Object -Unique -CaseSensitive
}

function Test-Attribute($One, $Other) { ((Format-Attribute $One) -join "`0") -ceq ((Format-Attribute $Other) -join "`0") }

# What cannot be read back is taken to be as it was given.
function Test-Given($Device, $Attribute) {
    -not $Attribute -or -not $Device.Attribute -or ($Attribute.Name | Where-Object { $_ -cnotin $Device.Attribute.Name }) -or (Test-Attribute $Attribute $Device.Attribute)
}

# Whether a definition says what is wanted, and what there is.
function Test-Definition($Definition, $Want, $Device) {
    (Test-Type $Definition $Want.Type) -and (Test-Parent $Definition $Want.Parent) -and
    (-not $Device -or ($Definition.Type -ceq $Device.Type -and $Definition.Parent -ceq $Device.Parent)) -and
    (-not $Want.Attribute -or (Test-Attribute $Want.Attribute $Definition.Attribute))
}

$changed = [Collections.Generic.List[string]]::new()
$plan = [Collections.Generic.List[string]]::new()

# Something that is not as wanted, and what makes it so. Only set does it.
function Invoke-Step([string[]] $Property, [string] $Text, [scriptblock] $Work) {
    $changed.AddRange($Property)
    $plan.Add($Text)
    if ($Operation -eq 'set') { $null = & $Work }
}

# Makes a device again that was removed in vain. What its driver does not tell of it is lost.
function Restore-Former($Device, $Why) {
    $had = $Device.Attribute ? @{ Attribute = $Device.Attribute } : @{}
    try { $null = New-MdevDevice $Device.Type -Uuid $Device.Uuid -Parent ([WildcardPattern]::Escape($Device.Parent)) @had }
    catch { throw "$Why The device that was there is removed, and could not be made again: $_" }
    throw "$Why The device that was there was made again, of type $($Device.Type) on $($Device.Parent)."
}

# Goes through all that is wanted, and gives what is there then, or would be.
function Resolve-Difference($Want, $State) {
    $device = $State.Device
    $name = "device $($Want.Uuid)"
    if (-not $Want.Exist) {
        if ($device) { Invoke-Step _exist "Remove $name on $($device.Parent)." -Work { $device | Remove-MdevDevice } }
        if ($State.Automatic) { Invoke-Step autoStart "Remove the definition of $name." -Work { $State.Automatic | Remove-MdevDefinition } }
        return ConvertTo-Instance $Want.Uuid
    }

    $where = $Want.Parent ? @{ Parent = $Want.Parent } : @{}
    $given = $Want.Attribute ? @{ Attribute = $Want.Attribute } : @{}
    $wrong = @(
        if (-not $device) { '_exist' }
        else {
            if (-not (Test-Type $device $Want.Type)) { 'type' }
            if (-not (Test-Parent $device $Want.Parent)) { 'parent' }
            if (-not (Test-Given $device $Want.Attribute)) { 'attributes' }
        })
    $type = $Want.Type ? $Want.Type : $device.Type
    $expected = [pscustomobject] @{ Type = $type; Parent = $Want.Parent ? $Want.Parent : $device.Parent; Attribute = $Want.Attribute ? $Want.Attribute : $device.Attribute }
    if ($wrong -and $Operation -in 'set', 'whatIf') {
        if (-not $type) {
            $script:exitCode = 2
            throw "The $name is not there, and to make it, its type is needed."
        }
        # Nothing is removed for a type or parent that is not there. Where one is in the way, whether there is room is not known before it is gone.
        $place = $device ? (Get-MdevType $type @where | Select-Object -First 1) : (Get-MdevPlacement $type @where)
        $expected.Type = $place.Type
        $expected.Parent = $device ? $Want.Parent : $place.Parent
    }
    if ($wrong) {
        $what = $device ? "Remove $name of type $($device.Type) on $($device.Parent), and make it anew, of type $type" : "Make $name of type $type"
        Invoke-Step $wrong "$what$($expected.Parent ? " on $($expected.Parent)" : '')." -Work {
            if ($device) { $device | Remove-MdevDevice }
            try { New-MdevDevice $type -Uuid $Want.Uuid @where @given }
            catch {
                if ($device) { Restore-Former $device $_ }
                throw
            }
        }
        if ($Operation -eq 'set') { $State = Get-State $Want.Uuid }
        $device = $State.Device
    }

    $there = $wrong -and $Operation -ne 'set' ? $null : $device
    if ($Want.AutoStart -eq $false -and $State.Automatic) {
        Invoke-Step autoStart "Define $name not to be made at boot." -Work { $State.Automatic | Set-MdevDefinition -AutoStart:$false }
    }
    if ($Want.AutoStart -and -not ($State.Automatic.Count -eq 1 -and (Test-Definition $State.Automatic[0] $Want -Device $there))) {
        Invoke-Step autoStart "Define $name to be made at boot." -Work {
            $State.Automatic | Where-Object Parent -CNE $device.Parent | Remove-MdevDefinition
            if ($here = $State.Definition | Where-Object Parent -CEQ $device.Parent) { $here | Set-MdevDefinition -Type $device.Type -AutoStart @given }
            else { $device | New-MdevDefinition -AutoStart @given }
        }
    }
    ConvertTo-Instance $Want.Uuid $expected -AutoStart ($Want.AutoStart ?? [bool] $State.Automatic)
}

function Export-Instance {
    $automatic = (Get-MdevDefinition -AutoStart -ErrorAction SilentlyContinue -ErrorVariable faults).Uuid
    Get-MdevDevice -IncludeAttribute -ErrorAction SilentlyContinue -ErrorVariable +faults |
        ForEach-Object { Format-Line (ConvertTo-Instance $_.Uuid $_ -AutoStart ($_.Uuid -in $automatic)) }
    # One that is broken costs the others nothing.
    $faults | ForEach-Object { Write-Message warn "$_" }
}

function Invoke-Operation {
    $want = Read-Instance
    $script:exitCode = 3
    $state = Get-State $want.Uuid
    $instance = ConvertTo-Instance $want.Uuid $state.Device -AutoStart ([bool] $state.Automatic)
    if ($Operation -ne 'get') {
        $result = Resolve-Difference $want $state
        $differs = @($changed)
        switch ($Operation) {
            'test' { $instance._inDesiredState = -not $differs }
            'whatIf' {
                $instance = $result
                if ($plan) { $instance._metadata = @{ whatIf = @($plan) } }
            }
            'set' {
                $state = Get-State $want.Uuid
                $instance = ConvertTo-Instance $want.Uuid $state.Device -AutoStart ([bool] $state.Automatic)
                $changed.Clear()
                $script:Operation = 'test'
                $null = Resolve-Difference $want $state
                if ($changed) { throw "All that can be done was done, and device $($want.Uuid) is still not as it is wanted: $($changed -join ', ')." }
            }
        }
    }
    Format-Line $instance
    if ($Operation -ne 'get') { Format-Line $differs }
}

$exitCode = 2
try {
    # By its own path, which may have characters that stand for others.
    Import-Module ([WildcardPattern]::Escape((Convert-Path -LiteralPath "$PSScriptRoot/../MdevPS.psd1")))
    $VerbosePreference = 'Continue'
    # What is neither an error nor a state would get into the lines of JSON.
    & { if ($Operation -eq 'export') { Export-Instance } else { Invoke-Operation } } 3>&1 4>&1 | ForEach-Object {
        switch ($_) {
            { $_ -is [Management.Automation.WarningRecord] } { Write-Message warn $_.Message; break }
            { $_ -is [Management.Automation.VerboseRecord] } { Write-Message debug $_.Message; break }
            default { $_ }
        }
    }
}
catch {
    Write-Message error "$_"
    exit $exitCode
}
