# What only a real kernel can show: that nothing hangs, and that other programs see what we say.
Describe 'On a real kernel' -Tag Kernel -Skip:($env:MDEVPS_WORLD -ne 'kernel') {
    BeforeAll {
        . "$PSScriptRoot/Holders.ps1"
        $null = New-TestHost
        # Runs PowerShell text in a process of its own and gives its output.
        function Invoke-Pwsh([string] $Text, [string[]] $Through = @()) {
            $program, $rest = $Through + 'pwsh', '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$manifest'; $Text"
            & $program @rest 2>&1
        }
    }
    AfterAll { Clear-TestHost }
    AfterEach { Get-MdevDevice -Unused | Remove-MdevDevice }

    It 'refuses at once, and a PowerShell with a pending removal is left at once' {
        $device = New-MdevDevice mtty-1
        $holder = Start-Holder $device.Uuid
        $time = Measure-Command { $refusal = { Remove-MdevDevice $device.Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevInUse,*' -PassThru }
        Write-Host "refused after $($time.TotalSeconds) s: $($refusal.ErrorDetails.Message)"
        $text = Invoke-Pwsh "(Measure-Command { `$d = Remove-MdevDevice $($device.Uuid) -EvenIfInUse -TimeoutSec 2 }).TotalSeconds; `"`$(`$d.State) `$(`$d.Users)`""
        Write-Host "removal reported by a PowerShell that has ended: $($text -join '; ')"
        # It came back although the holder is still there.
        $holder.Process.HasExited | Should -BeFalse
        $text[-1] | Should -Be "Removing perl ($($holder.Id))"
        (Get-MdevDevice $device.Uuid).State | Should -Be Removing
        Stop-Holder $holder
        Wait-Until { -not (Test-Path $device.SysfsPath) } 'the device is gone'
    }

    It 'lets Ctrl+C end the wait' {
        $device = New-MdevDevice mtty-1
        $holder = Start-Holder $device.Uuid
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$manifest'; Remove-MdevDevice $($device.Uuid) -EvenIfInUse -TimeoutSec 3600")
        $run = $shell.BeginInvoke()
        Wait-Until { (Get-MdevDevice $device.Uuid).State -eq 'Removing' } 'the removal has begun'
        $shell.Stop()
        $run.IsCompleted | Should -BeTrue
        $holder.Process.HasExited | Should -BeFalse
        Stop-Holder $holder
        Wait-Until { -not (Test-Path $device.SysfsPath) } 'the device is gone'
    }

    It 'never hangs on somebody who opens the device while it is removed: 50 rounds' {
        $opener = Start-HolderProgram
        $removed = $refused = 0
        foreach ($round in 1..50) {
            $device = New-MdevDevice mtty-1
            $opener.StandardInput.WriteLine("hold $($device.Uuid) 0.$('{0:d3}' -f (Get-Random -Maximum 100))")
            Remove-MdevDevice $device.Uuid -ErrorVariable failure -ErrorAction SilentlyContinue
            $answer = $opener.StandardOutput.ReadLine()
            if ($answer -eq 'holding') {
                $failure.FullyQualifiedErrorId | Should -BeLike 'MdevInUse,*'
                (Get-MdevDevice $device.Uuid).State | Should -Be Active
                $refused++
            }
            else {
                $failure | Should -BeNullOrEmpty
                $answer | Should -BeLike 'failed: *'
                $removed++
            }
            Send-Holder $opener release | Should -Be released
            Get-MdevDevice $device.Uuid -ErrorAction Ignore | Remove-MdevDevice
        }
        Write-Host "50 rounds: $removed removed, $refused refused"
        $opener.StandardInput.Close()
    }

    It 'starts a QEMU with the arguments, and shows its VM by name' -Skip:(-not (Get-Command qemu-system-x86_64 -ErrorAction Ignore)) {
        $devices = 'mdpy-vga', 'mtty-2' | ForEach-Object { New-MdevDevice $_ }
        $vm = New-Guid
        foreach ($json in $false, $true) {
            $arguments = @('-S', '-M', 'q35', '-m', '64', '-accel', 'tcg', '-nodefaults', '-display', 'none', '-name', 'guest=one,,two,debug-threads=on') +
                ($devices | ConvertTo-MdevQemuArgument -VmUuid $vm -AsJson:$json)
            $qemu = [Diagnostics.Process]::Start('qemu-system-x86_64', [string[]] $arguments)
            Wait-Until { $qemu.HasExited -or @(Get-MdevDevice -InUse).Count -eq 2 } 'QEMU has both devices'
            $qemu.HasExited | Should -BeFalse
            $found = Get-MdevDevice -IncludeUser
            Write-Host ($found | Out-String -Width 100)
            $found.Users.VmName | Should -Be 'one,two', 'one,two'
            $found.Users.VmUuid | Should -Be $vm, $vm
            $found.Users.ProcessId | Should -Be $qemu.Id, $qemu.Id
            { Remove-MdevDevice $devices[0].Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevInUse,*' -ExpectedMessage '*one,two*'
            $qemu.Kill()
            $qemu.WaitForExit()
        }
    }

    It 'tells nobody who uses a device, and lets nobody remove one' {
        $device = New-MdevDevice mtty-1
        $place = New-Item -ItemType Directory "$([IO.Path]::GetTempPath())/nobody-$(New-Guid)"
        chown nobody $place
        $text = Invoke-Pwsh @"
            `$d = Get-MdevDevice -IncludeUser -WarningVariable w -WarningAction SilentlyContinue
            "`$(`$d.Uuid) `$(`$null -eq `$d.Users) `$(`$w.Count)"
            "unused: `$(@(Get-MdevDevice -Unused -WarningAction SilentlyContinue).Count)"
            try { Remove-MdevDevice `$d.Uuid -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId; `$_.ErrorDetails.Message }
            try { Remove-MdevDevice `$d.Uuid -EvenIfInUse -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }
            try { Get-MdevVfioInfo `$d.Uuid -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }
"@ -Through setpriv, '--reuid=nobody', '--regid=nogroup', '--clear-groups', env, "HOME=$place"
        Write-Host ($text -join "`n")
        $text | Where-Object { $_ -notlike 'Device *' } | Should -Be @(
            "$($device.Uuid) True 1", 'unused: 0', 'MdevPermissionDenied,MdevPS.Commands.RemoveMdevDeviceCommand',
            'MdevPermissionDenied,MdevPS.Commands.RemoveMdevDeviceCommand', 'MdevPermissionDenied,MdevPS.Commands.GetMdevVfioInfoCommand')
        (Get-MdevDevice $device.Uuid).State | Should -Be Active
    }
}
