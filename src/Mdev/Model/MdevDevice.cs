using System.Buffers.Binary;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Mdev.Errors;

namespace Mdev.Model;

/// <summary>
/// What is handed out: what something was when it was read. Two are equal when all that they say is, so that a list can be held against an earlier one. It is
/// no record of C#, which would show people a method to clone it.
/// </summary>
public abstract class Snapshot
{
    private protected Snapshot()
    {
    }

    /// <summary>Whether another object is of the same kind and says the same.</summary>
    public override bool Equals(object? obj) =>
        obj is Snapshot other && other.GetType() == GetType() && Values().Zip(other.Values()).All(pair => StructuralComparisons.StructuralEqualityComparer.Equals(pair.First, pair.Second));

    /// <inheritdoc/>
    public override int GetHashCode() => Values().Aggregate(GetType().GetHashCode(), (hash, value) => HashCode.Combine(hash, value is null ? 0 : StructuralComparisons.StructuralEqualityComparer.GetHashCode(value)));

    private IEnumerable<object?> Values() => GetType().GetProperties().Select(property => property.GetValue(this));
}

/// <summary>A mediated device as it was when it was read. Source: Documentation/driver-api/vfio-mediated-device.rst.</summary>
public sealed class MdevDevice : Snapshot
{
    /// <summary>Makes one of which nothing is known yet.</summary>
    public MdevDevice()
    {
    }

    /// <summary>Makes a copy, of which something else can then be said.</summary>
    [SetsRequiredMembers]
    public MdevDevice(MdevDevice other)
    {
        Uuid = other.Uuid;
        Type = other.Type;
        Parent = other.Parent;
        PhysicalDevice = other.PhysicalDevice;
        Interface = other.Interface;
        DeviceApi = other.DeviceApi;
        Driver = other.Driver;
        IommuGroup = other.IommuGroup;
        NumaNode = other.NumaNode;
        State = other.State;
        Users = other.Users;
        Attribute = other.Attribute;
        Reused = other.Reused;
        SysfsPath = other.SysfsPath;
        Root = other.Root;
    }

    /// <summary>Its UUID: the one that it was made under, or the one that follows from the address of its PCI function.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Its type id; null while it is being removed, because the kernel takes the type link away first.</summary>
    public required string? Type { get; init; }

    /// <summary>The parent that it belongs to.</summary>
    public required string Parent { get; init; }

    /// <summary>The physical device behind its parent.</summary>
    public required string PhysicalDevice { get; init; }

    /// <summary>By which interface the kernel offers it: one of <see cref="MdevInterface"/>.</summary>
    public required string Interface { get; init; }

    /// <summary>Which VFIO device a VM gets: <c>vfio-pci</c>, <c>vfio-ccw</c>, <c>vfio-ap</c> or <c>vfio-platform</c>.</summary>
    public string? DeviceApi { get; init; }

    /// <summary>The driver bound to it; null after an unbind.</summary>
    public string? Driver { get; init; }

    /// <summary>The number of its IOMMU group.</summary>
    public int? IommuGroup { get; init; }

    /// <summary>The node of its VFIO group as the host sees it, such as <c>/dev/vfio/63</c>.</summary>
    public string? VfioPath => IommuGroup is { } group ? $"/dev/vfio/{group}" : null;

    /// <summary>The NUMA node of its parent; null when the platform names none.</summary>
    public int? NumaNode { get; init; }

    /// <summary>Whether it works, has lost its driver, or is on its way out: one of <see cref="MdevDeviceState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Who holds it open; null when that was not asked for or cannot be known.</summary>
    public MdevDeviceUser[]? Users { get; init; }

    /// <summary>
    /// The attributes that it was given, as far as they can be read back, in an order in which they can be given to a new device; null when they were not
    /// asked for.
    /// </summary>
    public AttributeValue[]? Attribute { get; init; }

    /// <summary>Whether New-MdevDevice handed out a device that was there already instead of making one.</summary>
    public bool Reused { get; init; }

    /// <summary>Its directory as the host sees it, without the root.</summary>
    public required string SysfsPath { get; init; }

    /// <summary>The root of the host it is on.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Uuid.ToString();
}

/// <summary>The states of a mediated device. They are words, so that they stay words in JSON, in CSV and on another host.</summary>
public static class MdevDeviceState
{
    /// <summary>Bound to its driver and ready for a VM.</summary>
    public const string Active = "Active";

