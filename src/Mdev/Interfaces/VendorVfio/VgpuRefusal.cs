using System.Globalization;
using Mdev.Errors;
using Mdev.Model;

namespace Mdev.Interfaces.VendorVfio;

/// <summary>
/// What a refusal means. NVIDIA's driver has EPERM for whatever is there already or not any more, or in use, and EIO for everything that its resource manager
/// refuses; the upstream driver tells more apart. So the function and its GPU are looked at once more.
/// </summary>
/// <param name="function">The function that was written to.</param>
/// <param name="type">The type that was asked for, or that the device had.</param>
internal sealed class VgpuRefusal(VendorVfioParent function, string? type)
{
    /// <summary>The cause of a refusal to make a vGPU, and why in words that go behind a colon.</summary>
    public (MdevError Error, string Why) OfMaking(MdevException refused)
    {
        int? now = function.CurrentNow(out MdevException? fault);
        if (now is > 0 and var current)
            return (MdevError.UuidExists, $"it has a vGPU of type {VgpuId.Of(current)} already");
        // A function that is being taken from its driver answers ENODEV too, and has no type to be read any more.
        if (refused.Errno is Errno.ENODEV && now is null)
            return Refusal.Of(Attempt.Make, refused);
        if (refused.Errno is Errno.EINTR or Errno.EROFS or Errno.EMFILE or Errno.ENFILE)
            return Refusal.Of(Attempt.Make, refused);
        if (fault is not null)
            return (MdevError.AttributeUnreadable, "whether it has a vGPU already cannot be read");
        IReadOnlyDictionary<int, string>? creatable = function.CreatableNow();
        int number = VgpuId.Number(type!) ?? 0;
        IReadOnlyDictionary<int, VgpuProfile>? known = function.Known(null);
        string? name = creatable?.GetValueOrDefault(number) ?? known?.GetValueOrDefault(number)?.Name;
        if (VgpuName.IsOnInstance(name))
            return (MdevError.NoCapacity, "it needs a GPU instance (MIG) of its size, and the driver gave it none");
        if (creatable?.ContainsKey(number) == true)
            return (MdevError.WriteRefused, "the driver refused it, and still lists it as one that it would make");
        if (creatable is { Count: > 0 } && creatable.Values.All(VgpuName.IsOnInstance))
            return (MdevError.NoCapacity, VgpuName.NeedsUndivided);
        string[] others = [.. function.Siblings(_ => { }).SelectMany(sibling => sibling.TypesInUse(_ => { }))];
        if (refused.Errno == Errno.ENODEV || (others.Length == 0 && (known?.ContainsKey(number) == false || (known is null && creatable is { Count: > 0 }))))
            return (MdevError.TypeNotFound, "its GPU has no such type");
        if (others.Length == 0)
            return (MdevError.WriteRefused, "the driver refused it, though its GPU has no vGPU yet");
        string beside = $"its GPU has {string.Join(", ", others.GroupBy(id => id).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} x {g.Key}")))}";
        return (MdevError.NoCapacity, creatable is { Count: > 0 } ? $"{beside}, and beside {(others.Length == 1 ? "it" : "them")} the driver makes only {Listed(creatable)}" : $"{beside}, and room for no more");
    }

    /// <summary>The cause of a refusal to take a vGPU away, and why in words that go behind a colon.</summary>
    public (MdevError Error, string Why) OfRemoving(MdevException refused) => function.CurrentNow(out _) switch
    {
        0 => (MdevError.DeviceNotFound, "somebody else removed it first"),
        > 0 and var now when type is not null && VgpuId.Of(now) != type => (MdevError.DeviceChanged, $"it is of type {VgpuId.Of(now)} now, and was of type {type}"),
        > 0 when refused.Errno is Errno.ENOENT or Errno.ENODEV => (MdevError.WriteRefused, "the driver says that nothing is there, and still shows a type"),
        _ => refused.Errno switch
        {
            Errno.EPERM => (MdevError.InUse, "the driver says that it is in use"),
            Errno.EBUSY => (MdevError.InUse, "a VM that had it has just ended, and the driver is still waiting for what is left of that VM; try again in some seconds"),
            _ => Refusal.Of(Attempt.Remove, refused),
        },
    };

    private static string Listed(IReadOnlyDictionary<int, string> creatable)
    {
        const int Shown = 4;
        string[] ids = [.. creatable.Keys.Order().Select(VgpuId.Of)];
        return string.Join(", ", ids.Take(Shown)) + (ids.Length > Shown ? $" and {ids.Length - Shown} more" : "");
    }
}
