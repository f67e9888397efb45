using System.Collections;
using Mdev;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Model;

namespace MdevPS.Completers;

/// <summary>Completes the names of the physical devices behind parents.</summary>
public sealed class PhysicalDeviceCompleter : HostCompleter
{
    private protected override IEnumerable<(string Name, string ToolTip)> Candidates(HostRoot host, IDictionary bound) =>
        new ParentReader(host, Ignore).Read(Names(bound, "Parent", typeof(MdevParent)))
            .GroupBy(parent => parent.PhysicalDevice)
            .Select(parents => (parents.Key, $"{parents.First().Driver ?? parents.First().Subsystem ?? "no driver"}, {parents.Count()} {(parents.Count() == 1 ? "parent" : "parents")}, {parents.Sum(parent => (long)parent.DeviceCount)} devices"));
}
