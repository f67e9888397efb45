using System.Collections.Concurrent;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Interfaces.MdevBus;

/// <summary>A parent of mediated devices: its types lie in mdev_supported_types, its devices are directories below its own.</summary>
/// <param name="host">The host.</param>
internal sealed class MdevBusParent(HostRoot host) : HostParent
{
    internal const string TypesDirectory = "mdev_supported_types";
    private const string RemovalValue = "1";

    // Hundreds of parents say the same of the types that they share.
    private static readonly ConcurrentDictionary<string, TypeDescription> s_descriptions = new();
    private const int MostDescriptions = 4096;

    private string? _physicalPath;

    public override string Interface => MdevInterface.Mdev;

    public override string PhysicalPath => _physicalPath ??= PhysicalFunctions.PathOf(host, SysfsPath);

    private string TypesPath => $"{SysfsPath}/{TypesDirectory}";

    public override IReadOnlyList<HostParent> Siblings(Action<MdevException> report) => PhysicalFunctions.With(this, PhysicalPath == SysfsPath ? []
        : PhysicalFunctions.FunctionsOf(host, PhysicalPath, report)
            .Select(path => path == SysfsPath ? this : new MdevBusParent(host) { Name = HostFiles.Name(path), SysfsPath = path, _physicalPath = PhysicalPath }));

    public override int? NumaNode(Action<MdevException> report)
    {
        using DirectoryHandle? directory = Open(report);
        return directory is null ? null : new AttributeReader(report).NumaNode(directory);
    }

    public override MdevParent? Read(Action<MdevException> report)
    {
        using DirectoryHandle? directory = Open(report);
        if (directory is null)
            return null;
        var attributes = new AttributeReader(report);
        return new MdevParent
        {
            Parent = Name,
            PhysicalDevice = PhysicalDevice,
            Interface = MdevInterface.Mdev,
            Driver = attributes.LinkName(directory, "driver"),
            Subsystem = attributes.LinkName(directory, "subsystem"),
            NumaNode = attributes.NumaNode(directory),
            PhysicalFunction = PhysicalPath == SysfsPath ? null : PhysicalDevice,
            PciId = attributes.PciId(directory),
            Types = [.. TypeIds(report)],
            DeviceCount = new MdevBusDevices(host, this, directory, report).Count(),
            SysfsPath = SysfsPath,
            Root = host.Root,
        };
    }

    public override IReadOnlyList<string> TypeIds(Action<MdevException> report)
    {
        using DirectoryHandle? types = OpenTypes(report);
        return types is null ? [] : TypeIds(types);
    }

    public override bool Offers(string type) => NamePattern.IsName(type) && host.Files.HasDirectory($"{TypesPath}/{type}");

    public override string TypePath(string type) => $"{TypesPath}/{type}";

    public override IEnumerable<MdevType> Types(TypeQuery query, Action<MdevException> report, CancellationToken cancel)
    {
        using DirectoryHandle? directory = Open(report);
        using DirectoryHandle? types = directory is null ? null : Try(report, () => directory.OpenDirectory(TypesDirectory));
        if (types is null)
            yield break;
        var attributes = new AttributeReader(report);
        string? driver = null;
        foreach (string id in TypeIds(types))
        {
            if (cancel.IsCancellationRequested)
                yield break;
            if (!query.Types.Matches(id))
                continue;
            driver ??= attributes.DriverString(directory!) ?? "";
            if (ReadType(types, id, driver, query, attributes) is { } type)
                yield return type;
        }
    }

    public override IEnumerable<(string Type, string Name)> TypeNames(Action<MdevException> report, CancellationToken cancel)
    {
        using DirectoryHandle? types = OpenTypes(report);
        foreach (string id in types is null ? [] : TypeIds(types).TakeWhile(_ => !cancel.IsCancellationRequested))
        {
            if (Try(report, () => types!.ReadAttribute($"{id}/name")) is { Length: > 0 } name)
                yield return (id, name);
        }
    }

    public override int? Available(string type, Action<MdevException> report)
    {
        using DirectoryHandle? directory = Try(report, () => host.Files.OpenDirectory($"{TypesPath}/{type}"));
        return directory is null ? 0 : new AttributeReader(report).Number(directory, "available_instances");
    }

    public override TypeDescription Describe(string type, Action<MdevException> report)
    {
        using DirectoryHandle? directory = Try(report, () => host.Files.OpenDirectory($"{TypesPath}/{type}"));
        return directory is null ? default : Understand(new AttributeReader(report).Text(directory, "description"));
    }

    public override IEnumerable<MdevDevice> Devices(NameFilter types, Action<MdevException> report)
    {
        using DirectoryHandle? directory = Open(report);
        foreach (MdevDevice device in directory is null ? [] : new MdevBusDevices(host, this, directory, report).All(types))
            yield return device;
    }

    public override IEnumerable<string> TypesInUse(Action<MdevException> report)
    {
        using DirectoryHandle? directory = Try(report, () => host.Files.OpenDirectory(SysfsPath));
        return directory is null ? [] : new MdevBusDevices(host, this, directory, report).TypesInUse();
    }

