using MdevPS.Engine;

namespace MdevPS.Tests.BothWorlds;

/// <summary>What Get-MdevCapacity promises is what the kernel then makes, and no device more.</summary>
public sealed class CapacityTests : BothWorldsTest
{
    [Theory]
    [InlineData("mtty-1", 24)]
    [InlineData("mtty-2", 12)]
    [InlineData("mdpy-vga", 4)]
    [InlineData("mdpy-xga", 4)]
    [InlineData("mdpy-hd", 4)]
    [InlineData("mbochs-small", 64)]
    [InlineData("mbochs-medium", 16)]
    [InlineData("mbochs-large", 4)]
    public void Room_is_what_can_be_made_until_it_is_refused(string type, int expected)
    {
        Assert.Equal(expected, Room(type));
        // Beside another device, which may take some of it.
        Make(type);
        int room = Room(type);
        Result made = Run($"New-MdevDevice {type} -Count 200");
        Assert.Equal(room, made.Output.Count);
        Assert.Equal(["MdevNoCapacity"], made.ErrorIds);
        Assert.Equal(0, Room(type));
        Assert.Equal(1 + room, Have($"Get-MdevCapacity {type}").Get("Devices"));
    }

    [Fact]
    public void What_one_type_takes_the_others_of_the_pool_have_no_more()
    {
        Have("New-MdevDevice mtty-2 -Count 3; New-MdevDevice mbochs-large; New-MdevDevice mbochs-small");
        foreach (string type in new[] { "mtty-1", "mbochs-medium", "mbochs-small" })
        {
            int room = Room(type);
            Assert.Equal(room, Run($"New-MdevDevice {type} -Count 200").Output.Count);
        }
    }

    private static int Room(string type) => (int)Have($"Get-MdevCapacity {type}").Get("Room")!;
}
