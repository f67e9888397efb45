using System.Globalization;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Attributes;

/// <summary>
/// Reads back what a device was given, where its driver says so by other attributes than it was given by: vfio_ap
/// (Documentation/arch/s390/vfio-ap.rst), or by the same: NVIDIA's vgpu_params.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told of what cannot be read or understood.</param>
internal sealed class ReadBack(HostRoot host, Action<MdevException> report)
{
    private const string Matrix = "matrix", ControlDomains = "control_domains", VgpuParams = "nvidia/vgpu_params";

    /// <summary>The values in an order in which they can be written to a new device; null for a driver that is not known here.</summary>
    public IReadOnlyList<AttributeValue>? Of(MdevDevice device)
    {
        List<MdevAttribute> found = new VendorAttributes(host, report).Read(AttributeOwner.Of(device), NameFilter.Of(Matrix, ControlDomains, VgpuParams)).ToList();
        if (found.Find(attribute => attribute.Name == VgpuParams) is { } parameters)
            return string.IsNullOrWhiteSpace(parameters.Value) ? [] : [new AttributeValue(VgpuParams, parameters.Value)];
        return found.Find(attribute => attribute.Name == Matrix) is { } matrix ? Queues(matrix, found.Find(attribute => attribute.Name == ControlDomains)) : null;
    }

    // Lines "05.0004" are the pairs of all adapters and domains; "05." and ".0004" tell of one half while the other is empty. With the adapters first,
    // each write adds only queues that the device had.
    private List<AttributeValue> Queues(MdevAttribute matrix, MdevAttribute? control)
    {
        var adapters = new SortedSet<int>();
        var domains = new SortedSet<int>();
        foreach (string line in Lines(matrix))
        {
            string[] halves = line.Split('.');
            if (halves.Length != 2 || !Add(adapters, halves[0]) || !Add(domains, halves[1]))
                Misunderstood(matrix, line);
        }

        var controlled = new SortedSet<int>();
        foreach (string line in control is null ? [] : Lines(control))
        {
            if (!Add(controlled, line))
                Misunderstood(control!, line);
        }

        return [.. Values("assign_adapter", adapters), .. Values("assign_domain", domains), .. Values("assign_control_domain", controlled)];
    }

    private static string[] Lines(MdevAttribute attribute) => attribute.Value?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static bool Add(SortedSet<int> ids, string hex)
    {
        if (hex.Length == 0)
            return true;
        if (!int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int id))
            return false;
        ids.Add(id);
        return true;
    }

    private static IEnumerable<AttributeValue> Values(string name, IEnumerable<int> ids) => ids.Select(id => new AttributeValue(name, id.ToString(CultureInfo.InvariantCulture)));

    private void Misunderstood(MdevAttribute attribute, string line)
    {
        string path = host.OnMachine(attribute.SysfsPath);
        report(new MdevException(MdevError.AttributeUnreadable, $"'{path}' has a line that is not understood: '{Printable.Text(line, 60)}'.", path));
    }
}
