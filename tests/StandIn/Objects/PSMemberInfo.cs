using System.Reflection;

namespace System.Management.Automation;

[Flags]
public enum PSMemberTypes
{
    AliasProperty = 1, CodeProperty = 2, Property = 4, NoteProperty = 8, ScriptProperty = 16, Properties = 31, PropertySet = 32,
    Method = 64, CodeMethod = 128, ScriptMethod = 256, Methods = 448, ParameterizedProperty = 512, MemberSet = 1024, Event = 2048,
    Dynamic = 4096, All = 8191,
}

public abstract class PSMemberInfo
{
    public string Name { get; private protected set; } = "";
    public bool IsInstance => this is PSNoteProperty;
    public abstract PSMemberTypes MemberType { get; }
    public abstract object? Value { get; set; }
    public abstract string TypeNameOfValue { get; }
    public abstract PSMemberInfo Copy();

    internal bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);
}

public abstract class PSPropertyInfo : PSMemberInfo
{
    public abstract bool IsSettable { get; }
    public abstract bool IsGettable { get; }
}

public class PSNoteProperty : PSPropertyInfo
{
    public PSNoteProperty(string name, object? value) => (Name, Value) = (name, value);

    public override PSMemberTypes MemberType => PSMemberTypes.NoteProperty;
    public override object? Value { get; set; }
    public override string TypeNameOfValue => Value?.GetType().FullName ?? "System.Object";
    public override bool IsSettable => true;
    public override bool IsGettable => true;
    public override PSMemberInfo Copy() => new PSNoteProperty(Name, Value);
    public override string ToString() => $"{TypeNameOfValue} {Name}={Value}";
}

/// <summary>A .NET property of the object itself.</summary>
public class PSProperty : PSPropertyInfo
{
    private readonly PropertyInfo _property;
    private readonly object _object;

    internal PSProperty(PropertyInfo property, object obj) => (_property, _object, Name) = (property, obj, property.Name);

    internal Type PropertyType => _property.PropertyType;

    public override PSMemberTypes MemberType => PSMemberTypes.Property;
    public override object? Value { get => _property.GetValue(_object); set => _property.SetValue(_object, value); }
    public override string TypeNameOfValue => _property.PropertyType.FullName!;
    public override bool IsSettable => _property.SetMethod is { IsPublic: true };
    public override bool IsGettable => _property.GetMethod is { IsPublic: true };
    public override PSMemberInfo Copy() => new PSProperty(_property, _object);
    public override string ToString() => $"{TypeNameOfValue} {Name}";
}
