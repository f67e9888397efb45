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

        /// <summary>Whether it refused a device although it said it had one.</summary>
        public bool IsRuledOut { get; set; }
    }
}
