using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Placement;

namespace Mdev.Conformance.VendorVfio;

/// <summary>The driver that was proposed for the kernel itself, where it answers otherwise than NVIDIA's: an errno for each reason, and lists without a header.</summary>
public sealed class UpstreamTests() : VendorVfioTest(isUpstream: true)
{
    [VendorFact]
    public void A_function_has_two_attributes()
    {
        using DirectoryHandle directory = Host.Files.OpenDirectory($"/sys/bus/pci/devices/{F0}/nvidia")!;
        Assert.Equal(["creatable_vgpu_types", "current_vgpu_type"], directory.Entries().Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [VendorFact]
    public void The_lists_have_no_header_and_beside_a_vgpu_its_type_alone()
    {
        Assert.StartsWith("1145  : NVIDIA L40S-1B\n", Bytes(F0, "creatable_vgpu_types"));
        Have(F0, FourQ);
        Assert.Equal("", Bytes(F0, "creatable_vgpu_types"));
        Assert.Equal("1150  : NVIDIA L40S-4Q\n", Bytes(F1, "creatable_vgpu_types"));
        Have(F1, FourQ);
        Assert.Equal(Answer.Done, Write(F0, 0));
        Assert.Equal(Answer.Done, Write(F1, 0));
        Have(F0, FortyEightQ);
        Assert.All(World.Functions, function => Assert.Equal("", Bytes(function, "creatable_vgpu_types")));
    }

    [VendorFact]
    public void Each_reason_has_its_errno()
    {
        Assert.Equal(Answer.Write(Errno.ENODEV), Write(F0, 4711));
        Have(F0, TwentyFourQ);
        Assert.Equal(Answer.Write(Errno.EINVAL), Write(F1, EightQ));
        Have(F1, TwentyFourQ);
        Assert.Equal(Answer.Write(Errno.ENOSPC), Write(F2, TwentyFourQ));
        using (World.HoldDevice(F0))
            Assert.Equal(Answer.Write(Errno.EBUSY), Write(F0, 0));
        Assert.Equal($"{TwentyFourQ}\n", Current(F0));
    }

    [VendorFact]
    public void Zero_where_there_is_none_is_accepted()
    {
        Assert.Equal(Answer.Done, Write(F0, 0));
        Assert.Equal("0\n", Current(F0));
    }

    [VendorFact]
    public void The_library_makes_and_removes_there_as_elsewhere_and_says_when_it_is_full()
    {
        var reports = new List<MdevException>();
        var allocator = new DeviceAllocator(Host, reports.Add, (_, _) => Decision.Make);
        Assert.Equal(2, allocator.Make(new CreateRequest { Placement = new PlacementRequest { Type = $"nvidia-{TwentyFourQ}" }, Count = 3 }, default).ToList().Count);
        Assert.Equal(MdevError.NoCapacity, Assert.Single(reports).Error);
        new DeviceRemover(Host, reports.Add).Remove(new Inventory.DeviceReader(Host, reports.Add).Get(Model.FunctionUuid.Of(F0)!.Value));
        Assert.Equal("0\n", Current(F0));
        Assert.Single(reports);
    }
}
