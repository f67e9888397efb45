using System.Collections;
using System.Collections.ObjectModel;
using System.Reflection;

namespace System.Management.Automation;

/// <summary>Any object, with properties added to it; or nothing but properties (a PSCustomObject).</summary>
public class PSObject
{
    private readonly object _base;
    private readonly List<PSPropertyInfo> _added = [];
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
    public PSMemberInfoCollection<PSPropertyInfo> Properties => new([.. _added, .. Adapted().Where(p => !_added.Exists(a => a.Is(p.Name)))], _added);
    public Collection<string> TypeNames => _typeNames ??= new(TypeNamesOf(_base));

    public static PSObject AsPSObject(object obj) => obj as PSObject ?? new PSObject(obj);

    internal static object? Base(object? value) => value is PSObject wrapped && wrapped._base is not PSCustomObject ? wrapped._base : value;

    private IEnumerable<PSPropertyInfo> Adapted()
    {
        if (_base is PSCustomObject)
            return [];
        if (_base is IDictionary dictionary)
        {
            // A dictionary's keys are its properties, ahead of Count and the like.
            IEnumerable<PSPropertyInfo> entries = dictionary.Keys.Cast<object>().Select(key => new PSNoteProperty(key.ToString()!, dictionary[key]));
            return entries.Concat(Reflected());
        }
        return Reflected();
    }

    private IEnumerable<PSPropertyInfo> Reflected() => _base.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.GetIndexParameters().Length == 0).Select(p => new PSProperty(p, _base));

    private static List<string> TypeNamesOf(object value)
    {
        List<string> names = [];
        for (Type? type = value.GetType(); type is not null; type = type.BaseType)
            names.Add(type.ToString());
        return names;
    }

    public override bool Equals(object? obj) => obj is PSObject other ? ReferenceEquals(this, obj) || _base.Equals(other._base) : _base.Equals(obj);
    public override int GetHashCode() => _base.GetHashCode();
    public override string ToString() => LanguagePrimitives.ToText(this);
}

public class PSCustomObject
{
    private PSCustomObject() { }
    internal static readonly PSCustomObject SelfInstance = new();
    public override string ToString() => "";
}
