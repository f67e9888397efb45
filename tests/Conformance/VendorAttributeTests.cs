using Mdev.Attributes;
using Mdev.Errors;
using Mdev.Model;

namespace Mdev.Conformance;

/// <summary>What of a host is the vendor's and what is the kernel's own.</summary>
public sealed class VendorAttributeTests : ConformanceTest
{
    [Theory]
    [InlineData("mtty-1", "vendor/sample_mdev_dev", "This is MDEV {0}")]
    [InlineData("mdpy-vga", "vendor/resolution", "640x480")]
    [InlineData("mbochs-large", "vendor/memory", "64 MB")]
    public void A_device_has_its_vendors_and_no_other(string type, string name, string value)
    {
        Guid uuid = Have(type);
        MdevAttribute attribute = Assert.Single(Attributes().Read(AttributeOwner.Of(Find(uuid)!), new NameFilter()));
        Assert.Equal((name, string.Format(value, uuid), AttributeAccess.ReadOnly), (attribute.Name, attribute.Value, attribute.Access));
        Assert.Equal(MdevError.AttributeReadOnly, Assert.Throws<MdevException>(() => Attributes().Write(AttributeOwner.Of(Find(uuid)!), name, "1")).Error);
    }

    [Fact]
    public void Parents_and_types_have_none()
    {
        var owners = new AttributeOwners().On(Host, e => throw e).ToList();
        Assert.Equal(3 + 8, owners.Count);
        Assert.Empty(owners.SelectMany(owner => Attributes().Read(owner, new NameFilter())));
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("uevent")]
    [InlineData("power/control")]
    [InlineData("power/autosuspend_delay_ms")]
    public void What_is_the_kernels_is_not_written(string name)
    {
        MdevDevice device = Find(Have("mtty-1"))!;
        Assert.Equal(MdevError.AttributeNotFound, Assert.Throws<MdevException>(() => Attributes().Write(AttributeOwner.Of(device), name, "1")).Error);
        Assert.NotNull(Find(device.Uuid));
    }

    private VendorAttributes Attributes() => new(Host, e => throw e);
}