    /// <summary>The UUIDs of its devices, with their types as far as its types' directories or few looks tell them.</summary>
    internal IReadOnlyList<(Guid Uuid, string? Type)> TypesByUuid()
    {
        using DirectoryHandle? directory = Try(_ => { }, () => host.Files.OpenDirectory(SysfsPath));
        return directory is null ? [] : new MdevBusDevices(host, this, directory, _ => { }).TypesByUuid();
    }

    public override MdevDevice? FindDevice(Guid uuid, Action<MdevException> report)
    {
        using DirectoryHandle? directory = host.Files.OpenDirectory(SysfsPath);
        return directory is null ? null : new MdevBusDevices(host, this, directory, report).Find(uuid);
    }

    public override void Make(string type, Guid uuid)
    {
        try
        {
            if (!NamePattern.IsName(type))
                throw new MdevException(MdevError.TypeNotFound, $"'{Printable.Text(type)}' cannot be the id of a type.");
            using IAttributeWriter create = host.Kernel.OpenAttribute($"{TypesPath}/{type}/create");
            host.Write(create, $"{uuid}");
        }
        catch (MdevException e) when (e.Errno != 0)
        {
            (MdevError error, string why) = Refusal.Of(Attempt.Make, e);
            throw new MdevException(error, $"Cannot make a device of type '{Printable.Text(type)}' on parent '{Printable.Text(Name)}': {why}", e)
            {
                Uuid = error == MdevError.UuidExists ? uuid : null,
            };
        }
    }

    // A UUID that stands for a PCI function is left to that function's device.
    public override bool Takes(Guid uuid) => FunctionUuid.AddressOf(uuid) is null;

    public override string DevicePath(Guid uuid) => $"{SysfsPath}/{uuid}";

    public override IAttributeWriter OpenRemoval(MdevDevice device) => host.Kernel.OpenAttribute($"{DevicePath(device.Uuid)}/remove");

    public override void Remove(IAttributeWriter opened, MdevDevice device, CancellationToken cancel) => host.Write(opened, RemovalValue);

    public override void RemoveInUse(IAttributeWriter opened) => host.WriteDetached(opened, RemovalValue);

    public override bool IsGone(MdevDevice device) => !host.Files.HasDirectory(device.SysfsPath);

    private static List<string> TypeIds(DirectoryHandle types) => types.Entries()
        .Where(entry => entry.Kind is EntryKind.Directory or EntryKind.Unknown)
        .Select(entry => entry.Name)
        .Order(NaturalOrder.Instance)
        .ToList();

    private static T? Try<T>(Action<MdevException> report, Func<T?> read) => new AttributeReader(report).Try(read);

    private static TypeDescription Understand(string? description)
    {
        if (description is null)
            return default;
        if (s_descriptions.Count > MostDescriptions)
            s_descriptions.Clear();
        return s_descriptions.GetOrAdd(description, TypeDescription.Parse);
    }

    private MdevType? ReadType(DirectoryHandle types, string id, string driver, TypeQuery query, AttributeReader attributes)
    {
        // What can rule the type out is read first, so that nothing else of it is read then.
        string? name = query.Names.IsAll ? null : attributes.Text(types, $"{id}/name");
        if (!query.Names.IsAll && (name is null || !query.Names.Matches(name)))
            return null;
        int? available = query.Available ? attributes.Number(types, $"{id}/available_instances") : null;
        if (query.Available && available is not > 0)
            return null;
        string? text = attributes.Text(types, $"{id}/description");
        TypeDescription description = Understand(text);
        return new MdevType
        {
            Type = id,
            Name = name ?? attributes.Text(types, $"{id}/name"),
            Parent = Name,
            PhysicalDevice = PhysicalDevice,
            Interface = MdevInterface.Mdev,
            Driver = driver.Length == 0 ? null : driver,
            DeviceApi = attributes.Text(types, $"{id}/device_api"),
            AvailableInstances = available ?? attributes.Number(types, $"{id}/available_instances"),
            Description = text,
            FramebufferBytes = description.FramebufferBytes,
            MaxResolution = description.MaxResolution,
            Heads = description.Heads,
            FrameRateLimit = description.FrameRateLimit,
            MaxInstances = description.MaxInstances,
            SysfsPath = $"{TypesPath}/{id}",
            Root = host.Root,
        };
    }

    private DirectoryHandle? OpenTypes(Action<MdevException> report) => Try(report, () => host.Files.OpenDirectory(TypesPath));

    // Null when it is gone; while its entry is there all the same, that is told.
    private DirectoryHandle? Open(Action<MdevException> report) => Try(report, () =>
    {
        if (host.Files.OpenDirectory(SysfsPath) is { } directory)
        {
            _physicalPath ??= PhysicalFunctions.PathOf(host, directory, SysfsPath);
            return directory;
        }

        string entry = $"{MdevBus.Class}/{Name}";
        return host.Files.ReadLink(entry) is null || host.Files.HasDirectory(SysfsPath) ? null
            : throw new MdevException(MdevError.BrokenEntry, $"'{host.OnMachine(entry)}' leads to '{SysfsPath}', which is not there.", host.OnMachine(entry));
    });
}
