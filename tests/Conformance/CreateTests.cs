using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Kernel;

namespace Mdev.Conformance;

/// <summary>What a write to <c>create</c> does.</summary>
public sealed class CreateTests : ConformanceTest
{
    private const string Plain = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

    [Theory]
    [InlineData(Plain)]
    [InlineData(Plain + "\n")]
    [InlineData(Plain + " ")]
    [InlineData(Plain + "Z")]
    [InlineData(Plain + "\0")]
    [InlineData("AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA")]
    [InlineData("aAaAaAaA-AaaA-4aAa-8AAA-aaaaaaAAAAAA")]
    public void A_uuid_in_any_letter_case_and_at_most_one_character_behind_it_makes_the_device(string value)
    {
        Assert.Equal(Answer.Done, Create("mtty-1", value));
        Assert.Equal([Plain], OnBus());
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff")]
    public void Every_bit_pattern_is_a_uuid(string value)
    {
        Assert.Equal(Answer.Done, Create("mtty-1", value));
        Assert.Equal([value], OnBus());
    }

    [Theory]
    [InlineData(" " + Plain)]
    [InlineData("\uFEFF" + Plain)]
    [InlineData(Plain + "\r\n")]
    [InlineData(Plain + "\n\n")]
    [InlineData("{" + Plain + "}")]
    [InlineData("{" + Plain + "}\n")]
    [InlineData("aaaaaaaaaaaa4aaa8aaaaaaaaaaaaaaa")]
    [InlineData("urn:uuid:" + Plain)]
    [InlineData("gaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")]
    [InlineData("aaaaaaa-aaaaa-4aaa-8aaa-aaaaaaaaaaaa")]
    [InlineData("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa")]
    [InlineData("0xaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")]
    [InlineData("+aaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")]
    [InlineData("foo")]
    [InlineData("\n")]
    public void Anything_else_is_EINVAL(string value)
    {
        Assert.Equal(Answer.Write(Errno.EINVAL), Create("mtty-1", value));
        Assert.Empty(OnBus());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(4096)]
    [InlineData(5000)]
    public void A_uuid_with_a_tail_is_EINVAL_also_over_one_page(int length) =>
        Assert.Equal(Answer.Write(Errno.EINVAL), Create("mtty-1", Plain + new string('b', length - Plain.Length)));

    [Fact]
    public void An_empty_write_does_nothing()
    {
        Assert.Equal(Answer.Done, Create("mtty-1", ""));
        Assert.Empty(OnBus());
    }

    [Fact]
    public void A_value_split_over_two_writes_is_EINVAL_for_each()
    {
        using IAttributeWriter create = Host.Kernel.OpenAttribute($"{Paths.Type("mtty-1")}/create");
        Assert.Equal(Answer.Write(Errno.EINVAL), Write(create, Plain[..18]));
        Assert.Equal(Answer.Write(Errno.EINVAL), Write(create, Plain[18..]));
        Assert.Empty(OnBus());
    }

    [Fact]
    public void One_descriptor_makes_one_device_after_the_other()
    {
        using IAttributeWriter create = Host.Kernel.OpenAttribute($"{Paths.Type("mtty-1")}/create");
        Assert.Equal(Answer.Done, Write(create, Uuid(1).ToString()));
        Assert.Equal(Answer.Write(Errno.EEXIST), Write(create, Uuid(1).ToString()));
        Assert.Equal(Answer.Done, Write(create, Uuid(2).ToString()));
    }

    [Theory]
    [InlineData("mtty-1")]
    [InlineData("mtty-2")]
    [InlineData("mdpy-vga")]
    [InlineData("mbochs-small")]
    public void A_uuid_that_exists_is_EEXIST_on_any_parent_and_for_any_type(string type)
    {
        Guid uuid = Have("mtty-1");
        Assert.Equal(Answer.Write(Errno.EEXIST), Create(type, uuid));
        Assert.Equal([uuid.ToString()], OnBus());
    }

    [Fact]
    public void A_uuid_that_exists_is_EEXIST_in_any_letter_case()
    {
        Assert.Equal(Answer.Done, Create("mtty-1", Plain));
        Assert.Equal(Answer.Write(Errno.EEXIST), Create("mtty-1", Plain.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("mdpy-vga", 4)]
    [InlineData("mbochs-large", 4)]
    [InlineData("mtty-1", 24)]
    public void Existence_is_checked_before_capacity(string type, int capacity)
    {
        Guid first = Have(type, capacity)[0];
        Assert.Equal(Answer.Write(Errno.EEXIST), Create(type, first));
    }

    [Fact]
    public void A_type_that_is_not_there_is_ENOENT_at_open()
    {
        Assert.Equal(Answer.Open(Errno.ENOENT), Create("mtty-99", Plain));
        Assert.Empty(OnBus());
    }

    [Fact]
    public void An_attribute_that_is_not_there_is_ENOENT_at_open_and_not_made() =>
        Assert.All(["nosuch", "create2"], name =>
        {
            Assert.Equal(Answer.Open(Errno.ENOENT), Write($"{Paths.Type("mtty-1")}/{name}", "x"));
            Assert.False(Host.Files.Exists($"{Paths.Type("mtty-1")}/{name}"));
        });

    [Fact]
    public void Twenty_creators_of_one_uuid_make_one_device()
    {
        for (int round = 0; round < 10; round++)
        {
            Guid uuid = Uuid(round);
            Answer[] answers = AtOnce(20, () => Create("mtty-1", uuid));
            Assert.Equal(1, answers.Count(a => a == Answer.Done));
            Assert.Equal(19, answers.Count(a => a == Answer.Write(Errno.EEXIST)));
            Assert.Equal([uuid.ToString()], OnBus());
            Assert.Equal(Answer.Done, Remove(uuid));
        }
    }
}
