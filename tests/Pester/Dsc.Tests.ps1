#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# The resource MdevPS/Device by its contract with dsc: what the manifest says is run, JSON goes in, and JSON, messages and an exit code come out.

BeforeDiscovery { . "$PSScriptRoot/World.ps1" }

BeforeAll { . "$PSScriptRoot/World.ps1" }

Describe 'The DSC resource' -Skip:($env:MDEVPS_WORLD -eq 'kernel') {
    BeforeAll {
        $uuid = '0a1b2c3d-0000-4000-8000-000000000001'

        # As dsc does it: the program of the manifest, in the manifest's folder, one line of JSON on standard input.
        function Invoke-Resource([string] $Operation, $Instance, [string] $Folder = (Join-Path (Split-Path $manifest) Dsc)) {
            $resource = Get-Content -LiteralPath "$Folder/mdevps.device.dsc.resource.json" -Raw | ConvertFrom-Json
            $start = [Diagnostics.ProcessStartInfo]::new($resource.$Operation.executable, [string[]] $resource.$Operation.args)
            $start.WorkingDirectory = $Folder
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            # dsc reads and writes UTF-8, whatever the locale is.
            $start.StandardInputEncoding = [Text.UTF8Encoding]::new($false)
            $start.StandardOutputEncoding = $start.StandardErrorEncoding = [Text.Encoding]::UTF8
            $start.Environment['LC_ALL'] = 'de_DE.ISO-8859-1'
            $process = [Diagnostics.Process]::Start($start)
            $process.StandardInput.Write($Instance -is [hashtable] ? ($Instance | ConvertTo-Json -Compress -Depth 5) : $Instance)
            $process.StandardInput.Close()
            $messages = $process.StandardError.ReadToEndAsync()
            $lines = @($process.StandardOutput.ReadToEnd() -split "`n" -ne '')
            $process.WaitForExit()
            $states = $Operation -in 'test', 'set', 'whatIf' ? @($lines[0].Where({ $_ })) : $lines
            $schema = $resource.schema.embedded | ConvertTo-Json -Depth 20
            $states | ForEach-Object { Test-Json -Json $_ -Schema $schema | Should -BeTrue }
            $said = @($messages.Result -split "`n" -ne '' | ConvertFrom-Json)
            [pscustomobject] @{
                ExitCode = $process.ExitCode
                State    = @($states | ConvertFrom-Json)
                Diff     = $lines.Count -gt 1 ? ($lines[1] | ConvertFrom-Json) : @()
                Error    = @($said | Where-Object { $_.error } | ForEach-Object error)
                Warning  = @($said | Where-Object { $_.warn } | ForEach-Object warn)
                Written  = @($said | Where-Object { $_.debug } | ForEach-Object debug)
            }
        }

        function Invoke-Successfully {
            $result = Invoke-Resource @args
            $result.Error | Should -BeNullOrEmpty
            $result.ExitCode | Should -Be 0
            $result
        }
    }
    BeforeEach { $root = New-TestHost mtty, vfio_ap, nvidia-l40s }
    AfterEach { Clear-TestHost }

    It 'makes a device as it is wanted, and nothing the second time' {
        $wanted = @{ uuid = $uuid; type = 'mtty-2'; parent = 'mtty'; autoStart = $true }
        (Invoke-Successfully get $wanted).State | ConvertTo-Json -Compress | Should -Be "{`"uuid`":`"$uuid`",`"autoStart`":false,`"_exist`":false}"
        $test = Invoke-Successfully test $wanted
        $test.State._inDesiredState | Should -BeFalse
        $test.Diff | Should -Be _exist, autoStart

        $plan = Invoke-Successfully whatIf $wanted
        $plan.State._metadata.whatIf | Should -Be "Make device $uuid of type mtty-2 on mtty.", "Define device $uuid to be made at boot."
        $plan.State.type, $plan.State.autoStart, $plan.State._exist | Should -Be mtty-2, $true, $true
        $plan.Diff | Should -Be _exist, autoStart
        Get-MdevDevice | Should -BeNullOrEmpty
        Get-ChildItem $root/etc -Recurse -File | Should -BeNullOrEmpty

        $set = Invoke-Successfully set $wanted
        $set.Diff | Should -Be _exist, autoStart
        $set.State | ConvertTo-Json -Compress | Should -Be "{`"uuid`":`"$uuid`",`"type`":`"mtty-2`",`"parent`":`"mtty`",`"autoStart`":true,`"_exist`":true}"
        $set.Written -join ' ' | Should -Match '/mtty-2/create'
        (Get-MdevDefinition -AutoStart | Get-MdevDevice).Type | Should -Be mtty-2

        $again = Invoke-Successfully set $wanted
        $again.Diff | Should -BeNullOrEmpty
        $again.Written | Should -BeNullOrEmpty
        (Invoke-Successfully test $wanted).State._inDesiredState | Should -BeTrue
        $plan = Invoke-Successfully whatIf $wanted
        $plan.Diff | Should -BeNullOrEmpty
        $plan.State._metadata | Should -BeNullOrEmpty
        (Invoke-Successfully get $wanted).State.type | Should -Be mtty-2
    }

    It 'makes another device of a UUID, unless somebody uses it' {
        New-MdevDevice mtty-1 -Uuid $uuid | New-MdevDefinition -AutoStart
        $vm = [Mdev.Simulation.SimulatedHost]::StartVm($root, 'web', [guid[]] $uuid)
        $refused = Invoke-Resource set @{ uuid = $uuid; type = 'mtty-2' }
        $refused.ExitCode | Should -Be 3
        $refused.Error | Should -BeLike '*web*'
        $refused.State | Should -BeNullOrEmpty
        [Mdev.Simulation.SimulatedHost]::EndProcess($root, $vm)
        $unmade = Invoke-Resource set @{ uuid = $uuid; type = 'no-type' }
        $unmade.ExitCode | Should -Be 3
        (Get-MdevDevice).Type | Should -Be mtty-1
        $unmade = Invoke-Resource set @{ uuid = $uuid; type = 'mtty-2'; attributes = @(@{ name = 'nosuch'; value = '1' }) }
        $unmade.ExitCode | Should -Be 3
        $unmade.Error | Should -BeLike '*nosuch*made again, of type mtty-1*'
        (Get-MdevDevice).Type | Should -Be mtty-1

        (Invoke-Successfully set @{ uuid = $uuid; type = 'mtty-2'; autoStart = $true }).Diff | Should -Be type, autoStart
        (Get-MdevDevice).Type | Should -Be mtty-2
        (Get-MdevDefinition).Type | Should -Be mtty-2
    }

    It 'takes away what shall not be there, and what would make it at boot' {
        New-MdevDevice mtty-1 -Uuid $uuid | New-MdevDefinition -AutoStart
        (Invoke-Successfully set @{ uuid = $uuid; autoStart = $false }).Diff | Should -Be autoStart
        (Get-MdevDefinition).AutoStart | Should -BeFalse
        Get-MdevDefinition | Set-MdevDefinition -AutoStart
        $gone = @{ uuid = $uuid; _exist = $false }
        (Invoke-Successfully test $gone).Diff | Should -Be _exist, autoStart
        (Invoke-Successfully whatIf $gone).State._metadata.whatIf | Should -Be "Remove device $uuid on mtty.", "Remove the definition of device $uuid."
        (Invoke-Successfully set $gone).State._exist | Should -BeFalse
        Get-MdevDevice | Should -BeNullOrEmpty
        Get-MdevDefinition | Should -BeNullOrEmpty
        (Invoke-Successfully set $gone).Diff | Should -BeNullOrEmpty
    }

    It 'defines what is there, and on one parent only' {
        New-MdevDevice mtty-1 -Uuid $uuid
        New-MdevDefinition mtty-2 mtty -Uuid $uuid -AutoStart -WarningAction Ignore
        $wanted = @{ uuid = $uuid; autoStart = $true }
        (Invoke-Successfully set $wanted).Diff | Should -Be autoStart
        (Get-MdevDefinition).Type | Should -Be mtty-1
        New-MdevDefinition mtty-1 other -Uuid $uuid -AutoStart -WarningAction Ignore
        (Invoke-Successfully set $wanted).Diff | Should -Be autoStart
        (Get-MdevDefinition).Parent | Should -Be mtty
        (Invoke-Successfully set $wanted).Diff | Should -BeNullOrEmpty
    }

    It 'compares attributes by what can be read back, and what was exported is as it is wanted' {
        $wanted = @{
            uuid = $uuid; type = 'vfio_ap-passthrough'; autoStart = $true
            attributes = @(@{ name = 'assign_domain'; value = '0x47' }, @{ name = 'assign_adapter'; value = '5' }, @{ name = 'assign_adapter'; value = '6' })
        }
        (Invoke-Successfully set $wanted).State.attributes.value | Should -Be 5, 6, 71
        (Get-MdevDefinition).Attribute -join ' ' | Should -Be 'assign_domain=0x47 assign_adapter=5 assign_adapter=6'
        (Invoke-Successfully set $wanted).Diff | Should -BeNullOrEmpty

        # The UUID of a function follows from its address.
        $function = New-MdevDevice nvidia-1150
        New-TreeFile "$root/etc/mdevctl.d/mtty/0a1b2c3d-0000-4000-8000-000000000002" '{'
        $exported = Invoke-Resource export
        $exported.ExitCode | Should -Be 0
        $exported.Warning | Should -BeLike '*cannot be understood*'
        $exported.State.uuid | Sort-Object | Should -Be (@($uuid, "$($function.Uuid)") | Sort-Object)
        foreach ($one in $exported.State) {
            (Invoke-Successfully test ($one | ConvertTo-Json -Compress -Depth 5)).State._inDesiredState | Should -BeTrue
        }

        $wanted.attributes[2].value = '7'
        (Invoke-Successfully test $wanted).Diff | Should -Be attributes, autoStart
        (Invoke-Successfully set $wanted).State.attributes.value | Should -Be 5, 7, 71
        (Get-MdevAttribute matrix -Uuid $uuid).Value | Should -Be "05.0047`n07.0047"
    }

    It 'refuses <Instance>: <Message>' -ForEach @(
        @{ Instance = ''; Message = '*no instance*' }
        @{ Instance = '{"uuid":" "}'; Message = '*/uuid*' }
        @{ Instance = '{"uuid":"0a1b2c3d-0000-4000-8000-000000000001","Parent":"mtty"}'; Message = '*Parent*' }
        @{ Instance = '{"uuid":"0a1b2c3d-0000-4000-8000-000000000001","type":"mtty-*"}'; Message = '*/type*' }
        @{ Instance = '{"uuid":"0a1b2c3d-0000-4000-8000-000000000001","_exist":"false"}'; Message = '*schema*' }
        @{ Instance = '{"uuid":"0a1b2c3d-0000-4000-8000-000000000001","attributes":[{"name":"a"}]}'; Message = '*schema*' }
        @{ Instance = '{"uuid":"0a1b2c3d-0000-4000-8000-000000000001"}'; Message = '*its type is needed*' }
    ) {
        $refused = Invoke-Resource set $Instance
        $refused.ExitCode | Should -Be 2
        $refused.Error | Should -BeLike $Message
        $refused.State | Should -BeNullOrEmpty
        Get-MdevDevice | Should -BeNullOrEmpty
    }

    It 'says what the host lacks' {
        $plan = Invoke-Resource whatIf @{ uuid = $uuid; type = 'mtty-1'; parent = 'über' }
        $plan.ExitCode | Should -Be 3
        $plan.Error | Should -BeLike "*'über'*"
    }

    It 'runs from a folder of any name, and on a host without mediated devices' {
        $copy = "$root/my modules [old]"
        [void] [IO.Directory]::CreateDirectory($copy)
        Copy-Item (Split-Path $manifest) "$copy/MdevPS" -Recurse
        $env:MDEVPS_ROOT = New-Tree
        [IO.Directory]::Delete("$env:MDEVPS_ROOT/sys/bus", $true)
        [IO.Directory]::Delete("$env:MDEVPS_ROOT/sys/class", $true)
        (Invoke-Successfully get @{ uuid = $uuid } "$copy/MdevPS/Dsc").State._exist | Should -BeFalse
        (Invoke-Resource export $null "$copy/MdevPS/Dsc").State | Should -BeNullOrEmpty
    }
}
