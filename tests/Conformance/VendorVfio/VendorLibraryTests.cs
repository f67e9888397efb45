using Mdev.Attributes;
using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Lifecycle;
using Mdev.Model;
using Mdev.Placement;
using Mdev.Vfio;

namespace Mdev.Conformance.VendorVfio;

/// <summary>What the library makes of the functions and of their driver's answers.</summary>
public sealed class VendorLibraryTests : VendorVfioTest
{
    private readonly List<MdevException> _reports = [];

    [VendorFact]
    public void The_parents_are_the_functions()
    {
        MdevParent[] parents = new ParentReader(Host, _reports.Add).Read(new NameFilter()).Where(parent => parent.Interface == MdevInterface.VendorVfio).ToArray();
        Assert.Equal(World.Functions, parents.Select(parent => parent.Parent));
        Assert.All(parents, parent => Assert.Equal((parents[0].PhysicalFunction, "pci", 0), (parent.PhysicalFunction, parent.Subsystem, parent.DeviceCount)));
        Assert.NotNull(parents[0].PhysicalFunction);
        Assert.Empty(_reports);
    }

    [VendorFact]
    public void A_device_that_is_made_is_complete_and_read_back_alike_by_every_way()
    {
        MdevDevice made = Assert.Single(Make(FourQ));
        Assert.Equal(("nvidia-1150", F0, "vfio-pci", MdevDeviceState.Active), (made.Type, made.Parent, made.DeviceApi, made.State));
        Assert.Equal(FunctionUuid.Of(F0), made.Uuid);
        Assert.True(Host.Files.Exists(made.VfioPath!));
        var reader = new DeviceReader(Host, _reports.Add);
        Assert.Equal(made, reader.Find(made.Uuid));
        Assert.Equal(made, Assert.Single(reader.Read(new DeviceQuery())));
        Assert.Equal(made, Assert.Single(reader.Read(new DeviceQuery { Parents = NameFilter.Of(F0) })));
        Assert.Equal(made, Assert.Single(reader.Read(new DeviceQuery { Types = NameFilter.Of("nvidia-1150") })));
        Assert.Empty(reader.Read(new DeviceQuery { Types = NameFilter.Of("nvidia-1160") }));
        new DeviceRemover(Host, _reports.Add).Remove(made);
        Assert.Equal("0\n", Current(F0));
        Assert.Empty(_reports);
    }

    [VendorFact]
    public void After_each_device_the_GPU_is_asked_anew()
    {
        Assert.Equal(2, Make(TwentyFourQ, 3).Length);
        MdevException e = Assert.Single(_reports);
        Assert.Equal(MdevError.NoCapacity, e.Error);
        Assert.Contains("2 of 3", e.Message);
    }

    [VendorFact]
    public void A_place_that_somebody_else_takes_meanwhile_is_passed_over()
    {
        var allocator = new DeviceAllocator(Host, _reports.Add, (placement, _) =>
        {
            if (placement.Parent == F0)
                Have(F0, FourQ);
            return Decision.Make;
        });
        MdevDevice made = Assert.Single(allocator.Make(Request(FourQ, 1), default));
        Assert.NotEqual(F0, made.Parent);
        Assert.Empty(_reports);
    }

    [VendorFact]
    public void A_refusal_says_what_is_there()
    {
        MdevException Refused(string function, int somebodyElses, string where)
        {
            _reports.Clear();
            CreateRequest request = Request(EightQ, 1);
            var allocator = new DeviceAllocator(Host, _reports.Add, (_, _) =>
            {
                Have(where, somebodyElses);
                return Decision.Make;
            });
            Assert.Empty(allocator.Make(request with { Placement = request.Placement with { Parents = NameFilter.Of(function) }, Uuids = [FunctionUuid.Of(function)!.Value] }, default));
            Assert.Equal(Answer.Done, Write(where, 0));
            return Assert.Single(_reports);
        }

        MdevException e = Refused(F1, FourQ, where: F0);
        Assert.Equal((MdevError.NoCapacity, Errno.EIO), (e.Error, e.Errno));
        Assert.Contains("1 x nvidia-1150", e.Message);
        e = Refused(F0, FourQ, where: F0);
        Assert.Equal((MdevError.UuidExists, Errno.EPERM), (e.Error, e.Errno));
        Assert.Contains("nvidia-1150 already", e.Message);
    }

