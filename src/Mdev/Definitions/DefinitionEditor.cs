using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Definitions;

/// <summary>What a new definition shall say.</summary>
public sealed record NewDefinition
{
    /// <summary>The UUID of the device.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The type id.</summary>
    public required string Type { get; init; }

    /// <summary>The parent, which need not be there.</summary>
    public required string Parent { get; init; }

    /// <summary>By which interface the parent offers devices: one of <see cref="MdevInterface"/>.</summary>
    public required string Interface { get; init; }

    /// <summary>The attributes, in the order in which they are to be written.</summary>
    public IReadOnlyList<AttributeValue> Attributes { get; init; } = [];

    /// <summary>Whether the device is to be made at boot.</summary>
    public bool AutoStart { get; init; }
}

/// <summary>What is to become different in a definition; what is null stays.</summary>
public sealed record DefinitionChange
{
    /// <summary>Another type.</summary>
    public string? Type { get; init; }

    /// <summary>Another parent.</summary>
    public string? Parent { get; init; }

    /// <summary>By which interface that parent offers devices: one of <see cref="MdevInterface"/>.</summary>
    public string? Interface { get; init; }

    /// <summary>Whether the device is to be made at boot.</summary>
    public bool? AutoStart { get; init; }

    /// <summary>How the attributes become others.</summary>
    public Func<IReadOnlyList<AttributeValue>, IReadOnlyList<AttributeValue>>? Attributes { get; init; }
}

/// <summary>Makes, changes and removes definitions. Writers of MdevPS that come at the same time lose nothing of each other's; mdevctl takes no lock.</summary>
/// <param name="host">The host.</param>
/// <param name="callouts">The scripts that are asked before and told after; null for none.</param>
/// <param name="cancel">Ends the wait for another writer, by an <see cref="OperationCanceledException"/>; nothing is changed then.</param>
public sealed class DefinitionEditor(HostRoot host, Callouts? callouts, CancellationToken cancel = default)
{
    private readonly DefinitionStore _store = new(host, cancel);

    /// <summary>Refuses what could not be kept as a definition, before anything is done.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.InvalidArgument"/>; <see cref="MdevError.AttributeNotFound"/>.</exception>
    public static void Require(NewDefinition definition)
    {
        RequireParent(definition.Parent);
        RequireType(definition.Type);
        RequireAttributes(definition.Attributes, []);
    }

    /// <summary>Makes a definition. One that is there and says the same is left as it is.</summary>
    /// <param name="definition">What it says.</param>
    /// <param name="replaces">Whether it replaces one that is there and says something else.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.DefinitionExists"/>; <see cref="MdevError.DefinitionBroken"/>: what is there cannot be understood, or is no file;
    /// <see cref="MdevError.CalloutRefused"/>; <see cref="MdevError.InvalidArgument"/>: it could not be kept under that name; as a write of a file can fail.
    /// </exception>
    public MdevDefinition Define(NewDefinition definition, bool replaces = false)
    {
        var content = new DefinitionContent(definition.Type, definition.AutoStart, definition.Attributes);
        var file = new DefinitionFile(DefinitionStore.FolderOf(definition.Interface), definition.Parent, definition.Uuid);
        Require(definition);
        if (!IsThere())
        {
            Around(CalloutAction.Define, file, content, () => _store.Locked(file.Folder, file.Uuid, () =>
            {
                if (!IsThere())
                    _store.Write(file, content);
            }));
        }

        return Compared(file, content);

        bool IsThere()
        {
            DefinitionContent? there;
            try
            {
                there = _store.Read(file);
            }
            catch (MdevException e) when (replaces && e.Error == MdevError.DefinitionBroken)
            {
                return false;
            }

            if (there is null || content.IsSame(there))
                return there is not null;
            return replaces ? false : throw new MdevException(
                MdevError.DefinitionExists,
                $"Device {file.Uuid} was not defined: it is already, on parent '{Printable.Text(file.Parent)}', as type '{Printable.Text(there.Type)}'{(there.AutoStart ? ", made at boot" : "")}{(there.Attributes.Count > 0 ? $", with {string.Join(", ", there.Attributes.Select(a => Printable.Text(a.ToString())))}" : "")}.",
                host.OnMachine(file.Path))
            {
                Uuid = file.Uuid,
            };
        }
    }

