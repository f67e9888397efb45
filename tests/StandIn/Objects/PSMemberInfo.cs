using System.Collections;
using System.Reflection;

namespace System.Management.Automation;

public abstract class PSMemberInfo
{
    public string Name { get; private protected set; } = "";
    public abstract object? Value { get; set; }

    internal bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);
}

public abstract class PSPropertyInfo : PSMemberInfo
{
    public abstract bool IsSettable { get; }
}

public class PSNoteProperty : PSPropertyInfo
{
    public PSNoteProperty(string name, object? value) => (Name, Value) = (name, value);

    public override object? Value { get; set; }
    public override bool IsSettable => true;
}

/// <summary>A .NET property of the object itself.</summary>
public class PSProperty : PSPropertyInfo
{
    private readonly PropertyInfo _property;
    private readonly object _object;

    internal PSProperty(PropertyInfo property, object obj) => (_property, _object, Name) = (property, obj, property.Name);

    internal Type PropertyType => _property.PropertyType;
    public override object? Value { get => _property.GetValue(_object); set => _property.SetValue(_object, value); }
    public override bool IsSettable => _property.SetMethod is { IsPublic: true };
}

/// <summary>What the object has by itself, and what was added to it.</summary>
public class PSMemberInfoCollection<T> : IEnumerable<T> where T : PSMemberInfo
{
    private readonly List<T> _all, _added;

    internal PSMemberInfoCollection(List<T> all, List<T> added) => (_all, _added) = (all, added);

    public virtual T? this[string name] => _all.Find(m => m.Is(name));

    public virtual void Add(T member)
    {
        if (_added.Exists(m => m.Is(member.Name)))
            throw new PSInvalidOperationException($"The object has a member {member.Name} already.");
        _added.Add(member);
    }

    public virtual void Remove(string name) => _added.RemoveAll(m => m.Is(name));
    public virtual IEnumerator<T> GetEnumerator() => _all.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