    [VendorFact]
    public void Removing_what_is_gone_or_another_now_writes_nothing()
    {
        MdevDevice device = Assert.Single(Make(FourQ));
        Assert.Equal(Answer.Done, Write(F0, 0));
        Assert.Equal(MdevError.DeviceNotFound, RemoveFails(device).Error);
        Have(F0, EightQ);
        Assert.Equal(MdevError.DeviceChanged, RemoveFails(device).Error);
        Assert.Equal($"{EightQ}\n", Current(F0));
    }

    [VendorFact]
    public void One_that_is_held_is_InUse_at_once()
    {
        MdevDevice device = Assert.Single(Make(FourQ));
        using (World.HoldDevice(F0))
        {
            Assert.Equal(MdevError.InUse, RemoveFails(device).Error);
            MdevException e = Assert.Throws<MdevException>(() => new DeviceRemover(Host, _reports.Add).RemoveEvenIfInUse(device));
            Assert.Equal(MdevError.InUse, e.Error);
            Assert.Contains("refuses to take the vGPU from a running VM", e.Message);
            Assert.NotEmpty(UserScan.Of(Host).UsersOf(device)!);
        }

        new DeviceRemover(Host, _reports.Add).Remove(device);
    }

    [VendorFact]
    public void What_is_left_of_a_VM_is_InUse_and_told()
    {
        MdevDevice device = Assert.Single(Make(FourQ));
        World.StayAfterVm(F0);
        MdevException e = RemoveFails(device);
        Assert.Equal((MdevError.InUse, Errno.EBUSY), (e.Error, e.Errno));
        Assert.Contains("has just ended", e.Message);
    }

    [VendorFact]
    public void What_VFIO_says_is_asked_by_the_address()
    {
        MdevVfioInfo info = new VfioReader(Host, _reports.Add).Read(Assert.Single(Make(FourQ)));
        Assert.Equal("vfio-pci", info.DeviceApi);
        Assert.NotNull(info.PciId);
        Assert.Empty(_reports);
    }

    [VendorFact]
    public void Attributes_are_the_drivers_and_none_of_those_that_make_and_remove_devices()
    {
        MdevDevice device = Assert.Single(Make(FourQ));
        MdevAttribute[] attributes = new VendorAttributes(Host, _reports.Add).Read(AttributeOwner.Of(device), new NameFilter()).Where(a => a.Name.StartsWith("nvidia/", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["nvidia/gpu_instance_id", "nvidia/placement_id", "nvidia/vgpu_params", "nvidia/warm_update"], attributes.Select(a => a.Name));
        new VendorAttributes(Host, _reports.Add).Write(AttributeOwner.Of(device), "nvidia/vgpu_params", "frame_rate_limiter=0");
        Assert.Equal(
            MdevError.AttributeNotFound,
            Assert.Throws<MdevException>(() => new VendorAttributes(Host, _reports.Add).Write(AttributeOwner.Of(device), "nvidia/current_vgpu_type", "0")).Error);
        Assert.Empty(_reports);
    }

    [VendorFact]
    public void Attributes_without_a_value_yet_are_told_so_and_cost_no_error()
    {
        MdevParent parent = new ParentReader(Host, _reports.Add).Read(NameFilter.Of(F0)).Single();
        MdevAttribute placement = Assert.Single(new VendorAttributes(Host, _reports.Add).Read(new AttributeOwner(null, null, parent.Parent, parent.SysfsPath), NameFilter.Of("nvidia/placement_id")));
        Assert.Null(placement.Value);
        Assert.NotNull(placement.Note);
        Assert.Empty(_reports);
    }

    private MdevException RemoveFails(MdevDevice device) => Assert.Throws<MdevException>(() => new DeviceRemover(Host, _reports.Add).Remove(device));

    private static CreateRequest Request(int type, int count) => new() { Placement = new PlacementRequest { Type = $"nvidia-{type}" }, Count = count };

    private MdevDevice[] Make(int type, int count = 1) => new DeviceAllocator(Host, _reports.Add, (_, _) => Decision.Make).Make(Request(type, count), default).ToArray();
}
