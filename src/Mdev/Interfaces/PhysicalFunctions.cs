using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Model;

namespace Mdev.Interfaces;

/// <summary>An SR-IOV physical function and its virtual ones, by the links between them (Documentation/ABI/testing/sysfs-bus-pci).</summary>
internal static class PhysicalFunctions
{
    /// <summary>The directory of the physical function behind a function, or that of the function itself.</summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">The function's directory.</param>
    /// <param name="sysfsPath">Its path as the host sees it.</param>
    public static string PathOf(HostRoot host, DirectoryHandle? directory, string sysfsPath) =>
        new AttributeReader(_ => { }).Try(() => directory?.ReadLink("physfn") is { } target && FunctionUuid.Of(HostFiles.Name(target)) is not null ? host.Resolve(sysfsPath, target) : null) ?? sysfsPath;

    /// <summary>The directory of the physical function behind a function, or that of the function itself.</summary>
    public static string PathOf(HostRoot host, string sysfsPath)
    {
        using DirectoryHandle? directory = new AttributeReader(_ => { }).Try(() => host.Files.OpenDirectory(sysfsPath));
        return PathOf(host, directory, sysfsPath);
    }

    /// <summary>The functions of a physical one, this one among them also where the links between the two do not agree.</summary>
    public static IReadOnlyList<HostParent> With(HostParent function, IEnumerable<HostParent> functions)
    {
        List<HostParent> all = functions.ToList();
        return all.Contains(function) ? all : [function, .. all];
    }

    /// <summary>The directories of the virtual functions of a physical one, in no order.</summary>
    public static IReadOnlyList<string> FunctionsOf(HostRoot host, string physicalPath, Action<MdevException> report)
    {
        var attributes = new AttributeReader(report);
        using DirectoryHandle? physical = attributes.Try(() => host.Files.OpenDirectory(physicalPath));
        return physical is null ? [] : physical.Entries()
            .Where(entry => entry.Kind is EntryKind.Link or EntryKind.Unknown && entry.Name.StartsWith("virtfn", StringComparison.Ordinal))
            .Select(entry => attributes.Try(() => physical.ReadLink(entry.Name) is { } target ? host.Resolve(physicalPath, target) : null))
            .OfType<string>()
            .ToList();
    }
}
