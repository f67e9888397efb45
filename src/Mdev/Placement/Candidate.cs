using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Placement;

/// <summary>
/// The unit of placement: a parent, or the physical function whose virtual functions are the parents. Holds what is known, and after
/// a placement estimated, of its room for one type. Its sums are kept up to date, so that to ask for them costs nothing.
/// </summary>
internal sealed class Candidate(string name, string type, int? numaNode, TypeDescription description)
{
    private readonly List<Function> _functions = [];
    private readonly HashSet<string> _ofSize = [type];
    private long _available;
    private int _unknown;
    private int _devicesOfSize;
    private int _first;

    public string Name => name;

    /// <summary>Its place in the order of names.</summary>
    public int Number { get; set; }

    public int? NumaNode => numaNode;

    public int? MaxInstances => description.MaxInstances;

    /// <summary>Why its room is no more than an upper bound, in words; null where it is what it says.</summary>
    public string? Uncertainty => description.Uncertainty;

    public long? FramebufferBytes => description.FramebufferBytes;

    /// <summary>Its functions that offer the type and that the request allows.</summary>
    public IReadOnlyList<Function> Functions => _functions;

    /// <summary>How many devices it has of which type.</summary>
    public SortedDictionary<string, int> DevicesByType { get; } = new(NaturalOrder.Instance);

    /// <summary>The devices it has of whatever type.</summary>
    public int Devices { get; private set; }

    /// <summary>The devices it has of the type, and of others that share the type's number of places: those of the same memory size.</summary>
    public IEnumerable<KeyValuePair<string, int>> DevicesOfSize => DevicesByType.Where(t => t.Value > 0 && _ofSize.Contains(t.Key));

    /// <summary>Whether it has as many of these as it can have.</summary>
    public bool IsFull => _devicesOfSize >= MaxInstances;

    /// <summary>How many of them have been placed on it since it was looked at.</summary>
    public int Placed { get; private set; }

    /// <summary>How many more of the type it can have. Drivers may say any number: fewer than none is none, and a sum beyond an int is as much as one holds.</summary>
    public int Room
    {
        get
        {
            int room = (int)Math.Min(int.MaxValue, _available);
            return MaxInstances is { } most ? Math.Clamp(most - _devicesOfSize, 0, room) : room;
        }
    }

    /// <summary>Whether some function would not say what it has left; it is tried when nothing better is there.</summary>
    public bool IsUncertain => _unknown > 0;

    /// <summary>What part of it is free: its room in proportion to its room and its devices together.</summary>
    public double FreeShare => Room == 0 ? 0 : (double)Room / ((double)Room + Devices);

    /// <summary>Adds a function that offers the type, and asks it what it has left.</summary>
    public void Add(HostParent parent, Action<MdevException> report)
    {
        var function = new Function(this, parent);
        _functions.Add(function);
        function.Ask(type, report);
    }

    /// <summary>Adds devices that it has.</summary>
    /// <param name="used">Their type.</param>
    /// <param name="count">How many.</param>
    /// <param name="isOfSize">Whether they take places that the type could have.</param>
    public void Add(string used, int count, bool isOfSize)
    {
        if (isOfSize)
            _ofSize.Add(used);
        Count(used, count);
    }

    /// <summary>The function to use next, of those that take the UUID where one is given.</summary>
    public Function? NextFunction(Guid? uuid)
    {
        if (uuid is not null)
        {
            IEnumerable<Function> fit = Functions.Where(f => !f.IsRuledOut && f.Parent.Takes(uuid.Value));
            return fit.FirstOrDefault(f => f.Available > 0) ?? fit.FirstOrDefault(f => f.Available is null);
        }

        // Those before the first are not looked at again until they have something.
        while (_first < _functions.Count && !(_functions[_first] is { IsRuledOut: false, Available: > 0 }))
            _first++;
        return _first < _functions.Count ? _functions[_first] : IsUncertain ? _functions.Find(f => f is { IsRuledOut: false, Available: null }) : null;
    }

    /// <summary>Counts a device that is to be made on a function.</summary>
    public void Take(Function function)
    {
        Placed++;
        Count(type, 1);
        if (function.Available is { } available)
            function.Available = available - 1;
        else
            function.IsRuledOut = true;
    }

    /// <summary>Takes back what <see cref="Take"/> counted.</summary>
    public void GiveBack(Function function)
    {
        Placed--;
        Count(type, -1);
        if (function.Available is { } available)
            function.Available = available + 1;
        else
            function.IsRuledOut = false;
    }

    private void Count(string used, int more)
    {
        DevicesByType[used] = DevicesByType.GetValueOrDefault(used) + more;
        Devices += more;
        _devicesOfSize += _ofSize.Contains(used) ? more : 0;
    }

    private void Count(Function function, int sign)
    {
        if (function.IsRuledOut)
            return;
        _available += sign * Math.Max(0L, function.Available ?? 0);
        _unknown += function.Available is null ? sign : 0;
    }

