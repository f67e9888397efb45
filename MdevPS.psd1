@{
    # Nested, so that the path that Get-Module shows is this file's: imported by the library's, the module would have no views.
    NestedModules        = @('MdevPS.dll')
    ModuleVersion        = '0.1.0'
    GUID                 = '5f0a6c1e-0f5b-4d0e-9c53-8a1f2f6f7b1d'
    Author               = 'The MdevPS contributors'
    CompanyName          = 'The MdevPS contributors'
    Copyright            = '(c) 2026 The MdevPS contributors. MIT License.'
    Description          = 'Finds, makes, places and removes Linux mediated devices (vGPUs, crypto adapters, anything behind VFIO mdev): typed objects over the kernel''s sysfs interface, safe removal, VM arguments, and simulated hosts to try it all without the hardware.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('MdevPS.Format.ps1xml')
    TypesToProcess       = @('MdevPS.Types.ps1xml')
    CmdletsToExport      = @(
        'ConvertTo-MdevLibvirtXml'
        'ConvertTo-MdevQemuArgument'
        'Disable-MdevAutoStart'
        'Enable-MdevAutoStart'
        'Get-MdevAttribute'
        'Get-MdevCapacity'
        'Get-MdevDefinition'
        'Get-MdevDevice'
        'Get-MdevParent'
        'Get-MdevPlacement'
        'Get-MdevSimulation'
        'Get-MdevType'
        'Get-MdevVfioInfo'
        'New-MdevDefinition'
        'New-MdevDevice'
        'New-MdevSimulation'
        'Remove-MdevDefinition'
        'Remove-MdevDevice'
        'Remove-MdevSimulation'
        'Restart-MdevSimulation'
        'Restore-MdevDevice'
        'Set-MdevAttribute'
        'Set-MdevDefinition'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('PSEdition_Core', 'Linux', 'mdev', 'vfio', 'vgpu', 'GVT-g', 'NVIDIA', 'virtualization', 'QEMU', 'KVM', 'sysfs')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
