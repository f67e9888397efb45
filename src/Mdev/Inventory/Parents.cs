using Mdev.Errors;
using Mdev.Interfaces.MdevBus;
using Mdev.Interfaces.VendorVfio;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Inventory;

/// <summary>The interfaces that are known. A new one is added here, and nowhere else is asked which one something is of.</summary>
internal static class InterfaceKinds
{
    /// <summary>All of them; the first can have any UUID.</summary>
    public static IReadOnlyList<InterfaceKind> All { get; } = [new MdevBusKind(), new VendorVfioKind()];

    /// <summary>The interface of a device: the one that is told, or else the one that its UUID suggests. A mediated device hardly has a UUID that another interface gives.</summary>
    /// <param name="uuid">Its UUID.</param>
    /// <param name="told">The word for it, as an object has it; null or empty where it has none.</param>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>: it cannot be of that interface.</exception>
    public static InterfaceKind Of(Guid uuid, string? told = null) => string.IsNullOrEmpty(told) ? All.Last(kind => kind.CanHave(uuid))
        : All.FirstOrDefault(kind => kind.Name == told && kind.CanHave(uuid))
        ?? throw new MdevException(MdevError.InvalidArgument, $"Device {uuid} cannot be of the interface '{Printable.Text(told, 40)}'.");
}

/// <summary>Finds the parents of a host, by whatever interface they offer devices.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of every broken entry on the way; the search goes on.</param>
internal sealed class ParentFinder(HostRoot host, Action<MdevException> report)
{
    /// <summary>The interfaces that are known, those that the host does not have among them.</summary>
    public IReadOnlyList<IDeviceInterface> Interfaces { get; } = [.. InterfaceKinds.All.Select(kind => kind.On(host))];

    /// <summary>Why some of the parents may not have been seen: this user may not look there. Null when all were.</summary>
    public MdevException? Hidden { get; private set; }

    /// <summary>Whether the host has any interface for such devices.</summary>
    public bool IsSupported => Interfaces.Any(way => way.IsPresent);

    /// <summary>Why the host has nothing to list, as a sentence; the subject is given.</summary>
    public string WhyUnsupported(string subject) => $"{subject} has {string.Join(" and ", Interfaces.Select(way => way.WhyAbsent))}: no driver that offers such devices is loaded.";

    /// <summary>What is to be added where something is not found: nothing, unless the host has no such devices at all.</summary>
    public string Note => IsSupported ? "" : $" {WhyUnsupported("It")}";

    /// <summary>Makes sure that the host has an interface for such devices.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.NotSupported"/>.</exception>
    public void RequireSupport()
    {
        if (!IsSupported)
            throw new MdevException(MdevError.NotSupported, WhyUnsupported($"Host '{host.Root}'"));
    }

    /// <summary>
    /// The parents of these names, in natural order. One exact name costs no list of all parents. The name of a physical device
    /// that is no parent itself stands for its functions. A name without wildcards that neither has is reported.
    /// </summary>
    /// <param name="names">Their names, or those of their physical devices.</param>
    /// <param name="physicalDevices">The physical devices that they must be, or be functions of; null for any.</param>
    public IEnumerable<HostParent> Named(NameFilter names, NameFilter? physicalDevices = null)
    {
        NameFilter settled = names.Settle(name => Find(name) is not null);
        IReadOnlyList<string>? exact = settled.ExactNames;
        List<HostParent> found = exact is not null ? exact.Select(Find).OfType<HostParent>().ToList() : All().FindAll(parent => settled.Matches(parent.Name));
        var others = NameFilter.Of([.. settled.Unmatched]);
        if (exact is null && !others.IsAll)
        {
            List<HostParent> functions = All().FindAll(parent => others.Matches(parent.PhysicalDevice));
            found = found.Concat(functions).DistinctBy(parent => parent.Name).OrderBy(parent => parent.Name, NaturalOrder.Instance).ToList();
            // What nobody could look for is not called missing: why not was told.
            foreach (string name in Hidden is null ? others.Unmatched : [])
                report(new MdevException(MdevError.ParentNotFound, $"No parent is named '{Printable.Text(name)}' on host '{host.Root}', and none is a function of a physical device of that name.{Note}") { Name = name });
        }

        return physicalDevices is null or { IsAll: true } ? found : On(physicalDevices, found);
    }

    private List<HostParent> On(NameFilter names, List<HostParent> parents)
    {
        NameFilter physicalDevices = names.Settle(name => parents.Exists(parent => parent.PhysicalDevice == name));
        List<HostParent> found = parents.FindAll(parent => physicalDevices.Matches(parent.PhysicalDevice));
        string[] missing = [.. physicalDevices.Unmatched];
        // That the parents which were named are on another physical device is an empty answer, and no error.
        List<HostParent> all = missing.Length == 0 ? [] : All();
        foreach (string name in missing.Where(name => Hidden is null && !all.Exists(parent => NamePattern.Of(name).Matches(parent.PhysicalDevice))))
            report(new MdevException(MdevError.ParentNotFound, $"No parent on host '{host.Root}' is the physical device '{Printable.Text(name)}' or a function of it.{Note}") { Name = name });
        return found;
    }

    /// <summary>The parent of exactly this name; null when there is none.</summary>
    public HostParent? Find(string name) => Interfaces.Select(way => way.FindParent(name, report)).FirstOrDefault(parent => parent is not null);

    /// <summary>The parent of a device. Two interfaces may have a parent of the same name, and only one of them knows how the device goes away.</summary>
    public HostParent? ParentOf(MdevDevice device) => Interfaces.Select(way => way.FindParent(device.Parent, report)).FirstOrDefault(parent => parent?.Interface == device.Interface);

    private List<HostParent> All()
    {
        return Interfaces.SelectMany(way => way.Parents(Tell)).OrderBy(parent => parent.Name, NaturalOrder.Instance).ToList();

        void Tell(MdevException fault)
        {
            if (fault.Error == MdevError.PermissionDenied)
                Hidden ??= fault;
            report(fault);
        }
    }
}

/// <summary>Reads the parents of a host.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
public sealed class ParentReader(HostRoot host, Action<MdevException> report)
{
    private readonly ParentFinder _parents = new(host, report);

    /// <summary>Why the host has nothing to list, as a sentence; null when it has an interface for such devices.</summary>
    public string? WhyUnsupported => _parents.IsSupported ? null : _parents.WhyUnsupported($"Host '{host.Root}'");

    /// <summary>Reads the parents of these names, each as soon as it is asked for, in natural order.</summary>
    /// <param name="names">Their names, or those of their physical devices.</param>
    /// <param name="physicalDevices">The physical devices that they must be, or be functions of; null for any.</param>
    public IEnumerable<MdevParent> Read(NameFilter names, NameFilter? physicalDevices = null) =>
        _parents.Named(names, physicalDevices).Select(parent => parent.Read(report)).OfType<MdevParent>();
}
