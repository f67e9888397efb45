using System.Management.Automation;
using Mdev;

namespace MdevPS.Commands;

/// <summary>
/// Objects where a name or a UUID is asked for. Through the pipeline an object brings its Root along; as an argument it cannot, so one of
/// another host than the default must not be taken for one of that.
/// </summary>
internal static class ObjectArgument
{
    public static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    public static bool IsOfDefaultHost(string root) => root == HostOpener.Default;

    public static ArgumentTransformationMetadataException OfOtherHost(string root, string property) =>
        Refused($"The object is of host '{Printable.Text(root)}'. Pipe it, so that its host goes with it, or give its property {property} and -Root.");

    // The inner exception says "not by value": of an object of the pipeline the engine goes on to bind the properties.
    public static ArgumentTransformationMetadataException Refused(string message) => new(message, new PSInvalidCastException(message));
}