    /// <summary>Its driver was unbound; only removing it helps.</summary>
    public const string Unbound = "Unbound";

    /// <summary>Gone from the bus while its directory is still there: a removal waits for whoever holds it open.</summary>
    public const string Removing = "Removing";
}

/// <summary>A process that holds a mediated device open.</summary>
public sealed class MdevDeviceUser : Snapshot
{
    /// <summary>The process id.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The name of the process (/proc/PID/comm); null when it cannot be read.</summary>
    public string? ProcessName { get; init; }

    /// <summary>The name of the virtual machine, when the process is a QEMU that was given one.</summary>
    public string? VmName { get; init; }

    /// <summary>The UUID of the virtual machine, when the process is a QEMU that was given one.</summary>
    public Guid? VmUuid { get; init; }

    /// <inheritdoc/>
    public override string ToString() => VmName is null ? $"{ProcessName ?? "?"} ({ProcessId})" : $"{VmName} ({ProcessName ?? "?"} {ProcessId})";
}

/// <summary>
/// What a device was when it was listed. A UUID may have a new owner since: another device was made under it, or, where the UUID is that of a PCI
/// function, on the function.
/// </summary>
/// <param name="Type">Its type, empty when it had none; null where that is not known.</param>
/// <param name="Parent">Its parent; null where that is not known.</param>
public sealed record ListedDevice(string? Type, string? Parent)
{
    /// <summary>Makes sure that a device is still what was listed. One that is on its way out has no type any more.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.DeviceChanged"/>.</exception>
    public void Require(MdevDevice now)
    {
        if ((Type is null || now.Type is null || Type == now.Type) && (Parent is null || Parent == now.Parent))
            return;
        // A name in words, or a pattern, is never that of a listed device.
        if (Type is not null && Type.AsSpan().IndexOfAny(" *?[") >= 0)
            throw new MdevException(MdevError.InvalidArgument, $"Device {now.Uuid} is held against the type id that it was listed with, and '{Printable.Text(Type)}' is no type id: it is of type '{Printable.Text(now.Type ?? "unknown")}'.") { Uuid = now.Uuid };
        string listed = string.Join(" and ", new[] { Type is null ? null : Type.Length == 0 ? "without a type" : $"of type '{Printable.Text(Type)}'", Parent is null ? null : $"on parent '{Printable.Text(Parent)}'" }.OfType<string>());
        throw new MdevException(
            MdevError.DeviceChanged,
            $"Device {now.Uuid} is not what was listed any more: it was {listed}, and is of type '{Printable.Text(now.Type ?? "unknown")}' on parent '{Printable.Text(now.Parent)}'.")
        {
            Uuid = now.Uuid,
        };
    }
}

/// <summary>
/// The UUIDs of devices to which the kernel gives none because each is a PCI function: of version 8 (RFC 9562, 5.8), a constant of this project followed by
/// the function's domain (four bytes), bus, and device and function (one byte each). The function of <c>6d646576-7073-8766-8000-000000004104</c> is
/// <c>0000:41:00.4</c>.
/// </summary>
public static class FunctionUuid
{
    private const int AddressAt = 10;

    // The letters mdevps and vf, as far as version and variant leave them.
    private static readonly byte[] s_constant = [0x6d, 0x64, 0x65, 0x76, 0x70, 0x73, 0x87, 0x66, 0x80, 0x00];

    /// <summary>The UUID of the device on a PCI function; null when the text is no PCI address.</summary>
    public static Guid? Of(string address)
    {
        if (PciAddress.Parse(address) is not { Device: <= 31 } pci)
            return null;
        Span<byte> bytes = stackalloc byte[16];
        s_constant.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[AddressAt..], pci.Domain);
        bytes[14] = pci.Bus;
        bytes[15] = (byte)((pci.Device << 3) | pci.FunctionNumber);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The address of the PCI function that a UUID stands for; null for any other UUID.</summary>
    public static string? AddressOf(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return bytes.StartsWith(s_constant)
            ? $"{BinaryPrimitives.ReadUInt32BigEndian(bytes[AddressAt..]):x4}:{bytes[14]:x2}:{bytes[15] >> 3:x2}.{bytes[15] & 7}"
            : null;
    }
}