    /// <summary>Changes a definition. What others have written into its file stays there.</summary>
    /// <returns>The definition as it is then.</returns>
    /// <exception cref="MdevException"><see cref="MdevError.DefinitionNotFound"/>, and as <see cref="Define"/>.</exception>
    public MdevDefinition Change(MdevDefinition definition, DefinitionChange change)
    {
        DefinitionFile from = _store.FileOf(definition);
        DefinitionFile to = change.Parent is { } parent && parent != from.Parent ? new DefinitionFile(change.Interface is { } way ? DefinitionStore.FolderOf(way) : from.Folder, parent, from.Uuid) : from;
        DefinitionContent before = _store.Read(from) ?? throw NotFound(from), changed = Apply(change, before);
        // What somebody else has written there may stay.
        if (to != from)
            RequireParent(to.Parent);
        if (changed.Type != before.Type)
            RequireType(changed.Type);
        RequireAttributes(changed.Attributes, before.Attributes);
        // Two that move in opposite directions take the locks in the same order.
        string[] folders = Array.FindAll(DefinitionStore.Folders, folder => folder == from.Folder || folder == to.Folder);
        Around(CalloutAction.Modify, to, changed, () => _store.Locked(folders[0], from.Uuid, folders.Length == 1 ? Do : () => _store.Locked(folders[1], from.Uuid, Do)));
        return Compared(to, changed);

        void Do()
        {
            // Whatever it says by now: somebody else may have changed it meanwhile.
            DefinitionContent now = _store.Read(from) ?? throw NotFound(from);
            changed = Apply(change, now);
            if (to == from)
            {
                if (!changed.IsSame(now))
                    _store.Write(from, changed);
                return;
            }

            Move(from, to, changed);
        }
    }

    /// <summary>Removes a definition. The device stays as it is, and so does the directory of the parent.</summary>
    /// <exception cref="MdevException"><see cref="MdevError.DefinitionNotFound"/>; <see cref="MdevError.CalloutRefused"/>; as a change of a file can fail.</exception>
    public void Undefine(MdevDefinition definition)
    {
        DefinitionFile file = _store.FileOf(definition);
        Around(CalloutAction.Undefine, file, new DefinitionContent(definition.Type, definition.AutoStart, definition.Attribute), () => _store.Locked(file.Folder, file.Uuid, () =>
        {
            host.Trace($"Deleting '{host.OnMachine(file.Path)}'.");
            if (!_store.Delete(file))
                throw NotFound(file);
        }));
    }

    private static DefinitionContent Apply(DefinitionChange change, DefinitionContent now) => now with
    {
        Type = change.Type ?? now.Type,
        AutoStart = change.AutoStart ?? now.AutoStart,
        Attributes = change.Attributes?.Invoke(now.Attributes) ?? now.Attributes,
    };

    // First the new one, so that at every moment there is one. Nothing is said in between: a listener may end everything at any word.
    private void Move(DefinitionFile from, DefinitionFile to, DefinitionContent content)
    {
        if (_store.Read(to) is not null)
            throw new MdevException(MdevError.DefinitionExists, $"The definition of {from.Uuid} was not moved to parent '{Printable.Text(to.Parent)}': there is one already.", host.OnMachine(to.Path)) { Uuid = to.Uuid };
        host.Trace($"Deleting '{host.OnMachine(from.Path)}' once its successor is there.");
        _store.Write(to, content);
        _store.Delete(from);
    }

    private static void RequireParent(string parent)
    {
        if (!DefinitionStore.CanBeParent(parent) || !IsPlain(parent))
            throw new MdevException(MdevError.InvalidArgument, $"'{Printable.Text(parent)}' cannot be the name of a parent that devices are defined for.") { Name = parent };
    }

    private static void RequireType(string type)
    {
        if (!NamePattern.IsName(type) || !IsPlain(type))
            throw new MdevException(MdevError.InvalidArgument, $"'{Printable.Text(type)}' cannot be the id of a type.") { Name = type };
    }

    // A blank at an end is a slip of the hand, and a control character is in no name of the kernel's.
    private static bool IsPlain(string name) => name.Trim() == name && name.Length > 0 && !name.Any(char.IsControl);

    private static void RequireAttributes(IEnumerable<AttributeValue> attributes, IReadOnlyList<AttributeValue> before)
    {
        foreach (AttributeValue attribute in attributes)
        {
            Attributes.VendorAttributes.RequireVendorName(attribute.Name);
            if ((attribute.Value.Length == 0 || attribute.Value.Contains('\0')) && !before.Contains(attribute))
                throw new MdevException(MdevError.InvalidArgument, $"Attribute '{Printable.Text(attribute.Name)}' cannot be given that value: it is empty or has a NUL in it, so that it could never be written.") { Name = attribute.Name };
        }
    }

    private MdevDefinition Compared(DefinitionFile file, DefinitionContent content) => new HostComparison(host, isForMany: false).Definition(file, content, []);

    private void Around(CalloutAction action, DefinitionFile file, DefinitionContent content, Action change)
    {
        if (callouts is null)
            change();
        else
            callouts.Around(action, new CalloutDevice(file.Uuid, content.Type, file.Parent, content.AutoStart, content.Attributes), change);
    }

    private MdevException NotFound(DefinitionFile file) => new(MdevError.DefinitionNotFound, $"Device {file.Uuid} is not defined on parent '{Printable.Text(file.Parent)}' any more: somebody else removed the definition.", host.OnMachine(file.Path)) { Uuid = file.Uuid };
}
