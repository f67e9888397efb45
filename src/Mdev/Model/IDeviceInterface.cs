using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Model;

/// <summary>
/// One of the ways in which the kernel offers devices: the seam between what differs from interface to interface and everything above it. Whoever adds a way writes
/// one folder in Interfaces, with a class of this kind, an <see cref="IDeviceInterface"/> and a <see cref="HostParent"/>, and a word for it in <see cref="MdevInterface"/>.
/// What is said here holds on every host, so that it can be said of an object that comes from a file or from another computer.
/// </summary>
internal abstract class InterfaceKind
{
    /// <summary>Its word: one of <see cref="MdevInterface"/>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether mdevctl and libvirt know its parents, so that definitions lie in mdevctl's folder.</summary>
    public abstract bool IsOfMdevctl { get; }

    /// <summary>What in a rule of udev matches the event by which a parent comes; its folder of definitions is looked for behind it.</summary>
    public abstract string UdevMatch { get; }

    /// <summary>The attributes of parents and devices by which devices are made and removed, so that they are nobody's to set by hand, beside those that every kernel has.</summary>
    public virtual IReadOnlyList<string> Controls => [];

    /// <summary>It on a host, which may not have it.</summary>
    public abstract IDeviceInterface On(HostRoot host);

    /// <summary>Whether a device of it can have this UUID.</summary>
    public abstract bool CanHave(Guid uuid);

    /// <summary>The only parent that a device of this UUID can be on; null where the UUID does not say.</summary>
    public virtual string? ParentOf(Guid uuid) => null;

    /// <summary>What the software of a VM is told of a device.</summary>
    public abstract GivenDevice Given(Guid uuid);
}

/// <summary>What the software of a VM is told of a device.</summary>
/// <param name="SysfsPath">The path by which the host's kernel names it.</param>
/// <param name="PciAddress">The address of the PCI function that it is; null when it is a mediated device.</param>
/// <param name="NeedsVmUuid">Whether its driver asks for the UUID of the VM.</param>
internal sealed record GivenDevice(string SysfsPath, string? PciAddress = null, bool NeedsVmUuid = false);

/// <summary>An interface on a host. What is broken is reported and costs nothing else.</summary>
internal interface IDeviceInterface
{
    /// <summary>Whether the host has it.</summary>
    bool IsPresent { get; }

    /// <summary>Why the host has nothing by it, as the end of a sentence about the host.</summary>
    string WhyAbsent { get; }

    /// <summary>All parents, in no order.</summary>
    IEnumerable<HostParent> Parents(Action<MdevException> report);

    /// <summary>The parent of exactly this name, usually by one look-up; null when there is none, or its entry is broken.</summary>
    HostParent? FindParent(string name, Action<MdevException> report);

    /// <summary>The device of this UUID, usually by one look-up: one that has left the bus is looked for at the parents. Null when there is none.</summary>
    /// <exception cref="MdevException">Its entry is broken, or cannot be read.</exception>
    MdevDevice? FindDevice(Guid uuid, Action<MdevException> report);

    /// <summary>The UUIDs of all devices, in no order. What is broken is left to a listing.</summary>
    /// <returns>Parent and type where a few looks tell them of many devices; null where <see cref="FindDevice"/> has to tell how a device stands.</returns>
    IEnumerable<(Guid Uuid, (string Parent, string Type)? Known)> Overview();

    /// <summary>Reports the entries for devices that lead to no device of these parents.</summary>
    /// <param name="seen">The names of all devices that were read.</param>
    /// <param name="told">The devices that were told; null where only some were asked for.</param>
    /// <param name="parents">The parents whose devices were read.</param>
    /// <param name="report">Told of each.</param>
    /// <returns>Devices that came to light, none of them told before.</returns>
    IEnumerable<MdevDevice> Strays(NameSum seen, IReadOnlyCollection<Guid>? told, IReadOnlyCollection<HostParent> parents, Action<MdevException> report);
}

/// <summary>
/// A parent on a host: what it offers, what devices it has, and how one is made and taken away. It is a name and a path; every question looks anew.
/// </summary>
internal abstract class HostParent
{
    /// <summary>Its name in sysfs.</summary>
    public required string Name { get; init; }

    /// <summary>Its directory as the host sees it.</summary>
    public required string SysfsPath { get; init; }

    /// <summary>By which interface it offers devices: one of <see cref="MdevInterface"/>.</summary>
    public abstract string Interface { get; }

    /// <summary>The directory of the physical device that it is, or is a function of.</summary>
    public abstract string PhysicalPath { get; }

    /// <summary>The name of that physical device.</summary>
    public string PhysicalDevice => PhysicalPath[(PhysicalPath.LastIndexOf('/') + 1)..];

    /// <summary>The functions of its physical device that are parents, itself among them.</summary>
    public abstract IReadOnlyList<HostParent> Siblings(Action<MdevException> report);

    /// <summary>The NUMA node it is attached to; null when the platform names none.</summary>
    public abstract int? NumaNode(Action<MdevException> report);

    /// <summary>What it is; null when it is gone or cannot be read.</summary>
    public abstract MdevParent? Read(Action<MdevException> report);

    /// <summary>The ids of the types it offers, in natural order.</summary>
    public abstract IReadOnlyList<string> TypeIds(Action<MdevException> report);

    /// <summary>Whether it lists only types that it can make now, so that it may offer more than it says.</summary>
    public virtual bool MayOfferMore => false;

