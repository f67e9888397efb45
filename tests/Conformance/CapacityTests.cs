using Mdev.Conformance.Worlds;
using Mdev.Errors;

namespace Mdev.Conformance;

/// <summary>Capacity is a pool that the types of a parent share.</summary>
public sealed class CapacityTests : ConformanceTest
{
    [Fact]
    public void Mtty_shares_24_ports_of_which_mtty_2_takes_two()
    {
        Assert.Equal((24, 12), Mtty());
        Have("mtty-1", 1, from: 1);
        Assert.Equal((23, 11), Mtty());
        Have("mtty-2", 1, from: 2);
        Assert.Equal((21, 10), Mtty());
        Assert.Equal(Answer.Done, Remove(Uuid(1)));
        Assert.Equal((22, 11), Mtty());
        Assert.Equal(Answer.Done, Remove(Uuid(2)));
        Assert.Equal((24, 12), Mtty());
    }

    [Fact]
    public void Mtty_full_is_ENOSPC_for_both_types()
    {
        Have("mtty-1", 24);
        Assert.Equal((0, 0), Mtty());
        Assert.Equal(Answer.Write(Errno.ENOSPC), Create("mtty-1", Uuid(25)));
        Assert.Equal(Answer.Write(Errno.ENOSPC), Create("mtty-2", Uuid(25)));
        Assert.Equal(24, OnBus().Length);
    }

    [Fact]
    public void One_port_left_is_one_mtty_1_and_no_mtty_2()
    {
        Have("mtty-2", 11);
        Have("mtty-1", 1, from: 12);
        Assert.Equal((1, 0), Mtty());
        Assert.Equal(Answer.Write(Errno.ENOSPC), Create("mtty-2", Uuid(13)));
        // What was refused left nothing behind: its UUID is free.
        Assert.Equal(Answer.Done, Create("mtty-1", Uuid(13)));
        Assert.Equal((0, 0), Mtty());
    }

    [Fact]
    public void Mdpy_shares_four_displays_and_is_full_with_EUSERS()
    {
        string[] types = ["mdpy-vga", "mdpy-xga", "mdpy-hd"];
        for (int made = 0; made < 4; made++)
        {
            Assert.All(types, type => Assert.Equal(4 - made, Available(type)));
            Have(types[made % 3], 1, from: made + 1);
        }

        Assert.All(types, type => Assert.Equal(0, Available(type)));
        Assert.All(types, type => Assert.Equal(Answer.Write(Errno.EUSERS), Create(type, Uuid(5))));
        Assert.Equal(4, OnBus().Length);
    }

    [Theory]
    [InlineData("mbochs-small", 3, 15, 63)]
    [InlineData("mbochs-medium", 3, 15, 60)]
    [InlineData("mbochs-large", 3, 12, 48)]
    public void Mbochs_shares_256_megabytes(string type, int large, int medium, int small)
    {
        Assert.Equal((4, 16, 64), Mbochs());
        Have(type);
        Assert.Equal((large, medium, small), Mbochs());
    }

    [Fact]
    public void Mbochs_mixed_until_full_is_ENOSPC()
    {
        Have("mbochs-large", 3, from: 1);
        Have("mbochs-medium", 3, from: 11);
        Have("mbochs-small", 3, from: 21);
        Assert.Equal((0, 0, 1), Mbochs());
        Assert.Equal(Answer.Write(Errno.ENOSPC), Create("mbochs-medium", Uuid(31)));
        Have("mbochs-small", 1, from: 31);
        Assert.Equal((0, 0, 0), Mbochs());
        Assert.Equal(Answer.Write(Errno.ENOSPC), Create("mbochs-small", Uuid(32)));
        Assert.Equal(Answer.Done, Remove(Uuid(1)));
        Assert.Equal((1, 4, 16), Mbochs());
    }

    [Fact]
    public void Parents_do_not_share_with_each_other()
    {
        Have("mdpy-vga", 4);
        Assert.Equal((24, 12), Mtty());
        Assert.Equal((4, 16, 64), Mbochs());
    }

    private (int One, int Two) Mtty() => (Available("mtty-1"), Available("mtty-2"));

    private (int Large, int Medium, int Small) Mbochs() => (Available("mbochs-large"), Available("mbochs-medium"), Available("mbochs-small"));
}
