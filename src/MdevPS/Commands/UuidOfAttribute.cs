using System.Collections;
using System.Management.Automation;
using Mdev.Model;

namespace MdevPS.Commands;

/// <summary>Lets a parameter of UUIDs take devices of the default host as well.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UuidOfAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => ObjectArgument.Plain(inputData) switch
    {
        string => inputData,
        IEnumerable items => items.Cast<object>().Select(Uuid).ToArray(),
        _ => Uuid(inputData),
    };

    private static object Uuid(object item) => ObjectArgument.Plain(item) is not MdevDevice device ? item
        : ObjectArgument.IsOfDefaultHost(device.Root) ? device.Uuid
        : throw ObjectArgument.OfOtherHost(device.Root, "Uuid");
}
