using Mdev.Errors;
using Mdev.Interfaces;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Inventory;

/// <summary>Which devices are asked for.</summary>
public sealed record DeviceQuery
{
    /// <summary>Their UUIDs; empty for all.</summary>
    public IReadOnlyList<Guid> Uuids { get; init; } = [];

    /// <summary>Their type ids.</summary>
    public NameFilter Types { get; init; } = new();

    /// <summary>Their parents.</summary>
    public NameFilter Parents { get; init; } = new();

    /// <summary>The physical devices behind their parents.</summary>
    public NameFilter PhysicalDevices { get; init; } = new();
}

/// <summary>
/// Finds and reads the devices of a host. One UUID is one look-up; the devices of one parent cost only that parent's entries. Devices come
/// in the natural order of their parents and, of one parent, in the kernel's order.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
public sealed class DeviceReader(HostRoot host, Action<MdevException> report)
{
    private readonly ParentFinder _parents = new(host, report);

    /// <summary>Reads the devices, each as soon as it is asked for.</summary>
    public IEnumerable<MdevDevice> Read(DeviceQuery query) => query.Uuids.Count > 0 ? ByUuid(query) : OfParents(query);

    /// <summary>The device of this UUID; null when there is none. One whose removal waits is found too.</summary>
    /// <param name="uuid">The UUID.</param>
    /// <param name="parent">The parent that it was listed with, which decides where two interfaces have a device of the UUID; null where that is not known.</param>
    /// <exception cref="MdevException">Its entry is broken, or cannot be read; <see cref="MdevError.InvalidArgument"/>: it is that of two devices.</exception>
    public MdevDevice? Find(Guid uuid, string? parent = null)
    {
        MdevDevice[] found = All(uuid);
        if (found.Length > 1 && parent is not null)
            found = Array.FindAll(found, device => device.Parent == parent) is { Length: > 0 } there ? there : found;
        return found.Length <= 1 ? found.FirstOrDefault()
            : throw new MdevException(MdevError.InvalidArgument, $"The UUID {uuid} is that of two devices on host '{host.Root}', on the parents {string.Join(" and ", found.Select(device => Printable.Text(device.Parent)))}. Name the parent too, or pipe the one that is meant from Get-MdevDevice.") { Uuid = uuid };
    }

    /// <summary>The device of this UUID, as <see cref="Find"/> finds it.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.DeviceNotFound"/>; or what <see cref="Find"/> says.</exception>
    public MdevDevice Get(Guid uuid, string? parent = null) => Find(uuid, parent) ?? throw NotFound(uuid);

    // A mediated device may have been given the UUID that stands for a function, by whoever made it.
    private MdevDevice[] All(Guid uuid) => [.. _parents.Interfaces.Select(way => way.FindDevice(uuid, report)).OfType<MdevDevice>()];

    // What is asked for beside the UUID is held against the device itself, whatever else the host has.
    private IEnumerable<MdevDevice> ByUuid(DeviceQuery query)
    {
        foreach (Guid uuid in query.Uuids)
        {
            MdevDevice[] devices = [];
            try
            {
                devices = All(uuid);
                if (devices.Length == 0)
                    throw NotFound(uuid);
                MdevDevice[] asked = Array.FindAll(devices, device => IsAskedFor(device, query with { Types = OfType(device, query.Types) }));
                if (asked.Length == 0)
                    throw IsOther(devices[0]);
                devices = asked;
            }
            catch (MdevException e)
            {
                report(e);
                devices = [];
            }

            foreach (MdevDevice device in devices)
                yield return device;
        }
    }

    // Human names are those of the device's own parent.
    private NameFilter OfType(MdevDevice device, NameFilter types) =>
        types.MayBeHumanNames && device.Type is not null && _parents.ParentOf(device) is { } parent ? TypeReader.Settle(types, [parent]) : types;

    // A device that is on its way out has no type any more, and is meant all the same.
    private static bool IsAskedFor(MdevDevice device, DeviceQuery query) =>
        IsNamed(query.Parents, device.Parent, device.PhysicalDevice)
        && query.PhysicalDevices.Settle(name => name == device.PhysicalDevice).Matches(device.PhysicalDevice)
        && (device.Type is null || query.Types.Settle(name => name == device.Type).Matches(device.Type));

    // The name of a physical device stands for its functions.
    private static bool IsNamed(NameFilter parents, string parent, string physicalDevice)
    {
        NameFilter settled = parents.Settle(name => name == parent);
        return settled.Matches(parent) || NameFilter.Of([.. settled.Unmatched]) is { IsAll: false } others && others.Matches(physicalDevice);
    }

    private IEnumerable<MdevDevice> OfParents(DeviceQuery query)
    {
        List<HostParent> parents = _parents.Named(query.Parents, query.PhysicalDevices).ToList();
        NameFilter types = TypeReader.Settle(query.Types, parents);
        var seen = new NameSum();
        List<Guid>? told = query.Types.IsAll ? [] : null;
        foreach (MdevDevice device in ReadAhead.Of(parents, (parent, tell) => parent.Devices(types, tell), report))
        {
            told?.Add(device.Uuid);
            if (device.State != MdevDeviceState.Removing)
                seen.Add($"{device.Uuid}");
            yield return device;
        }

        if (query.Parents.IsAll && query.PhysicalDevices.IsAll)
        {
            foreach (MdevDevice device in _parents.Interfaces.SelectMany(way => way.Strays(seen, told, parents, report)))
            {
                if (IsAskedFor(device, query with { Types = types }))
                    yield return device;
            }
        }

        // No device of a type is no error; a type that nobody offers is one.
        foreach (MdevException missing in new TypeReader(host, report).NotOffered(types, parents))
            report(missing);
    }

    private MdevException IsOther(MdevDevice device) => new(
        MdevError.DeviceNotFound,
        $"The device with the UUID {device.Uuid} is of type '{Printable.Text(device.Type ?? "unknown")}' on parent '{Printable.Text(device.Parent)}' of host '{host.Root}', which is not what was asked for.")
    {
        Uuid = device.Uuid,
    };

    private MdevException NotFound(Guid uuid) => new(MdevError.DeviceNotFound, $"No device has the UUID {uuid} on host '{host.Root}'.{_parents.Note}") { Uuid = uuid };
}
