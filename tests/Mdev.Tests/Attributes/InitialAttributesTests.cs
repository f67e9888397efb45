using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Attributes;

/// <summary>Attributes at creation: in order, repeated, and all of them or no device.</summary>
public sealed class InitialAttributesTests : IDisposable
{
    private readonly SimulatedTestHost _host = new("vfio_ap");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Five_in_order_with_repeats()
    {
        MdevDevice device = Assert.Single(Make(("assign_adapter", "5"), ("assign_domain", "0xab"), ("assign_adapter", "6"), ("assign_domain", "4"), ("unassign_adapter", "5")));
        Assert.Equal("06.0004\n06.00ab\n", File.ReadAllText($"{_host.Root}{device.SysfsPath}/matrix"));
        Assert.Empty(_host.Reports);
        Assert.Equal(
            ["'5'", "'0xab'", "'6'", "'4'", "'5'"],
            _host.Told.Where(line => line.Contains("assign_")).Select(line => line.Split(' ')[1]));
    }

    [Fact]
    public void A_caller_that_ends_everything_in_the_middle_leaves_no_device_with_half_of_them()
    {
        int told = 0;
        HostRoot host = HostOpener.Open(_host.Root, line =>
        {
            if (line.Contains("assign_", StringComparison.Ordinal) && ++told >= 2)
                throw new OperationCanceledException();
        });
        var request = new CreateRequest
        {
            Placement = new PlacementRequest { Type = "vfio_ap-passthrough" },
            Attributes = [new("assign_adapter", "5"), new("assign_domain", "4"), new("assign_adapter", "6")],
        };
        Assert.Throws<OperationCanceledException>(() => new DeviceAllocator(host, e => throw e, (_, _) => Decision.Make).Make(request, CancellationToken.None).ToArray());
        Assert.Equal(2, told);
        Assert.Empty(_host.Devices());
    }

    [Fact]
    public void One_that_fails_takes_the_device_away_again_and_says_which_it_was()
    {
        Assert.Empty(Make(("assign_adapter", "5"), ("assign_domain", "4"), ("assign_domain", "1"), ("assign_domain", "9"), ("assign_adapter", "6")));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.AttributeFailed, e.Error);
        Assert.Contains("Attribute 3 of 5", e.Message);
        Assert.Contains("'assign_domain'", e.Message);
        Assert.Contains("'1'", e.Message);
        Assert.Contains("EADDRNOTAVAIL", e.Message);
        Assert.Contains("removed again", e.Message);
        Assert.Empty(_host.Devices());
        Assert.Equal(65536, Assert.Single(_host.Types()).AvailableInstances);
    }

    [Fact]
    public void A_roll_back_that_fails_is_told()
    {
        // Somebody opens the device the moment it is there.
        _host.AddLink("/proc/77/fd/3", "/dev/vfio/0");
        Assert.Empty(Make(("assign_adapter", "999")));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.AttributeFailed, e.Error);
        Assert.Contains("still there", e.Message);
        Assert.Contains("EBUSY", e.Message);
        Assert.Single(_host.Devices());
    }

    [Fact]
    public void A_name_of_the_kernels_is_refused_before_anything_is_made()
    {
        string before = _host.Snapshot();
        Assert.Equal(MdevError.AttributeNotFound, Assert.Throws<MdevException>(() => Make(("assign_adapter", "5"), ("remove", "1"))).Error);
        Assert.Equal(before, _host.Snapshot());
    }

    [Fact]
    public void Of_several_devices_each_succeeds_or_fails_by_itself()
    {
        MdevDevice[] made = _host.Make(Request(("assign_adapter", "5"), ("assign_domain", "4")) with { Count = 3 });
        // The second and third would share the queue of the first.
        Assert.Single(made);
        Assert.Equal([MdevError.AttributeFailed, MdevError.AttributeFailed], _host.Reports.Select(e => e.Error));
        Assert.Equal(made[0].Uuid, Assert.Single(_host.Devices()).Uuid);
    }

    private MdevDevice[] Make(params (string Name, string Value)[] attributes) => _host.Make(Request(attributes));

    private static CreateRequest Request(params (string Name, string Value)[] attributes) => new()
    {
        Placement = new PlacementRequest { Type = "vfio_ap-passthrough" },
        Attributes = attributes.Select(a => new AttributeValue(a.Name, a.Value)).ToList(),
    };
}