    /// <summary>One parent of the physical device.</summary>
    internal sealed class Function
    {
        private readonly Candidate _device;
        private readonly int _index;
        private int? _available;
        private bool _isRuledOut;

        public Function(Candidate device, HostParent parent)
        {
            (_device, _index, Parent, _available) = (device, device.Functions.Count, parent, 0);
            device.Count(this, 1);
        }

        public HostParent Parent { get; }

        /// <summary>Its available_instances of the type; null when it could not be read.</summary>
        public int? Available
        {
            get => _available;
            set => Change(() => _available = value);
        }

        /// <summary>Why nothing is to be made on it, whatever room it has: what it has already cannot be read. Null otherwise.</summary>
        public MdevException? Fault { get; private set; }

        /// <summary>Whether it is not to be tried again: it refused a device although it said it had one, or has one where it does not say how many.</summary>
        public bool IsRuledOut
        {
            get => _isRuledOut;
            set => Change(() => _isRuledOut = value);
        }

        /// <summary>Asks it what it has left of a type. A fault of what it has is told where its devices are read.</summary>
        public void Ask(string type, Action<MdevException> report) => (Available, Fault) = Asked(Parent, type, report);

        /// <summary>What a parent has left of a type, none where what it has cannot be read; and why that is.</summary>
        public static (int? Available, MdevException? Fault) Asked(HostParent parent, string type, Action<MdevException> report)
        {
            try
            {
                return (parent.Available(type, report), null);
            }
            catch (MdevException e)
            {
                return (0, e);
            }
        }

        private void Change(Action change)
        {
            _device.Count(this, -1);
            change();
            _device.Count(this, 1);
            _device._first = Math.Min(_device._first, _index);
        }
    }
}

/// <summary>
/// The physical devices of a plan, those with room in the order in which they get the next device. Only one at a time changes its place, so that a plan
/// of very many devices costs the same for each, however many physical devices there are.
/// </summary>
internal sealed class Ranking
{
    private readonly PlacementRequest _request;
    private readonly SortedSet<Candidate> _withRoom;
    private readonly SortedSet<Candidate> _without = new(Comparer<Candidate>.Create((one, other) => one.Number.CompareTo(other.Number)));

    public Ranking(PlacementRequest request, IReadOnlyList<Candidate> devices)
    {
        _request = request;
        _withRoom = new SortedSet<Candidate>(Comparer<Candidate>.Create(Compare));
        for (int i = 0; i < devices.Count; i++)
        {
            devices[i].Number = i;
            Enter(devices[i]);
        }
    }

    /// <summary>Those without room, in the order of names.</summary>
    public IReadOnlyCollection<Candidate> WithoutRoom => _without;

    /// <summary>How often something has changed with those without room.</summary>
    public int Changes { get; private set; }

    /// <summary>The one to get the next device; null when none has room for it.</summary>
    public Candidate? First(Guid? uuid) => uuid is null ? _withRoom.Min : _withRoom.FirstOrDefault(device => device.NextFunction(uuid) is not null);

    /// <summary>Whether another one has room.</summary>
    public bool HasRoomBeside(Candidate device) => _withRoom.Count > (_withRoom.Contains(device) ? 1 : 0);

    /// <summary>Changes what is known of one.</summary>
    public void Change(Candidate device, Action change)
    {
        _withRoom.Remove(device);
        Changes += _without.Remove(device) ? 1 : 0;
        change();
        Enter(device);
    }

    private void Enter(Candidate device)
    {
        if (device.Room == 0)
            Changes += _without.Add(device) ? 1 : 0;
        else if (_request.Allows(device))
            _withRoom.Add(device);
    }

    private int Compare(Candidate one, Candidate other)
    {
        int order = _request.NumaNode is { } node ? (one.NumaNode != node).CompareTo(other.NumaNode != node) : 0;
        if (order == 0)
            order = _request.Policy == PlacementPolicy.Spread ? other.FreeShare.CompareTo(one.FreeShare) : one.FreeShare.CompareTo(other.FreeShare);
        if (order == 0)
            order = other.Room.CompareTo(one.Room);
        return order == 0 ? one.Number.CompareTo(other.Number) : order;
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
        return devices.Count > 0 || cancel.IsCancellationRequested ? devices : throw _parents.Hidden ?? new TypeReader(host, report).NotFound(request.Type, allowed);
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
        // NVIDIA's max_instance is a number of places for vGPUs of one memory size, whichever of its types they are (Q, A, B or C).
        long? bytes = device.MaxInstances is null ? null : device.FramebufferBytes;
        foreach ((string used, int count) in devices)
            device.Add(used, count, isOfSize: bytes is not null && parent.Describe(used, report).FramebufferBytes == bytes);
        foreach (HostParent function in functions)
            device.Add(function, report);
        return device;
    }
}
