using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Interfaces.VendorVfio;

/// <summary>Functions with vGPU types, as on every host. The UUID of a device follows from the function's address.</summary>
internal sealed class VendorVfioKind : InterfaceKind
{
    public override string Name => MdevInterface.VendorVfio;

    public override bool IsOfMdevctl => false;

    public override string UdevMatch => $"ACTION!=\"remove|unbind\", SUBSYSTEM==\"pci\", TEST==\"{VendorVfioParent.CurrentType}\"";

    public override IReadOnlyList<string> Controls { get; } = [VendorVfioParent.CurrentType, VendorVfioParent.CreatableTypesFile];

    public override IDeviceInterface On(HostRoot host) => new VendorVfioFunctions(host);

    public override bool CanHave(Guid uuid) => ParentOf(uuid) is not null;

    public override string? ParentOf(Guid uuid) => FunctionUuid.AddressOf(uuid);

    // NVIDIA's daemon looks for the UUID of the VM on QEMU's command line.
    public override GivenDevice Given(Guid uuid) => new($"{VendorVfioFunctions.Functions}/{ParentOf(uuid)}", ParentOf(uuid), NeedsVmUuid: true);
}

/// <summary>
/// NVIDIA's vendor-specific VFIO, by which its drivers offer vGPUs since Linux 6.8: an SR-IOV virtual function is given a type by a number that is written to
/// it. A parent is what has that attribute, whatever its driver is called; nothing here asks the driver which types it would take.
/// Sources: NVIDIA's vGPU driver (vgpu-vfio, os-hypervisor.c) and the upstream driver as it was proposed.
/// </summary>
/// <param name="host">The host.</param>
internal sealed class VendorVfioFunctions(HostRoot host) : IDeviceInterface
{
    internal const string Functions = "/sys/bus/pci/devices";
    private const int FewFunctions = 64;

    public bool IsPresent => Parents(_ => { }).Any();

    public string WhyAbsent => $"no PCI function to which a driver gives vGPU types ({VendorVfioParent.CurrentType})";

    public IEnumerable<HostParent> Parents(Action<MdevException> report)
    {
        using DirectoryHandle? functions = Open(report);
        if (functions is null)
            yield break;
        foreach (HostParent parent in ReadAhead.Of(new AttributeReader(report).Try(() => functions.Entries().ToList()) ?? [], (entry, tell) => At(functions, entry.Name, tell) is { } found ? new[] { found } : [], report, alone: FewFunctions))
            yield return parent;
    }

    public HostParent? FindParent(string name, Action<MdevException> report) => FunctionUuid.Of(name) is null ? null : Look(name, report);

    public MdevDevice? FindDevice(Guid uuid, Action<MdevException> report) =>
        FunctionUuid.AddressOf(uuid) is { } address ? Look(address, fault => throw fault)?.FindDevice(uuid, report) : null;

    public IEnumerable<(Guid Uuid, (string Parent, string Type)? Known)> Overview() => Parents(_ => { })
        .SelectMany(parent => parent.Devices(new NameFilter(), _ => { }))
        .Select(device => (device.Uuid, device.State == MdevDeviceState.Active ? (device.Parent, device.Type!) : ((string, string)?)null));

    // Devices are functions, and those without a type are none.
    public IEnumerable<MdevDevice> Strays(NameSum seen, IReadOnlyCollection<Guid>? told, IReadOnlyCollection<HostParent> parents, Action<MdevException> report) => [];

    private DirectoryHandle? Open(Action<MdevException> report) => new AttributeReader(report).Try(() => host.Files.OpenDirectory(Functions));

    private VendorVfioParent? Look(string name, Action<MdevException> report)
    {
        using DirectoryHandle? functions = Open(report);
        return functions is null ? null : At(functions, name, report);
    }

    // Null when the function is none of a vGPU's, which one failing look tells.
    private VendorVfioParent? At(DirectoryHandle functions, string name, Action<MdevException> report)
    {
        try
        {
            if (FunctionUuid.Of(name) is not { } uuid || !host.Files.Exists($"{Functions}/{name}/{VendorVfioParent.CurrentType}"))
                return null;
            if (functions.ReadLink(name) is not { } target)
                return null;
            string path = host.Resolve(Functions, target);
            return HostFiles.Name(path) == name ? new VendorVfioParent(host, uuid) { Name = name, SysfsPath = path }
                : throw new MdevException(MdevError.BrokenEntry, $"'{functions.Path}/{name}' leads to '{Printable.Text(target)}', which is not the function of that name.", $"{functions.Path}/{name}");
        }
        catch (MdevException e)
        {
            string path = $"{functions.Path}/{name}";
            report(e.Errno == 0 || e.Error == MdevError.PermissionDenied ? e : new MdevException(MdevError.BrokenEntry, $"'{path}' is no link to a PCI function", e));
            return null;
        }
    }
}
