using System.Collections.Concurrent;
using Mdev.Kernel;

namespace Mdev.Inventory;

/// <summary>Reads the types that one parent offers.</summary>
/// <param name="host">The host.</param>
/// <param name="place">The parent.</param>
/// <param name="descriptions">The descriptions that were understood before: hundreds of parents say the same of the types that they share.</param>
/// <param name="report">Told of everything that is broken; the reading goes on.</param>
internal sealed class ParentTypes(HostRoot host, ParentPlace place, ConcurrentDictionary<string, TypeDescription> descriptions, Action<MdevException> report)
{
    private readonly AttributeReader _attributes = new(report);

    /// <summary>Reads them, each as soon as it is asked for.</summary>
    public IEnumerable<MdevType> Read(NameFilter types, TypeQuery query, CancellationToken cancel)
    {
        using DirectoryHandle? directory = Open();
        if (directory is null)
            yield break;
        string? driver = null;
        foreach (string name in ParentPlaces.TypeNames(directory))
        {
            if (cancel.IsCancellationRequested)
                yield break;
            if (!types.Matches(name))
                continue;
            driver ??= Driver(directory) ?? "";
            if (ReadOne(directory, name, driver, query) is { } type)
                yield return type;
        }
    }

    private DirectoryHandle? Open()
    {
        try
        {
            if (host.OpenDirectory(place.TypesPath) is { } directory)
                return directory;
            // Nothing there: an empty answer for a parent without types, a report for an entry that leads nowhere.
            new ParentPlaces(host, report).Open(place)?.Dispose();
        }
        catch (MdevException e)
        {
            report(e);
        }

        return null;
    }

    // What the type ids begin with: the kernel's dev_driver_string of the parent (drivers/base/core.c).
    private string? Driver(DirectoryHandle types) => _attributes.LinkName(types, "../driver") ?? _attributes.LinkName(types, "../subsystem");

    private MdevType? ReadOne(DirectoryHandle types, string name, string driver, TypeQuery query)
    {
        // What can rule the type out is read first, so that nothing else of it is read then.
        string? human = query.Names.IsAll ? null : _attributes.Text(types, $"{name}/name");
        if (!query.Names.IsAll && (human is null || !query.Names.Matches(human)))
            return null;
        int? available = query.Available ? _attributes.Number(types, $"{name}/available_instances") : null;
        if (query.Available && available is not > 0)
            return null;
        human ??= _attributes.Text(types, $"{name}/name");
        string? text = _attributes.Text(types, $"{name}/description");
        TypeDescription description = text is null ? default : descriptions.GetOrAdd(text, TypeDescription.Parse);
        return new MdevType
        {
            Type = name,
            Name = human,
            Parent = place.Name,
            Driver = driver.Length == 0 ? null : driver,
            DeviceApi = _attributes.Text(types, $"{name}/device_api"),
            AvailableInstances = available ?? _attributes.Number(types, $"{name}/available_instances"),
            Description = text,
            FramebufferBytes = description.FramebufferBytes,
            MaxResolution = description.MaxResolution,
            Heads = description.Heads,
            FrameRateLimit = description.FrameRateLimit,
            MaxInstances = description.MaxInstances,
            SysfsPath = $"{place.TypesPath}/{name}",
            Root = host.Root,
        };
    }
}
