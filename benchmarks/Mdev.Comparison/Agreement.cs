using System.Text.Json.Nodes;
using Mdev.Kernel;

namespace Mdev.Comparison;

/// <summary>That we and mdevctl say the same of a host, in every property that mdevctl prints.</summary>
public static class Agreement
{
    /// <summary>Compares devices and types.</summary>
    /// <exception cref="InvalidOperationException">They differ; it says where first.</exception>
    public static void Require(Contenders contenders, string root)
    {
        HostRoot host = HostOpener.Open(root);
        using var mdevctl = new Contender(contenders.Mdevctl(root));
        Compare("devices-json", MdevctlShape.Devices(host));
        Compare("types-json", MdevctlShape.Types(host));

        void Compare(string request, JsonArray ours)
        {
            mdevctl.Run(request);
            JsonNode theirs = JsonNode.Parse(contenders.Printed)!;
            if (JsonNode.DeepEquals(ours, theirs))
                return;
            (string Ours, string Theirs) first = ours.ToString().Split('\n').Zip(theirs.ToString().Split('\n')).FirstOrDefault(lines => lines.First != lines.Second);
            throw new InvalidOperationException($"{request}: we and mdevctl do not say the same. First '{first.Ours?.Trim()}' instead of '{first.Theirs?.Trim()}'.");
        }
    }
}
