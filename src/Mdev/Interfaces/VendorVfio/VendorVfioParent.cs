using System.Globalization;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Interfaces.VendorVfio;

/// <summary>
/// A virtual function that can have a vGPU. Its device is itself while it has a type: reading <c>current_vgpu_type</c> is cheap, reading
/// <c>creatable_vgpu_types</c> asks the driver for every type, so that only what needs to know that does it.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="uuid">The UUID of a device on it.</param>
internal sealed class VendorVfioParent(HostRoot host, Guid uuid) : HostParent
{
    internal const string CurrentType = "nvidia/current_vgpu_type";
    internal const string CreatableTypesFile = "nvidia/creatable_vgpu_types";

    private const string DeviceApi = "vfio-pci";
    private const string NoType = "0";

    private string? _physicalPath;

    public override string Interface => MdevInterface.VendorVfio;

    public override Guid? FixedUuid => uuid;

    public override bool ChangesWithSiblings => true;

    public override string PhysicalPath => _physicalPath ??= PhysicalFunctions.PathOf(host, SysfsPath);

    public override string? WhyNotInUse => "The driver refuses to take the vGPU from a running VM, so that a removal cannot wait for it";

    public override bool Takes(Guid other) => other == uuid;

    public override IReadOnlyList<HostParent> Siblings(Action<MdevException> report) => PhysicalFunctions.With(this, PhysicalPath == SysfsPath ? [] : Functions(report));

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
        int current = Current(directory, report) ?? 0;
        return new MdevParent
        {
            Parent = Name,
            PhysicalDevice = PhysicalDevice,
            Interface = Interface,
            Driver = attributes.LinkName(directory, "driver"),
            Subsystem = attributes.LinkName(directory, "subsystem"),
            NumaNode = attributes.NumaNode(directory),
            PhysicalFunction = PhysicalPath == SysfsPath ? null : PhysicalDevice,
            PciId = attributes.PciId(directory),
            Types = [.. Ids(Known(report)?.Keys, current)],
            DeviceCount = current == 0 ? 0 : 1,
            SysfsPath = SysfsPath,
            Root = host.Root,
        };
    }

    public override IReadOnlyList<string> TypeIds(Action<MdevException> report)
    {
        using DirectoryHandle? directory = Open(report);
        return directory is null ? [] : Ids(Numbers(Known(report), Creatable(directory, report)), Current(directory, report) ?? 0);
    }

    // Nothing but vgpuConfig.xml tells of types that the driver does not list.
    public override bool MayOfferMore => Known(null) is null;

    // What is cheap to know is asked first; the types of the other vGPUs of the GPU are offered too, although a full GPU lists nothing.
    public override bool Offers(string type)
    {
        if (VgpuId.Number(type) is not { } number)
            return false;
        static void Ignore(MdevException exception) => _ = exception;
        if (Known(null)?.ContainsKey(number) == true)
            return true;
        using DirectoryHandle? directory = Open(Ignore);
        return directory is not null
            && (Current(directory, Ignore) == number || Creatable(directory, Ignore)?.ContainsKey(number) == true || Siblings(Ignore).Any(sibling => sibling.TypesInUse(Ignore).Contains(type)));
    }

    public override string TypePath(string type) => $"{SysfsPath}/{CreatableTypesFile}";

    public override IEnumerable<MdevType> Types(TypeQuery query, Action<MdevException> report, CancellationToken cancel)
    {
        using DirectoryHandle? directory = Open(report);
        if (directory is null)
            yield break;
        IReadOnlyDictionary<int, string>? creatable = Creatable(directory, report);
        IReadOnlyDictionary<int, VgpuProfile>? known = Known(report);
        int? current = Current(directory, report);
        string? path = null;
        foreach (int number in Sorted(Numbers(known, creatable), current ?? 0))
        {
            if (cancel.IsCancellationRequested)
                yield break;
            string id = VgpuId.Of(number);
            int? available = creatable is null || current is null ? null : creatable.ContainsKey(number) ? 1 : 0;
            if (!query.Types.Matches(id) || (query.Available && available is not > 0))
                continue;
            VgpuProfile type = Told(number, creatable, known);
            if (!query.Names.IsAll && (type.Name is null || !query.Names.Matches(type.Name)))
                continue;
            yield return new MdevType
            {
                Type = id,
                Name = type.Name,
                Parent = Name,
                PhysicalDevice = PhysicalDevice,
                Interface = Interface,
                Driver = VgpuId.Vendor,
                DeviceApi = DeviceApi,
                AvailableInstances = available,
                FramebufferBytes = type.Description.FramebufferBytes,
                MaxResolution = type.Description.MaxResolution,
                Heads = type.Description.Heads,
                MaxInstances = type.Description.MaxInstances,
                SysfsPath = path ??= TypePath(id),
                Root = host.Root,
            };
        }
    }

    public override IEnumerable<(string Type, string Name)> TypeNames(Action<MdevException> report, CancellationToken cancel)
    {
        IReadOnlyDictionary<int, VgpuProfile>? known = Known(report);
        if (known is not null)
            return known.Where(type => type.Value.Name is not null).Select(type => (VgpuId.Of(type.Key), type.Value.Name!));
        using DirectoryHandle? directory = Open(report);
        return directory is null ? [] : (Creatable(directory, report) ?? new Dictionary<int, string>()).Select(row => (VgpuId.Of(row.Key), row.Value)).ToList();
    }

    public override int? Available(string type, Action<MdevException> report)
    {
        using DirectoryHandle? directory = Open(report);
        // The driver is not asked where there is a vGPU already, and where that cannot be told there may be one.
        if (directory is null || VgpuId.Number(type) is not { } number || Current(directory, Throw) is not 0)
            return 0;
        return Creatable(directory, report) is { } creatable ? creatable.ContainsKey(number) ? 1 : 0 : null;
    }

    // MIG shows in the names only: of what is there, or else of what the driver lists.
    public override string? WhyNone(string type, IReadOnlyCollection<string> beside)
    {
        IReadOnlyDictionary<int, VgpuProfile>? known = Known(null);
        string? Name(string id) => known?.GetValueOrDefault(VgpuId.Number(id) ?? 0)?.Name;
        IReadOnlyDictionary<int, string>? creatable = known is null || beside.Count == 0 ? CreatableNow() : null;
        if (VgpuName.IsOnInstance(Name(type) ?? creatable?.GetValueOrDefault(VgpuId.Number(type) ?? 0)))
            return VgpuName.NeedsInstance;
        if (beside.Any(id => VgpuName.IsOnInstance(Name(id))) || (creatable is { Count: > 0 } && creatable.Values.All(VgpuName.IsOnInstance)))
            return VgpuName.NeedsUndivided;
        return beside.Count == 0 && creatable is { Count: 0 } ? VgpuName.ListsNothing : null;
    }

    public override TypeDescription Describe(string type, Action<MdevException> report)
    {
        if (VgpuId.Number(type) is not { } number)
            return default;
        if (Known(report) is { } known && known.ContainsKey(number))
            return Told(number, null, known).Description;
        using DirectoryHandle? directory = Open(report);
        return directory is null ? default : Told(number, Creatable(directory, report), null).Description;
    }

    public override IEnumerable<MdevDevice> Devices(NameFilter types, Action<MdevException> report)
    {
        using DirectoryHandle? directory = new AttributeReader(report).Try(() => host.Files.OpenDirectory(SysfsPath));
        if (directory is not null && Device(directory, Current(directory, report), types, report) is { } device)
            yield return device;
    }

    public override IEnumerable<string> TypesInUse(Action<MdevException> report)
    {
        using DirectoryHandle? directory = Open(report);
        return directory is not null && Current(directory, report) is > 0 and var number ? [VgpuId.Of(number)] : [];
    }

    public override MdevDevice? FindDevice(Guid other, Action<MdevException> report)
    {
        if (other != uuid)
            return null;
        using DirectoryHandle? directory = host.Files.OpenDirectory(SysfsPath);
        return directory is null ? null : Device(directory, Current(directory, Throw), new NameFilter(), report);
    }

    public override string DevicePath(Guid other) => SysfsPath;

    public override void Make(string type, Guid other)
    {
        try
        {
            int number = VgpuId.Number(type) ?? throw new MdevException(MdevError.TypeNotFound, $"'{Printable.Text(type)}' is no type of a vGPU: those are {VgpuId.Vendor}- and a number.");
            using IAttributeWriter current = host.Kernel.OpenAttribute($"{SysfsPath}/{CurrentType}");
            host.Write(current, number.ToString(CultureInfo.InvariantCulture));
        }
        catch (MdevException e) when (e.Errno != 0)
        {
            (MdevError error, string why) = e.Operation == "open" ? Refusal.Of(Attempt.Make, e) : new VgpuRefusal(this, type).OfMaking(e);
            throw new MdevException(error, $"Cannot make a device of type '{Printable.Text(type)}' on parent '{Printable.Text(Name)}': {why}", e)
            {
                Uuid = error == MdevError.UuidExists ? uuid : null,
                Finding = e.Operation == "open" ? null : why,
            };
        }
    }

    public override IAttributeWriter OpenRemoval(MdevDevice device) => host.Kernel.OpenAttribute($"{SysfsPath}/{CurrentType}");

    // The driver's answer may take seconds, and the kernel cannot be kept from it: so it is waited for where that can be ended.
    public override void Remove(IAttributeWriter opened, MdevDevice device, CancellationToken cancel)
    {
        RequireSame();
        host.Trace("Where a VM has just ended, the driver may take 5 seconds to answer.");
        host.Trace($"Writing '{NoType}' to '{opened.Path}'.");
        // Whoever listens to the trace may have taken his time.
        RequireSame();
        cancel.ThrowIfCancellationRequested();
        var write = Task.Factory.StartNew(() => opened.Write("0"u8), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            write.Wait(cancel);
        }
        catch (AggregateException e) when (e.InnerException is MdevException refused)
        {
            throw refused;
        }

        void RequireSame()
        {
            int? now = CurrentNow(out MdevException? fault);
            if (fault is not null)
                throw new MdevException(MdevError.AttributeUnreadable, $"Device {uuid} was not removed: what type it is of could not be read", fault) { Uuid = uuid };
            if (now is not (> 0 and var number))
                throw new MdevException(MdevError.DeviceNotFound, $"Parent '{Printable.Text(Name)}' has no device any more: somebody else removed {uuid} first.", host.OnMachine(SysfsPath)) { Uuid = uuid };
            new ListedDevice(device.Type, device.Parent).Require(new MdevDevice(device) { Type = VgpuId.Of(number) });
        }
    }

    public override bool IsGone(MdevDevice device) => CurrentNow(out MdevException? fault) is null or 0 && fault is null;

    public override (MdevError Error, string Why) WhyNotRemoved(MdevException refused, MdevDevice device) =>
        refused.Operation == "write" ? new VgpuRefusal(this, device.Type).OfRemoving(refused) : Refusal.Of(Attempt.Remove, refused);

    /// <summary>The number of its type as it is at this moment, 0 for none; null when it has left its driver, or cannot be read.</summary>
    /// <param name="fault">Why it cannot be read; else null.</param>
    internal int? CurrentNow(out MdevException? fault)
    {
        fault = null;
        try
        {
            using DirectoryHandle? directory = Open(Throw);
            return directory is null ? null : Current(directory, Throw);
        }
        catch (MdevException e)
        {
            fault = e;
            return null;
        }
    }

    /// <summary>The types that the driver would make here at this moment, with their names; null when it does not answer.</summary>
    internal IReadOnlyDictionary<int, string>? CreatableNow()
    {
        using DirectoryHandle? directory = Open(_ => { });
        return directory is null ? null : Creatable(directory, _ => { });
    }

    /// <summary>What vgpuConfig.xml says of the types of its GPU; null when it says nothing.</summary>
    internal IReadOnlyDictionary<int, VgpuProfile>? Known(Action<MdevException>? report) => VgpuConfig.TypesOf(host, PhysicalPath, report);

    private static List<string> Ids(IEnumerable<int>? numbers, int current) => Sorted(numbers, current).ConvertAll(VgpuId.Of);

    private static List<int> Sorted(IEnumerable<int>? numbers, int current) => (numbers ?? []).Append(current).Where(number => number > 0).Distinct().Order().ToList();

    private static IEnumerable<int> Numbers(IReadOnlyDictionary<int, VgpuProfile>? known, IReadOnlyDictionary<int, string>? creatable) =>
        (known?.Keys ?? []).Concat(creatable?.Keys ?? []);

    // The names of both are the driver's. A type that is made everywhere it fits is on no list, and known only from the file.
    private static VgpuProfile Told(int number, IReadOnlyDictionary<int, string>? creatable, IReadOnlyDictionary<int, VgpuProfile>? known)
    {
        string? row = creatable?.GetValueOrDefault(number);
        VgpuProfile type = known?.GetValueOrDefault(number) is { } found ? found with { Name = row ?? found.Name } : VgpuProfile.Named(row);
        return type.Description.FramebufferBytes is not null ? type
            : type with { Description = type.Description with { FramebufferBytes = VgpuName.FramebufferBytes(type.Name) } };
    }

    // Null, without a report, when the driver has let go of the function.
    private static int? Current(DirectoryHandle directory, Action<MdevException> report) => new AttributeReader(report).Number(directory, CurrentType);

    private static void Throw(MdevException fault) => throw fault;

    private static IReadOnlyDictionary<int, string>? Creatable(DirectoryHandle directory, Action<MdevException> report) =>
        new AttributeReader(report).Value(directory, CreatableTypesFile) is { } text ? CreatableTypes.Parse(text) : null;

    private IEnumerable<VendorVfioParent> Functions(Action<MdevException> report)
    {
        foreach (string path in PhysicalFunctions.FunctionsOf(host, PhysicalPath, report))
        {
            if (path == SysfsPath)
                yield return this;
            else if (FunctionUuid.Of(HostFiles.Name(path)) is { } other && new AttributeReader(report).Try(() => host.Files.Exists($"{path}/{CurrentType}")))
                yield return new VendorVfioParent(host, other) { Name = HostFiles.Name(path), SysfsPath = path, _physicalPath = PhysicalPath };
        }
    }

    private MdevDevice? Device(DirectoryHandle directory, int? number, NameFilter types, Action<MdevException> report)
    {
        if (number is not (> 0 and var current) || !types.Matches(VgpuId.Of(current)))
            return null;
        _physicalPath ??= PhysicalFunctions.PathOf(host, directory, SysfsPath);
        var attributes = new AttributeReader(report);
        string? driver = attributes.LinkName(directory, "driver");
        return new MdevDevice
        {
            Uuid = uuid,
            Type = VgpuId.Of(current),
            Parent = Name,
            PhysicalDevice = PhysicalDevice,
            Interface = Interface,
            DeviceApi = DeviceApi,
            Driver = driver,
            IommuGroup = int.TryParse(attributes.LinkName(directory, "iommu_group"), NumberStyles.None, CultureInfo.InvariantCulture, out int group) ? group : null,
            NumaNode = attributes.NumaNode(directory),
            State = driver is null ? MdevDeviceState.Unbound : MdevDeviceState.Active,
            SysfsPath = SysfsPath,
            Root = host.Root,
        };
    }

    private DirectoryHandle? Open(Action<MdevException> report) => new AttributeReader(report).Try(() =>
    {
        DirectoryHandle? directory = host.Files.OpenDirectory(SysfsPath);
        if (directory is not null)
            _physicalPath ??= PhysicalFunctions.PathOf(host, directory, SysfsPath);
        return directory;
    });
}
