using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Placement;

/// <summary>
/// The unit of placement: a parent, or the physical function whose virtual functions are the parents. Holds what is known, and after
/// a placement estimated, of its room for one type.
/// </summary>
internal sealed class Candidate(string name, string type, int? numaNode, TypeDescription description)
{
    public string Name => name;

    public int? NumaNode => numaNode;

    public int? MaxInstances => description.MaxInstances;

    /// <summary>Why its room is no more than an upper bound, in words; null where it is what it says.</summary>
    public string? Uncertainty => description.Uncertainty;

    public long? FramebufferBytes => description.FramebufferBytes;

    /// <summary>Its functions that offer the type and that the request allows.</summary>
    public List<Function> Functions { get; } = [];

    /// <summary>How many devices it has of which type.</summary>
    public SortedDictionary<string, int> DevicesByType { get; } = new(NaturalOrder.Instance);

    /// <summary>The devices it has of whatever type.</summary>
    public int Devices => DevicesByType.Values.Sum();

    /// <summary>The other types that it has devices of and that share the type's number of places: those of the same memory size.</summary>
    public HashSet<string> Siblings { get; } = [];

    /// <summary>The devices it has of the type and of its siblings.</summary>
    public IEnumerable<KeyValuePair<string, int>> DevicesOfSize => DevicesByType.Where(t => t.Value > 0 && (t.Key == type || Siblings.Contains(t.Key)));

    /// <summary>How many of them have been placed on it since it was looked at.</summary>
    public int Placed { get; private set; }

    /// <summary>How many more of the type it can have. Drivers may say any number: fewer than none is none, and a sum beyond an int is as much as one holds.</summary>
    public int Room
    {
        get
        {
            int room = (int)Math.Min(int.MaxValue, Functions.Where(f => !f.IsRuledOut).Sum(f => Math.Max(0L, f.Available ?? 0)));
            return MaxInstances is { } most ? Math.Clamp(most - DevicesOfSize.Sum(t => t.Value), 0, room) : room;
        }
    }

    /// <summary>Whether some function would not say what it has left; it is tried when nothing better is there.</summary>
    public bool IsUncertain => Functions.Exists(f => f is { IsRuledOut: false, Available: null });

    /// <summary>What part of it is free: its room in proportion to its room and its devices together.</summary>
    public double FreeShare => Room == 0 ? 0 : (double)Room / ((double)Room + Devices);

    /// <summary>Whether something was made on it that changes what its functions say they have, so that they are to be asked anew.</summary>
    public bool IsStale { get; set; }

    /// <summary>The function to use next, of those that take the UUID where one is given.</summary>
    public Function? NextFunction(Guid? uuid)
    {
        IEnumerable<Function> fit = Functions.Where(f => !f.IsRuledOut && (uuid is null || f.Parent.Takes(uuid.Value)));
        return fit.FirstOrDefault(f => f.Available > 0) ?? fit.FirstOrDefault(f => f.Available is null);
    }

    /// <summary>Counts a device that is to be made on a function.</summary>
    public void Take(Function function)
    {
        Placed++;
        DevicesByType[type] = DevicesByType.GetValueOrDefault(type) + 1;
        if (function.Available is { } available)
            function.Available = available - 1;
        else
            function.IsRuledOut = true;
    }

    /// <summary>Takes back what <see cref="Take"/> counted.</summary>
    public void GiveBack(Function function)
    {
        Placed--;
        DevicesByType[type]--;
        if (function.Available is { } available)
            function.Available = available + 1;
        else
            function.IsRuledOut = false;
    }

    /// <summary>One parent of the physical device.</summary>
    internal sealed class Function(HostParent parent)
    {
        public HostParent Parent => parent;

        /// <summary>Its available_instances of the type; null when it could not be read.</summary>
        public int? Available { get; set; }

        /// <summary>Why nothing is to be made on it, whatever room it has: what it has already cannot be read. Null otherwise.</summary>
        public MdevException? Fault { get; private set; }

        /// <summary>Whether it is not to be tried again: it refused a device although it said it had one, or has one where it does not say how many.</summary>
        public bool IsRuledOut { get; set; }

        /// <summary>Asks it what it has left of a type. A fault of what it has is told where its devices are read.</summary>
        public Function Ask(string type, Action<MdevException> report)
        {
            try
            {
                (Available, Fault) = (parent.Available(type, report), null);
            }
            catch (MdevException e)
            {
                (Available, Fault) = (0, e);
            }

            return this;
        }
    }
}

/// <summary>Reads what a placement needs to know: what each candidate has left, once, and the devices on every physical device.</summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what is broken on the way.</param>
internal sealed class Survey(HostRoot host, Action<MdevException> report)
{
    private readonly ParentFinder _parents = new(host, report);

    /// <summary>The physical devices with at least one parent that the request allows and that offers its type.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.NotSupported"/>; <see cref="MdevError.TypeNotFound"/>: none does.</exception>
    public List<Candidate> Of(PlacementRequest request, CancellationToken cancel)
    {
        _parents.RequireSupport();
        List<HostParent> allowed = _parents.Named(request.Parents, request.PhysicalDevices).ToList();
        List<Candidate> devices = allowed.TakeWhile(_ => !cancel.IsCancellationRequested)
            .Where(parent => parent.Offers(request.Type))
            .GroupBy(parent => parent.PhysicalPath)
            .TakeWhile(_ => !cancel.IsCancellationRequested)
            .Select(functions => Look(functions.ToList(), request.Type, DevicesOn(functions.First())))
            .ToList();
        return devices.Count > 0 || cancel.IsCancellationRequested ? devices : throw new TypeReader(host, report).NotFound(request.Type, allowed);
    }

    /// <summary>The devices of a physical device, by type. Those of functions that a request does not allow count too: they use the same physical device.</summary>
    public SortedDictionary<string, int> DevicesOn(HostParent function)
    {
        var devices = new SortedDictionary<string, int>(NaturalOrder.Instance);
        foreach (string used in function.Siblings(report).SelectMany(sibling => sibling.TypesInUse(report)))
            devices[used] = devices.GetValueOrDefault(used) + 1;
        return devices;
    }

    /// <summary>What a physical device has left of a type.</summary>
    /// <param name="functions">Its functions that offer the type and come into question.</param>
    /// <param name="type">The type id.</param>
    /// <param name="devices">Its devices.</param>
    public Candidate Look(List<HostParent> functions, string type, SortedDictionary<string, int> devices)
    {
        HostParent parent = functions[0];
        var device = new Candidate(parent.PhysicalDevice, type, parent.NumaNode(report), parent.Describe(type, report));
        foreach ((string used, int count) in devices)
            device.DevicesByType[used] = count;
        // NVIDIA's max_instance is a number of places for vGPUs of one memory size, whichever of its types they are (Q, A, B or C).
        if (device is { MaxInstances: not null, FramebufferBytes: { } bytes })
            device.Siblings.UnionWith(device.DevicesByType.Keys.Where(used => parent.Describe(used, report).FramebufferBytes == bytes));
        device.Functions.AddRange(functions.Select(function => new Candidate.Function(function).Ask(type, report)));
        return device;
    }
}
