Describe 'Devices as QEMU and libvirt want them' -Skip:($env:MDEVPS_WORLD -eq 'kernel') {
    BeforeAll {
        . "$PSScriptRoot/../World.ps1"
        $null = New-TestHost mtty, vfio_ap, vfio_ccw
        $serial = New-MdevDevice mtty-1 -Count 2
        $matrix = New-MdevDevice vfio_ap-passthrough -Count 2
        $channel = New-MdevDevice vfio_ccw-io
        function Test-Schema([string] $Xml, [string] $Schema) {
            $file = New-TemporaryFile
            try {
                Set-Content $file $Xml
                $text = virt-xml-validate $file $Schema 2>&1 | Out-String
                $LASTEXITCODE | Should -Be 0 -Because $text
            }
            finally { Remove-Item $file }
        }
    }
    AfterAll { Clear-TestHost }

    It 'makes arguments that splat' {
        $vm = New-Guid
        $arguments = $serial | ConvertTo-MdevQemuArgument -VmUuid $vm
        $arguments | Should -Be '-uuid', "$vm", '-device', "vfio-pci,sysfsdev=/sys/bus/mdev/devices/$($serial[0].Uuid)", '-device', "vfio-pci,sysfsdev=/sys/bus/mdev/devices/$($serial[1].Uuid)"
        & printf '%s|' @arguments | Should -Be (($arguments -join '|') + '|')
    }

    It 'passes JSON through a native command unharmed' {
        $arguments = $serial[0] | ConvertTo-MdevQemuArgument -Id a -Display Auto -AsJson
        $device = (& printf '%s' $arguments[1]) | ConvertFrom-Json
        $device.driver, $device.id, $device.display | Should -Be 'vfio-pci', 'a', 'auto'
    }

    It 'takes a UUID, an object, and what came back from JSON alike' {
        $expected = $serial[0] | ConvertTo-MdevQemuArgument
        ConvertTo-MdevQemuArgument $serial[0].Uuid | Should -Be $expected
        $serial[0] | ConvertTo-Json | ConvertFrom-Json | ConvertTo-MdevQemuArgument | Should -Be $expected
        [pscustomobject] @{ Uuid = $serial[0].Uuid; DeviceApi = 'vfio-pci'; Root = '/not/there' } | ConvertTo-MdevQemuArgument | Should -Be $expected
    }

    It 'goes on after a device that is not there' {
        $arguments = ConvertTo-MdevQemuArgument (New-Guid), $serial[0].Uuid -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure.FullyQualifiedErrorId | Should -BeLike 'MdevDeviceNotFound,*'
        $arguments | Should -HaveCount 2
    }

    It 'refuses <Why>' -ForEach @(
        @{ Why = 'one id for two devices'; Do = { $serial | ConvertTo-MdevQemuArgument -Id x } }
        @{ Why = 'two matrices for one VM'; Do = { $matrix | ConvertTo-MdevQemuArgument } }
        @{ Why = 'two matrices for one domain'; Do = { $matrix | ConvertTo-MdevLibvirtXml } }
        @{ Why = 'a display of a matrix'; Do = { $matrix[0] | ConvertTo-MdevQemuArgument -Display On } }
        @{ Why = 'a channel number of a PCI device'; Do = { $serial[0] | ConvertTo-MdevLibvirtXml -DeviceNumber fe.0.1 } }
        @{ Why = 'an automatic display for libvirt'; Do = { $serial[0] | ConvertTo-MdevLibvirtXml -Display Auto } }
        @{ Why = 'vfio-platform'; Do = { ConvertTo-MdevQemuArgument $serial[0].Uuid -DeviceApi vfio-platform } }
    ) {
        $ErrorActionPreference = 'Stop'
        { & $Do } | Should -Throw -ErrorId 'MdevInvalidArgument,*'
    }

    Context 'libvirt validates it' -Skip:(-not (Get-Command virt-xml-validate -ErrorAction Ignore)) {
        It 'in a domain' {
            $hosts = @(
                $serial[0] | ConvertTo-MdevLibvirtXml -RamFb
                $serial[1] | ConvertTo-MdevLibvirtXml -Display Off
                $channel | ConvertTo-MdevLibvirtXml -DeviceNumber fe.0.0a12
                $matrix[0] | ConvertTo-MdevLibvirtXml
            )
            $hosts | Should -HaveCount 4
            Test-Schema "<domain type='qemu'><name>x</name><memory>1</memory><os><type>hvm</type></os><devices>$hosts</devices></domain>" domain
        }

        It 'as a node device' {
            foreach ($device in $serial[0], $channel, $matrix[0]) {
                $xml = $device | ConvertTo-MdevLibvirtXml -NodeDevice -Attribute ([ordered] @{ assign_adapter = '5'; assign_domain = '<"&' }), @{ assign_adapter = 6 }
                Test-Schema $xml nodedev
                ([xml] $xml).device.capability.attr.value | Should -Be '5', '<"&', '6'
            }
        }
    }
}
