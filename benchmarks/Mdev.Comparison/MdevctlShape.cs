using System.Text.Json.Nodes;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Comparison;

/// <summary>What we list, in the shape of <c>mdevctl list --dumpjson</c> and <c>mdevctl types --dumpjson</c>: parent, then its items, each under its name.</summary>
public static class MdevctlShape
{
    /// <summary>The devices.</summary>
    public static JsonArray Devices(HostRoot host) => ByParent(
        new DeviceReader(host, e => throw e).Read(new DeviceQuery()),
        device => device.Parent,
        device => device.Uuid.ToString(),
        device => new JsonObject { ["mdev_type"] = device.Type, ["start"] = "manual", ["attrs"] = new JsonArray() });

    /// <summary>The types.</summary>
    public static JsonArray Types(HostRoot host) => ByParent(
        new TypeReader(host, e => throw e).Read(new TypeQuery()),
        type => type.Parent,
        type => type.Type,
        type => Present(
            ("available_instances", type.AvailableInstances),
            ("device_api", type.DeviceApi),
            ("name", type.Name),
            // It puts a description of several lines on one.
            ("description", type.Description?.Replace("\n", ", ", StringComparison.Ordinal))));

    // What a type does not have is not there.
    private static JsonObject Present(params (string Name, JsonNode? Value)[] properties) =>
        new(properties.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Name, p.Value)));

    // One object with all parents, and none at all where there are none.
    private static JsonArray ByParent<T>(IEnumerable<T> items, Func<T, string> parent, Func<T, string> name, Func<T, JsonObject> value)
    {
        var parents = new JsonObject();
        foreach (IGrouping<string, T> group in items.GroupBy(parent))
            parents.Add(group.Key, new JsonArray(group.OrderBy(name, StringComparer.Ordinal).Select(item => new JsonObject { [name(item)] = value(item) }).ToArray<JsonNode>()));
        return parents.Count == 0 ? [] : [parents];
    }
}
