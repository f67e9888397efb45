using System.Diagnostics.CodeAnalysis;
using Mdev.Model;

namespace Mdev.Definitions;

/// <summary>
/// What shall be there after a reboot: a device's UUID, type, parent and attributes, as a file has them that mdevctl and libvirt read too; and how that
/// compares with the host at the moment of the look. Source: mdevctl(8).
/// </summary>
public sealed class MdevDefinition : Snapshot
{
    /// <summary>Makes one of which nothing is known yet.</summary>
    public MdevDefinition()
    {
    }

    /// <summary>Makes a copy, of which something else can then be said.</summary>
    [SetsRequiredMembers]
    public MdevDefinition(MdevDefinition other)
    {
        Uuid = other.Uuid;
        Type = other.Type;
        Parent = other.Parent;
        PhysicalDevice = other.PhysicalDevice;
        Attribute = other.Attribute;
        AutoStart = other.AutoStart;
        State = other.State;
        Reason = other.Reason;
        Path = other.Path;
        Root = other.Root;
        IsBeingRemoved = other.IsBeingRemoved;
    }

    /// <summary>The UUID that the device has or will have.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The type id.</summary>
    public required string Type { get; init; }

    /// <summary>The name of the parent in sysfs.</summary>
    public required string Parent { get; init; }

    /// <summary>The physical device that the parent is, or is a virtual function of; the parent itself where the host has none of that name.</summary>
    public required string PhysicalDevice { get; init; }

    /// <summary>What is written to the attributes of a new device, in this order; a name may come several times.</summary>
    public required AttributeValue[] Attribute { get; init; }

    /// <summary>Whether the device is to be made at boot.</summary>
    public required bool AutoStart { get; init; }

    /// <summary>How it compares with the host: one of <see cref="MdevDefinitionState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why it is in that state, as a sentence; null where there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>The file, on this machine (with the root in front).</summary>
    public required string Path { get; init; }

    /// <summary>The root of the host it is on.</summary>
    public required string Root { get; init; }

    /// <summary>Whether a device of that UUID is still being removed, so that it cannot be made yet.</summary>
    internal bool IsBeingRemoved { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Uuid.ToString();
}

/// <summary>How a definition compares with the host. They are words, so that they stay words in JSON, in CSV and on another host.</summary>
public static class MdevDefinitionState
{
    /// <summary>The device is there, with this type and parent.</summary>
    public const string Active = "Active";

    /// <summary>The device is not there, and nothing that can be seen from here keeps it from being made.</summary>
    public const string Inactive = "Inactive";

    /// <summary>A device of that UUID is there with another type, or on another parent.</summary>
    public const string Different = "Different";

    /// <summary>The host has no parent of that name.</summary>
    public const string NoParent = "NoParent";

    /// <summary>The parent does not offer the type.</summary>
    public const string NoType = "NoType";

    /// <summary>The parent has no instance of the type left.</summary>
    public const string NoRoom = "NoRoom";
}

/// <summary>Which definitions are asked for.</summary>
public sealed record DefinitionQuery
{
    /// <summary>Their UUIDs; empty for all.</summary>
    public IReadOnlyList<Guid> Uuids { get; init; } = [];

    /// <summary>Their parents.</summary>
    public NameFilter Parents { get; init; } = new();

    /// <summary>Their type ids.</summary>
    public NameFilter Types { get; init; } = new();

    /// <summary>Only those that are made at boot, or only those that are not; null for both.</summary>
    public bool? AutoStart { get; init; }
}
