Describe 'Get-MdevVfioInfo' {
    BeforeAll {
        . "$PSScriptRoot/Holders.ps1"
        $root = New-TestHost
    }
    AfterAll { Clear-TestHost }

    # Measured with a C program on Debian's 6.1 and 6.12.
    It 'says of <Type> what a C program sees' -ForEach @(
        @{ Type = 'mtty-1'; PciId = '4348:3253'; PciClass = '070002'; Subsystem = '4348:3253'; Indexes = 9
            Regions = '0 8 rw-', '7 255 rw-'; Interrupts = '0 1 ema-', '1 1 e--n' }
        @{ Type = 'mtty-2'; PciId = '4348:3253'; PciClass = '070002'; Subsystem = '4348:3253'; Indexes = 9
            Regions = '0 8 rw-', '1 8 rw-', '7 255 rw-'; Interrupts = '0 1 ema-', '1 1 e--n' }
        @{ Type = 'mdpy-vga'; PciId = '1b36:000f'; PciClass = '038000'; Subsystem = '1af4:1100'; Indexes = 9
            Regions = '0 2097152 rwm', '7 255 rw-'; Interrupts = '0 0 ----', '1 0 ----', '2 0 ----', '3 0 ----', '4 0 ----' }
        @{ Type = 'mbochs-small'; PciId = '1234:1111'; PciClass = '038000'; Subsystem = '1af4:1100'; Indexes = 10
            Regions = '0 4194304 rwm', '2 4096 rw-', '7 255 rw-', '9 4096 rw-'; Interrupts = '0 0 ----', '1 0 ----', '2 0 ----', '3 0 ----', '4 0 ----' }
    ) {
        # mtty answers for interrupt 4 on 6.1 and not on 6.12.
        if ($Type -like 'mtty-*' -and $env:MDEVPS_KERNEL -eq '6.1') { $Interrupts += '4 1 e--n' }
        $device = New-MdevDevice $Type
        $info = $device | Get-MdevVfioInfo
        $info.Uuid | Should -Be $device.Uuid
        $info.DeviceApi | Should -Be vfio-pci
        $info.CanReset | Should -BeFalse
        $info.PciId | Should -Be $PciId
        $info.PciClass | Should -Be $PciClass
        $info.PciSubsystemId | Should -Be $Subsystem
        $info.Regions.Index | Should -Be (0..($Indexes - 1))
        $info.Regions | Where-Object Size |
            ForEach-Object { "$($_.Index) $($_.Size) $($_.Readable ? 'r' : '-')$($_.Writable ? 'w' : '-')$($_.Mappable ? 'm' : '-')" } | Should -Be $Regions
        $info.Interrupts |
            ForEach-Object { "$($_.Index) $($_.Count) $($_.EventFd ? 'e' : '-')$($_.Maskable ? 'm' : '-')$($_.AutoMasked ? 'a' : '-')$($_.NoResize ? 'n' : '-')" } |
            Should -Be $Interrupts
        # Every descriptor is closed again: the group can be had.
        Remove-MdevDevice $device.Uuid -ErrorAction Stop
    }

    It 'has nothing to say of a UUID that no device has' {
        { Get-MdevVfioInfo (New-Guid) -ErrorAction Stop } | Should -Throw -ErrorId 'MdevDeviceNotFound,*'
    }

    It 'says so when VFIO has no IOMMU driver' {
        $device = New-MdevDevice mtty-1
        if ($isKernel) { rmmod vfio_iommu_type1 } else { Remove-Item "$root/sys/module/vfio_iommu_type1" }
        try { { Get-MdevVfioInfo $device.Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevVfioNoIommuDriver,*' }
        finally { if ($isKernel) { modprobe vfio_iommu_type1 } else { $null = New-Item -ItemType Directory "$root/sys/module/vfio_iommu_type1" } }
        Get-MdevVfioInfo $device.Uuid | Should -Not -BeNullOrEmpty
        Remove-MdevDevice $device.Uuid
    }

    It 'says so when there is no container' {
        $device = New-MdevDevice mtty-1
        $root = (Get-MdevParent mtty).Root.TrimEnd('/')
        Move-Item "$root/dev/vfio/vfio" "$root/dev/vfio-moved"
        try { { Get-MdevVfioInfo $device.Uuid -ErrorAction Stop } | Should -Throw -ErrorId 'MdevVfioUnavailable,*' }
        finally { Move-Item "$root/dev/vfio-moved" "$root/dev/vfio/vfio" }
        Remove-MdevDevice $device.Uuid
    }

    It 'tells a device that is something else than its type says' -Skip:($env:MDEVPS_WORLD -eq 'kernel') {
        $device = New-MdevDevice mtty-1
        $attribute = "$root$((Get-MdevType mtty-1).SysfsPath)/device_api"
        Remove-Item -Force $attribute
        Set-Content $attribute 'vfio-ap'
        $info = Get-MdevVfioInfo $device.Uuid -ErrorVariable wrong -ErrorAction SilentlyContinue
        $wrong.FullyQualifiedErrorId | Should -BeLike 'MdevVfioMismatch,*'
        $info.DeviceApi | Should -Be vfio-pci
        Remove-MdevDevice $device.Uuid
    }
}
