using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Conformance.VendorVfio;

/// <summary>What a function lists, and what a write of a type to it does, row by row.</summary>
public sealed class TypeAttributeTests : VendorVfioTest
{
    private const string Header = "ID    : vGPU Name\n";
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    [VendorFact]
    public void A_function_has_these_attributes_from_the_moment_it_is_bound()
    {
        foreach (string function in World.Functions)
        {
            string[] names = ["creatable_vgpu_types", "current_vgpu_type", "gpu_instance_id", "placement_id", "vgpu_params", "warm_update"];
            using DirectoryHandle directory = Host.Files.OpenDirectory($"/sys/bus/pci/devices/{function}/nvidia")!;
            Assert.Equal(names, directory.Entries().Select(entry => entry.Name).Order(StringComparer.Ordinal));
            foreach (string name in names)
                Assert.Equal(name == "creatable_vgpu_types" ? ReadOnly : ReadOnly | UnixFileMode.UserWrite, File.GetUnixFileMode(Host.OnMachine(VendorWorld.Attribute(function, name))));
        }
    }

    [VendorFact]
    public void Its_physical_function_has_none()
    {
        string physical = Path.GetFileName(Host.Files.ReadLink($"/sys/bus/pci/devices/{F0}/physfn")!);
        Assert.True(Host.Files.HasDirectory($"/sys/bus/pci/devices/{physical}"));
        Assert.False(Host.Files.HasDirectory($"/sys/bus/pci/devices/{physical}/nvidia"));
    }

    [VendorFact]
    public void The_list_has_a_header_and_a_line_for_each_type_by_number()
    {
        string[] profiles = ["1B", "2B", "1Q", "2Q", "3Q", "4Q", "6Q", "8Q", "12Q", "16Q", "24Q", "48Q", "1A", "2A", "3A", "4A", "6A", "8A", "12A", "16A", "24A", "48A"];
        string rows = string.Concat(profiles.Select((profile, i) => $"{1145 + i}  : NVIDIA L40S-{profile}\n"));
        Assert.Equal($"{Header}{rows}2164  : NVIDIA L40S-3B\n", Bytes(F0, "creatable_vgpu_types"));
        Assert.Equal("0\n", Current(F0));
    }

    [VendorTheory]
    [InlineData("1150")]
    [InlineData("1150\n")]
    [InlineData("+1150")]
    [InlineData("01150")]
    public void A_number_makes_the_vgpu(string value)
    {
        Assert.Equal(Answer.Done, Write(F0, value));
        Assert.Equal("1150\n", Current(F0));
        Assert.Equal("0\n", Current(F1));
    }

    [VendorTheory]
    [InlineData(" 1150", Errno.EINVAL)]
    [InlineData("1150 ", Errno.EINVAL)]
    [InlineData("0x47e", Errno.EINVAL)]
    [InlineData("1150\n\n", Errno.EINVAL)]
    [InlineData("\n", Errno.EINVAL)]
    [InlineData("nvidia-1150", Errno.EINVAL)]
    [InlineData("99999999999999999999999", Errno.ERANGE)]
    public void What_is_no_number_is_refused(string value, int errno)
    {
        Assert.Equal(Answer.Write(errno), Write(F0, value));
        Assert.Equal("0\n", Current(F0));
    }

    [VendorTheory]
    [InlineData(FourQ)]
    [InlineData(OneQ)]
    [InlineData(4711)]
    public void A_type_where_there_is_one_is_EPERM_also_the_same(int type)
    {
        Have(F0, FourQ);
        Assert.Equal(Answer.Write(Errno.EPERM), Write(F0, type));
        Assert.Equal($"{FourQ}\n", Current(F0));
    }

    [VendorFact]
    public void Zero_takes_it_away_and_once_more_is_EPERM()
    {
        Have(F0, FourQ);
        Assert.Equal(Answer.Done, Write(F0, 0));
        Assert.Equal("0\n", Current(F0));
        Assert.Equal(Answer.Write(Errno.EPERM), Write(F0, 0));
        Assert.Equal(Answer.Write(Errno.EPERM), Write(F1, 0));
    }

    [VendorFact]
    public void Zero_while_it_is_open_is_EPERM_at_once()
    {
        Have(F0, FourQ);
        using (World.HoldDevice(F0))
        {
            Assert.Equal(Answer.Write(Errno.EPERM), Write(F0, 0));
            Assert.Equal($"{FourQ}\n", Current(F0));
        }

        Assert.Equal(Answer.Done, Write(F0, 0));
    }

    [VendorFact]
    public void Zero_while_something_of_a_VM_stays_is_EBUSY()
    {
        Have(F0, FourQ);
        World.StayAfterVm(F0);
        Assert.Equal(Answer.Write(Errno.EBUSY), Write(F0, 0));
        Assert.Equal($"{FourQ}\n", Current(F0));
    }

