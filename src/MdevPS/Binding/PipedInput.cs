using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Reflection;
using System.Runtime.CompilerServices;
using Mdev.Errors;

namespace MdevPS.Binding;

/// <summary>The objects that come to a cmdlet by the pipeline, as a whole. PowerShell shows a cmdlet only the properties that it has bound.</summary>
/// <param name="cmdlet">The cmdlet.</param>
internal sealed class PipedInput(PSCmdlet cmdlet)
{
    // A directory and a drive have a Root too, which is not that of a host.
    private static readonly string[] s_otherRoots = ["System.IO.DirectoryInfo", "System.Management.Automation.PSDriveInfo"];

    private string[] _arguments = [];
    private string[] _properties = [];
    private bool _takesRoots;
    private PSObject? _object;

    /// <summary>The object of this record; null when nothing was piped.</summary>
    public object? Value => _object?.BaseObject is PSCustomObject ? _object : _object?.BaseObject;

    /// <summary>The computer that a remoting session says the object comes from; null for an object of this session.</summary>
    public string? ComputerName => Property("PSComputerName")?.ToString();

    /// <summary>Whether the object is, or once was, a vendor attribute: one of a type has no UUID, and one of a parent no type.</summary>
    public bool IsAttribute => Property("Name") is not null && Property("Access") is not null;

    /// <summary>The text of a property of the object; null where it has none, or nothing in it.</summary>
    public string? Text(string property) => Property(property)?.ToString();

    /// <summary>Whether the object has a property with nothing in it.</summary>
    public bool IsNull(string property) => _object?.Properties[property] is { Value: null };

    /// <summary>Whether a parameter was given as an argument.</summary>
    public bool IsArgument(string parameter) => _arguments.Contains(parameter);

    /// <summary>Whether the value of a parameter is a property of the object.</summary>
    public bool IsOfObject(string parameter) => !IsArgument(parameter) && Property(parameter) is not null;

    /// <summary>Learns which parameters take properties of objects: those that were not given as arguments.</summary>
    public void Begin()
    {
        // Later on, PowerShell counts the parameters of objects that have passed among the bound ones.
        _arguments = [.. cmdlet.MyInvocation.BoundParameters.Keys];
        ILookup<bool, string> byPropertyName = cmdlet.GetType().GetProperties()
            .SelectMany(property => property.GetCustomAttributes<ParameterAttribute>().Select(parameter => (property.Name, Parameter: parameter)))
            .Where(found => found.Parameter.ValueFromPipelineByPropertyName && !IsArgument(found.Name))
            .ToLookup(found => found.Parameter.ValueFromPipeline, found => found.Name);
        _properties = [.. byPropertyName.SelectMany(names => names)];
        // Where a directory itself can be piped, its own Root does not count.
        _takesRoots = byPropertyName[false].Contains(nameof(MdevCommand.Root));
    }

    /// <summary>Goes on to the object of the next record, and makes sure that nothing of it was passed over.</summary>
    /// <exception cref="MdevException">
    /// <see cref="MdevError.InvalidArgument"/>: it is null; a property that a parameter takes has nothing in it, not even null; or its Root is not that
    /// of a host.
    /// </exception>
    public void Next()
    {
        _object = null;
        PSObject? piped = CurrentPipelineObject(cmdlet);
        if (piped == AutomationNull.Value)
            return;
        _object = piped ?? throw new MdevException(MdevError.InvalidArgument, "What was piped is null.");
        // The result of a command that gave nothing. PowerShell does not bind it, also not as null.
        if (Array.Find(_properties, name => Property(name) == AutomationNull.Value) is { } empty)
            throw new MdevException(MdevError.InvalidArgument, $"The property {empty} of the piped object has nothing in it.");
        if (_takesRoots && piped.TypeNames.Any(type => Array.Exists(s_otherRoots, type.EndsWith)))
            throw new MdevException(MdevError.InvalidArgument, $"The Root of an object of the class {piped.TypeNames[0]} is not the root of a host. Give -Root.");
    }

    // The engine keeps the object for itself; there is no public way to it.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_CurrentPipelineObject")]
    private static extern PSObject? CurrentPipelineObject(InternalCommand cmdlet);

    private object? Property(string name) => _object?.Properties[name]?.Value;
}
