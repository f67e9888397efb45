using Mdev.Errors;
using Mdev.Model;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Simulation.Drivers;

/// <summary>The matrix of a crypto device, as drivers/s390/crypto/vfio_ap_ops.c keeps it.</summary>
public sealed class VfioApTests : IDisposable
{
    private readonly SimulatedTestHost _host = new("vfio_ap");

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("5")]
    [InlineData("0x5")]
    [InlineData("05")]
    [InlineData("5\n")]
    public void A_number_is_decimal_hexadecimal_or_octal(string value)
    {
        MdevDevice device = Device();
        Assign(device, "assign_adapter", value);
        Assert.Equal("05.", Matrix(device));
    }

    [Fact]
    public void Adapters_and_domains_make_queues_and_once_more_is_no_error()
    {
        MdevDevice device = Device();
        foreach ((string name, string value) in new[] { ("adapter", "5"), ("domain", "0xab"), ("adapter", "6"), ("domain", "4"), ("domain", "4"), ("control_domain", "010") })
            Assign(device, $"assign_{name}", value);
        Assert.Equal("05.0004\n05.00ab\n06.0004\n06.00ab", Matrix(device));
        Assert.Equal("0008", Read(device, "control_domains"));
        Assign(device, "unassign_adapter", "5");
        Assign(device, "unassign_domain", "4");
        Assert.Equal("06.00ab", Matrix(device));
    }

    [Fact]
    public void What_the_host_keeps_is_EADDRNOTAVAIL_and_what_another_has_is_EADDRINUSE()
    {
        MdevDevice first = Device(), second = Device();
        Assign(first, "assign_adapter", "5");
        Assign(first, "assign_domain", "4");
        // A domain alone is no queue yet: it is the adapter that then cannot be had.
        Assign(second, "assign_domain", "4");
        Assert.Equal(Errno.EADDRINUSE, Refusal(second, "assign_adapter", "5"));
        Assert.Equal(".0004", Matrix(second));
        Assign(second, "assign_adapter", "6");
        Assert.Equal(Errno.EADDRNOTAVAIL, Refusal(second, "assign_domain", "1"));
        Assert.Equal("06.0004", Matrix(second));
    }

    [Theory]
    [InlineData("five", Errno.EINVAL)]
    [InlineData("-1", Errno.EINVAL)]
    [InlineData("09", Errno.EINVAL)]
    [InlineData("256", Errno.ENODEV)]
    public void What_is_no_adapter_is_refused(string value, int errno) => Assert.Equal(errno, Refusal(Device(), "assign_adapter", value));

    [Fact]
    public void What_is_read_only_cannot_be_opened_for_writing() => Assert.Equal(Errno.EACCES, Refusal(Device(), "matrix", "1"));

    private MdevDevice Device() => _host.Make("vfio_ap-passthrough")[0];

    private void Assign(MdevDevice device, string name, string value) => _host.Write($"{device.SysfsPath}/{name}", value);

    private int Refusal(MdevDevice device, string name, string value) => Assert.Throws<MdevException>(() => Assign(device, name, value)).Errno;

    private string Matrix(MdevDevice device) => Read(device, "matrix");

    private string Read(MdevDevice device, string name) => File.ReadAllText($"{_host.Root}{device.SysfsPath}/{name}").TrimEnd('\n');
}
