using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;

namespace Mdev.Conformance;

/// <summary>What the library makes of the kernel's answers.</summary>
public sealed class LibraryTests : ConformanceTest
{
    private readonly List<MdevException> _reports = [];

    [Fact]
    public void The_parents_are_these()
    {
        MdevParent[] parents = new ParentReader(Host, _reports.Add).Read(new NameFilter()).ToArray();
        Assert.Equal(["mbochs", "mdpy", "mtty"], parents.Select(p => p.Parent));
        MdevParent mtty = parents[2];
        Assert.Equal(["mtty-1", "mtty-2"], mtty.Types);
        Assert.Equal((null, "mtty", null, null, null, 0), (mtty.Driver, mtty.Subsystem, mtty.NumaNode, mtty.PciId, mtty.PhysicalFunction, mtty.DeviceCount));
        Assert.Equal((Paths.Parent("mtty"), Host.Root), (mtty.SysfsPath, mtty.Root));
        Assert.Empty(_reports);
    }

    [Fact]
    public void The_types_are_these()
    {
        MdevType[] types = new TypeReader(Host, _reports.Add).Read(new TypeQuery()).ToArray();
        Assert.Equal(["mbochs-large", "mbochs-medium", "mbochs-small", "mdpy-hd", "mdpy-vga", "mdpy-xga", "mtty-1", "mtty-2"], types.Select(t => t.Type));
        Assert.Equal([4, 16, 64, 4, 4, 4, 24, 12], types.Select(t => t.AvailableInstances!.Value));
        Assert.All(types, t => Assert.Equal("vfio-pci", t.DeviceApi));
        Assert.Equal(64L << 20, types[0].FramebufferBytes);
        Assert.Equal("1920x1080", types[3].MaxResolution);
        Assert.Equal(("Dual port serial", null, "mtty", "mtty"), (types[7].Name, types[7].Description, types[7].Driver, types[7].Parent));
        Assert.Empty(_reports);
    }

    [Fact]
    public void A_device_that_is_made_is_complete_and_read_back_alike_by_every_way()
    {
        MdevDevice made = Assert.Single(Make("mtty-2", 1));
        Assert.Equal(("mtty-2", "mtty", "vfio-pci", "mtty", MdevDeviceState.Active), (made.Type, made.Parent, made.DeviceApi, made.Driver, made.State));
        Assert.Equal($"/dev/vfio/{made.IommuGroup}", made.VfioPath);
        Assert.True(Host.Files.Exists(made.VfioPath!));
        Assert.Equal($"{Paths.Parent("mtty")}/{made.Uuid}", made.SysfsPath);

        var reader = new DeviceReader(Host, _reports.Add);
        Assert.Equal(made, reader.Find(made.Uuid));
        Assert.Equal(made, Assert.Single(reader.Read(new DeviceQuery())));
        Assert.Equal(made, Assert.Single(reader.Read(new DeviceQuery { Parents = NameFilter.Of("mtty") })));
        Assert.Equal(made, Assert.Single(reader.Read(new DeviceQuery { Types = NameFilter.Of("mtty-2") })));
        Assert.Equal(made, Assert.Single(reader.Read(new DeviceQuery { Uuids = [made.Uuid] })));
        Assert.Empty(reader.Read(new DeviceQuery { Types = NameFilter.Of("mtty-1") }));
        Assert.Equal(1, new ParentReader(Host, _reports.Add).Read(NameFilter.Of("mtty")).Single().DeviceCount);
        Assert.Empty(_reports);
    }

    [Fact]
    public void A_uuid_that_exists_is_UuidExists()
    {
        Guid uuid = Have("mdpy-vga");
        Assert.Empty(Make("mtty-1", 1, uuid));
        MdevException e = Assert.Single(_reports);
        Assert.Equal((MdevError.UuidExists, uuid), (e.Error, e.Uuid));
        Assert.Contains("mdpy-vga", e.Message);
    }

    [Fact]
    public void A_uuid_that_somebody_else_takes_meanwhile_is_UuidExists()
    {
        Guid uuid = Guid.NewGuid();
        var allocator = new DeviceAllocator(Host, _reports.Add, (_, _) =>
        {
            Have("mdpy-vga", uuid);
            return Decision.Make;
        });
        Assert.Empty(allocator.Make(new CreateRequest { Placement = new PlacementRequest { Type = "mtty-1" }, Uuids = [uuid] }, CancellationToken.None));
        MdevException e = Assert.Single(_reports);
        Assert.Equal((MdevError.UuidExists, Errno.EEXIST, uuid), (e.Error, e.Errno, e.Uuid));
    }

    [Fact]
    public void A_device_that_somebody_else_removed_is_DeviceNotFound()
    {
        MdevDevice device = Find(Have("mtty-1"))!;
        Assert.Equal(Answer.Done, Remove(device.Uuid));
        MdevException e = Assert.Throws<MdevException>(() => new DeviceRemover(Host, _reports.Add).Remove(device));
        Assert.Equal(MdevError.DeviceNotFound, e.Error);
    }

    [Fact]
    public void Of_two_racing_removers_one_succeeds_and_the_other_says_so()
    {
        for (int round = 0; round < 10; round++)
        {
            MdevDevice device = Find(Have("mtty-1"))!;
            MdevException?[] ends = AtOnce<MdevException?>(2, () =>
            {
                try
                {
                    new DeviceRemover(Host, _ => { }).Remove(device);
                    return null;
                }
                catch (MdevException e)
                {
                    return e;
                }
            });
            // Who comes while the other has the group open cannot tell a rival from a VM.
            Assert.Contains(null, ends);
            MdevException loser = Assert.Single(ends.OfType<MdevException>());
            Assert.True(loser.Error is MdevError.DeviceNotFound or MdevError.InUse, loser.Message);
            Assert.Empty(OnBus());
        }
    }

    [RootFact]
    public void Nobody_is_told_PermissionDenied()
    {
        MdevDevice device = Find(Have("mtty-1"))!;
        Nobody.Does(() =>
        {
            Assert.Empty(Make("mtty-1", 1));
            MdevException create = Assert.Single(_reports);
            Assert.Equal((MdevError.PermissionDenied, Errno.EACCES), (create.Error, create.Errno));
            MdevException remove = Assert.Throws<MdevException>(() => new DeviceRemover(Host, _reports.Add).Remove(device));
            Assert.Equal((MdevError.PermissionDenied, Errno.EACCES), (remove.Error, remove.Errno));
        });
        Assert.Equal([device.Uuid.ToString()], OnBus());
    }

    [Fact]
    public void A_read_only_sysfs_is_told_ReadOnly()
    {
        HostRoot host = World.ReadOnlyHost();
        Assert.Empty(Make("mtty-1", 1, host: host));
        MdevException e = Assert.Single(_reports);
        Assert.Equal((MdevError.ReadOnly, Errno.EROFS), (e.Error, e.Errno));
    }

    private MdevDevice[] Make(string type, int count, Guid? uuid = null, HostRoot? host = null)
    {
        var request = new CreateRequest
        {
            Placement = new PlacementRequest { Type = type },
            Count = count,
            Uuids = uuid is { } given ? [given] : [],
        };
        return new DeviceAllocator(host ?? Host, _reports.Add, (_, _) => Decision.Make).Make(request, default).ToArray();
    }
}
