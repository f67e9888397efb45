using System.Collections;
using System.Collections.ObjectModel;
using System.Reflection;

namespace System.Management.Automation;

/// <summary>Any object, with properties added to it; or nothing but properties (a PSCustomObject).</summary>
public class PSObject : IFormattable
{
    private readonly object _base;
    private readonly List<PSMemberInfo> _added = [];
    private Collection<string>? _typeNames;

    public PSObject() => _base = PSCustomObject.SelfInstance;

    public PSObject(object obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        _base = obj is PSObject other ? other._base : obj;
    }

    /// <summary>How a number was written on the command line: 007 is still 007 to a parameter that takes text.</summary>
    internal string? TokenText { get; init; }

    public object BaseObject => _base;
    public object ImmediateBaseObject => _base;
    public PSMemberInfoCollection<PSMemberInfo> Members => new PSMemberInfoIntegratingCollection<PSMemberInfo>(this);
    public PSMemberInfoCollection<PSPropertyInfo> Properties => new PSMemberInfoIntegratingCollection<PSPropertyInfo>(this);
    public Collection<string> TypeNames => _typeNames ??= new(TypeNamesOf(_base));

    public static PSObject AsPSObject(object obj) => obj as PSObject ?? new PSObject(obj);

    public static implicit operator PSObject(int value) => new(value);
    public static implicit operator PSObject(string value) => new(value);
    public static implicit operator PSObject(bool value) => new(value);
    public static implicit operator PSObject(double value) => new(value);
    public static implicit operator PSObject(Hashtable value) => new(value);

    internal static object? Base(object? value) => value is PSObject wrapped && wrapped._base is not PSCustomObject ? wrapped._base : value;

    internal List<PSMemberInfo> Added => _added;

    internal IEnumerable<PSMemberInfo> AllMembers => _added.Concat(Adapted().Where(p => !_added.Exists(a => a.Is(p.Name))));

    private IEnumerable<PSMemberInfo> Adapted()
    {
        if (_base is PSCustomObject)
            return [];
        if (_base is IDictionary dictionary)
        {
            // A dictionary's keys are its properties, ahead of Count and the like.
            IEnumerable<PSMemberInfo> entries = dictionary.Keys.Cast<object>().Select(key => new PSNoteProperty(key.ToString()!, dictionary[key]));
            return entries.Concat(Reflected());
        }
        return Reflected();
    }

    private IEnumerable<PSMemberInfo> Reflected() => _base.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.GetIndexParameters().Length == 0).Select(p => new PSProperty(p, _base));

    private static List<string> TypeNamesOf(object value)
    {
        List<string> names = [];
        for (Type? type = value.GetType(); type is not null; type = type.BaseType)
            names.Add(type.ToString());
        return names;
    }

    public virtual PSObject Copy() => throw new StandInException("PSObject.Copy");
    public override bool Equals(object? obj) => obj is PSObject other ? ReferenceEquals(this, obj) || _base.Equals(other._base) : _base.Equals(obj);
    public override int GetHashCode() => _base.GetHashCode();
    public override string ToString() => LanguagePrimitives.ToText(this);
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        _base is IFormattable formattable ? formattable.ToString(format, formatProvider) : ToString();
}

public class PSCustomObject
{
    private PSCustomObject() { }
    internal static readonly PSCustomObject SelfInstance = new();
    public override string ToString() => "";
}