    /// <summary>Whether it offers exactly this type id.</summary>
    public abstract bool Offers(string type);

    /// <summary>The directory of a type as the host sees it, or the file that lists it where types have no directory.</summary>
    public abstract string TypePath(string type);

    /// <summary>Its types, each as soon as it is asked for.</summary>
    public abstract IEnumerable<MdevType> Types(TypeQuery query, Action<MdevException> report, CancellationToken cancel);

    /// <summary>Its types with their human names, and nothing else of them; a type without a name is left out.</summary>
    public abstract IEnumerable<(string Type, string Name)> TypeNames(Action<MdevException> report, CancellationToken cancel);

    /// <summary>How many more devices of a type it says it can make; null when it does not say.</summary>
    /// <exception cref="MdevException">What it has already cannot be read, so that nothing is to be made on it.</exception>
    public abstract int? Available(string type, Action<MdevException> report);

    /// <summary>Why it can make no device of a type now, where the devices that are there are not reason enough; null when nothing more is known.</summary>
    /// <param name="type">The type id.</param>
    /// <param name="beside">The types of the devices that its physical device has.</param>
    public virtual string? WhyNone(string type, IReadOnlyCollection<string> beside) => null;

    /// <summary>What is known of a type beside its room.</summary>
    public abstract TypeDescription Describe(string type, Action<MdevException> report);

    /// <summary>Its devices, each as soon as it is asked for.</summary>
    public abstract IEnumerable<MdevDevice> Devices(NameFilter types, Action<MdevException> report);

    /// <summary>The types of its devices, without a closer look at them.</summary>
    public abstract IEnumerable<string> TypesInUse(Action<MdevException> report);

    /// <summary>Its device of this UUID; null when there is none.</summary>
    public abstract MdevDevice? FindDevice(Guid uuid, Action<MdevException> report);

    /// <summary>The UUID that a device of this parent has by itself; null where whoever makes a device chooses one.</summary>
    public virtual Guid? FixedUuid => null;

    /// <summary>Whether a device of this parent can have this UUID.</summary>
    public abstract bool Takes(Guid uuid);

    /// <summary>Whether making a device on one function changes what its siblings offer, so that they have to be read again.</summary>
    public virtual bool ChangesWithSiblings => false;

    /// <summary>Opens what is written to make a device, and writes it: one write(2).</summary>
    /// <exception cref="MdevException">The kernel refused; what its errno means is explained.</exception>
    public abstract void Make(string type, Guid uuid);

    /// <summary>The directory of a device of this UUID as the host sees it, whether there is one or not.</summary>
    public abstract string DevicePath(Guid uuid);

    /// <summary>Opens what is written to take a device away.</summary>
    /// <exception cref="MdevException">The kernel refused; its errno says how.</exception>
    public abstract IAttributeWriter OpenRemoval(MdevDevice device);

    /// <summary>
    /// Takes a device away by what was opened, while nobody else can open it. What goes is the device that was there when it was opened, or nothing.
    /// </summary>
    /// <exception cref="MdevException">The kernel refused, by its errno; or <see cref="MdevError.DeviceChanged"/>, <see cref="MdevError.DeviceNotFound"/>: the device is not what it was, or not there any more.</exception>
    /// <exception cref="OperationCanceledException">The wait for the kernel's answer was stopped; the kernel goes on.</exception>
    public abstract void Remove(IAttributeWriter opened, MdevDevice device, CancellationToken cancel);

    /// <summary>Why a device that somebody has open cannot be taken away here, as a sentence; null where it can, once it is let go.</summary>
    public virtual string? WhyNotInUse => null;

    /// <summary>Has a device taken away that somebody has open: the kernel ends it once the device is let go, whoever began it.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.ShellUnavailable"/>.</exception>
    public virtual void RemoveInUse(IAttributeWriter opened) => throw new NotSupportedException(WhyNotInUse);

    /// <summary>Whether nothing of a device is left, also of one whose removal has waited.</summary>
    public abstract bool IsGone(MdevDevice device);

    /// <summary>The cause of a refusal to take a device away, and why in words that go behind a colon.</summary>
    public virtual (MdevError Error, string Why) WhyNotRemoved(MdevException refused, MdevDevice device) => Refusal.Of(Attempt.Remove, refused);
}

/// <summary>A sum over names that does not depend on their order: two lists with the same count and sum hold the same names, but for a collision of the hash.</summary>
internal sealed class NameSum
{
    private ulong _sum;

    /// <summary>How many names were added.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a name.</summary>
    public void Add(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in name)
            hash = (hash ^ c) * 1099511628211;
        _sum += hash;
        Count++;
    }

    /// <summary>Whether the names of another sum are the same.</summary>
    public bool IsSame(NameSum other) => Count == other.Count && _sum == other._sum;
}

/// <summary>Which types are asked for.</summary>
public sealed record TypeQuery
{
    /// <summary>The type ids.</summary>
    public NameFilter Types { get; init; } = new();

    /// <summary>The human names.</summary>
    public NameFilter Names { get; init; } = new();

    /// <summary>The parents that offer them.</summary>
    public NameFilter Parents { get; init; } = new();

    /// <summary>The physical devices behind those parents.</summary>
    public NameFilter PhysicalDevices { get; init; } = new();

    /// <summary>Only types of which the parent can make one more.</summary>
    public bool Available { get; init; }
}
