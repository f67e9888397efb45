using Mdev.Inventory;
using Mdev.Model;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Inventory;

/// <summary>Names from hell are names like others.</summary>
public sealed class HostileNamesTests : IDisposable
{
    private readonly HandMadeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("p [x]*")]
    [InlineData("weird-[1]*?")]
    [InlineData("it's \"quoted\" `here`")]
    [InlineData("$(reboot); & | > #")]
    [InlineData("ünïcode-機械")]
    [InlineData("\u001b[31mred\a")]
    [InlineData("two\nlines")]
    [InlineData("-Force")]
    [InlineData(" ")]
    public void A_name_is_listed_and_found_to_the_letter(string name)
    {
        _host.AddParent(name).AddType(name, name).AddParent("p x").AddType("p x", "weird-1").AddDevice(name, "11111111-1111-4111-8111-111111111111", name);
        Assert.Contains(name, _host.Parents().Select(p => p.Parent));
        Assert.Equal([name], _host.Parents(name).Select(p => p.Parent));
        Assert.Equal([name], _host.Types(new TypeQuery { Types = NameFilter.Of(name) }).Select(t => t.Type));
        Assert.Equal([name], _host.Types(new TypeQuery { Parents = NameFilter.Of(name) }).Select(t => t.Parent));
        MdevDevice device = Assert.Single(_host.Devices(new DeviceQuery { Types = NameFilter.Of(name), Parents = NameFilter.Of(name) }));
        Assert.Equal((name, name), (device.Type, device.Parent));
        Assert.Equal(name, new TypeResolver(_host.Host, _host.Reports.Add).Resolve(name, mayBeHumanName: true, NameFilter.Of(name), new NameFilter()));
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_name_that_is_there_to_the_letter_is_that_name_though_it_is_a_wildcard_as_well()
    {
        _host.AddParent("p*").AddParent("p1");
        Assert.Equal(["p*"], Read("p*"));
        _host.AddParent("q1").AddParent("q2");
        Assert.Equal(["q1", "q2"], Read("q*"));
        Assert.Empty(Read("r*"));
        Assert.Empty(_host.Reports);

        IEnumerable<string> Read(string text) => new ParentReader(_host.Host, _host.Reports.Add)
            .Read(new NameFilter([new NamePattern(text, text, name => name.StartsWith(text[0]))]))
            .Select(p => p.Parent);
    }

    [Fact]
    public void A_message_about_a_name_is_one_line_without_control_characters()
    {
        _host.AddParent("p").AddType("p", "\u001b[31mred\n\a");
        _host.Types(new TypeQuery { Types = NameFilter.Of("\u001b[31mblue\n\a") });
        Assert.DoesNotContain(Assert.Single(_host.Reports).Message, char.IsControl);
        Assert.Contains("\\x1b[31mblue", _host.Reports[0].Message);
        Assert.Contains("\\x1b[31mred", _host.Reports[0].Message);
    }

    [Fact]
    public void A_value_is_what_the_kernel_says_whatever_is_in_it()
    {
        string description = new('d', 100_000);
        _host.AddParent("p").AddType("p", "t", name: "\u001b]0;title\a\n", description: description + "\n");
        MdevType type = Assert.Single(_host.Types());
        Assert.Equal(("\u001b]0;title\a", description), (type.Name, type.Description));
    }
}