    [VendorTheory]
    [InlineData(4711)]
    [InlineData(-1)]
    public void A_number_that_is_no_type_is_EIO(int type)
    {
        Assert.Equal(Answer.Write(Errno.EIO), Write(F0, type));
        Assert.Equal("0\n", Current(F0));
    }

    [VendorFact]
    public void Another_size_beside_a_vgpu_is_EIO_and_on_no_list()
    {
        Have(F0, FourQ);
        Assert.Equal([1150, 1160], Creatable(F1));
        Assert.Equal(Answer.Write(Errno.EIO), Write(F1, EightQ));
        Have(F1, 1160);
        Assert.Equal([1150, 1160], Creatable(F2));
    }

    [VendorFact]
    public void A_function_that_has_a_vgpu_and_all_of_a_full_GPU_list_the_header_alone()
    {
        Have(F0, TwentyFourQ);
        Assert.Equal(Header, Bytes(F0, "creatable_vgpu_types"));
        Assert.Equal([1155, 1165], Creatable(F1));
        Have(F1, TwentyFourQ);
        Assert.All(World.Functions, function => Assert.Equal(Header, Bytes(function, "creatable_vgpu_types")));
        Assert.Equal(Answer.Write(Errno.EIO), Write(F2, TwentyFourQ));
        Assert.Equal(Answer.Done, Write(F0, 0));
        Assert.Equal([1155, 1165], Creatable(F2));
    }

    [VendorFact]
    public void When_the_last_is_taken_away_every_type_can_be_made_again()
    {
        Have(F0, FortyEightQ);
        Assert.Empty(Creatable(F1));
        Assert.Equal(Answer.Done, Write(F0, 0));
        Assert.Equal(23, Creatable(F1).Length);
    }

    [VendorRootFact]
    public void Nobody_is_EACCES_when_it_is_opened()
    {
        string function = F0;
        Nobody.Does(() => Assert.Equal(Answer.Open(Errno.EACCES), Write(function, FourQ)));
        Assert.Equal("0\n", Current(function));
    }

    [VendorTheory]
    [InlineData("gpu_instance_id")]
    [InlineData("placement_id")]
    public void What_the_driver_fills_in_is_ENXIO_until_there_is_a_vgpu(string attribute)
    {
        Assert.Equal(Errno.ENXIO, Read(F0, attribute).Errno);
        Have(F0, FourQ);
        Assert.Matches(@"^\d+\n$", Bytes(F0, attribute));
        Assert.Equal(Answer.Done, Write(F0, 0));
        Assert.Equal(Errno.ENXIO, Read(F0, attribute).Errno);
    }

    [VendorFact]
    public void Parameters_are_an_empty_line_until_they_are_set()
    {
        Assert.Equal("\n", Bytes(F0, "vgpu_params"));
        Have(F0, FourQ);
        Assert.Equal(Answer.Done, Write(F0, "frame_rate_limiter=0", "vgpu_params"));
        Assert.Equal("frame_rate_limiter=0", Bytes(F0, "vgpu_params").TrimEnd('\n'));
        Assert.Equal("0\n", Bytes(F0, "warm_update"));
    }

    [VendorFact]
    public void Every_function_has_a_group_and_its_node_with_a_type_or_without()
    {
        string[] groups = World.Functions.Select(function => Path.GetFileName(Host.Files.ReadLink($"/sys/bus/pci/devices/{function}/iommu_group")!)).ToArray();
        Assert.Equal(groups.Length, groups.Distinct().Count());
        Assert.All(groups, group => Assert.True(Host.Files.Exists($"/dev/vfio/{group}")));
        foreach (string function in World.Functions)
        {
            using DirectoryHandle vfio = Host.Files.OpenDirectory($"/sys/bus/pci/devices/{function}/vfio-dev")!;
            Assert.StartsWith("vfio", Assert.Single(vfio.Entries()).Name);
        }
    }

    [VendorFact]
    public void To_open_a_function_without_a_type_is_ENODEV()
    {
        string node = "/dev/vfio/" + Path.GetFileName(Host.Files.ReadLink($"/sys/bus/pci/devices/{F0}/iommu_group")!);
        Assert.Equal(Errno.ENODEV, Answer.To(() => Host.Kernel.OpenVfioDevice("/dev/vfio/vfio", node, F0).Dispose()).Errno);
        Have(F0, FourQ);
        Assert.Equal(Answer.Done, Answer.To(() => Host.Kernel.OpenVfioDevice("/dev/vfio/vfio", node, F0).Dispose()));
    }
}
