using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Model;
using Mdev.Tests.Hosts;

namespace Mdev.Tests.Inventory;

public sealed class TypeReaderTests : IDisposable
{
    private readonly HandMadeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("num_heads=4, frl_config=60, framebuffer=1024M, max_resolution=5120x2880, max_instance=16", 1024L << 20, "5120x2880", 4, 60, 16)]
    [InlineData("num_heads=1,frl_config=45,framebuffer=4096M,max_resolution=1280x1024,max_instance=4", 4096L << 20, "1280x1024", 1, 45, 4)]
    [InlineData("low_gm_size: 128MB\nhigh_gm_size: 512MB\nfence: 4\nresolution: 1920x1200\nweight: 4", 640L << 20, "1920x1200", null, null, null)]
    [InlineData("virtual display, 640x480 framebuffer", null, "640x480", null, null, null)]
    [InlineData("virtual display, 64 MB video memory", 64L << 20, null, null, null, null)]
    [InlineData("framebuffer=lots, max_resolution=large, num_heads=-1, max_instance=", null, null, null, null, null)]
    [InlineData("framebuffer=99999999999999999999G", null, null, null, null, null)]
    [InlineData("num_heads=2, something new=3", null, null, 2, null, null)]
    [InlineData("I/O subchannel (Non-QDIO)", null, null, null, null, null)]
    public void The_figures_of_a_description_are_properties(string description, long? framebuffer, string? resolution, int? heads, int? frameRate, int? maxInstances)
    {
        _host.AddParent("p").AddType("p", "t", description: description + "\n");
        MdevType type = Assert.Single(_host.Types());
        Assert.Equal(
            (description, framebuffer, resolution, heads, frameRate, maxInstances),
            (type.Description, type.FramebufferBytes, type.MaxResolution, type.Heads, type.FrameRateLimit, type.MaxInstances));
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_type_has_the_driver_of_its_parent_or_its_subsystem()
    {
        _host.AddParent("p").AddType("p", "t").AddParent("q").AddType("q", "t");
        _host.AddLink($"{HandMadeHost.ParentPath("q")}/driver", "../../../../bus/pci/drivers/nvidia");
        Assert.Equal(["made", "nvidia"], _host.Types().Select(t => t.Driver));
    }

    [Fact]
    public void A_filter_reads_no_file_of_another_type()
    {
        _host.AddParent("p").AddType("p", "made-1").AddType("p", "made-2", available: "broken").AddType("p", "made-3", available: "broken");
        Assert.Equal(["made-1"], _host.Types(new TypeQuery { Types = NameFilter.Of("made-1") }).Select(t => t.Type));
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void Types_are_found_by_name_by_parent_and_by_what_is_left()
    {
        _host.AddParent("p").AddType("p", "made-1", "0\n", "One\n").AddType("p", "made-2", "2\n", "Two\n")
            .AddParent("q").AddType("q", "made-2", "3\n", "Two\n");
        Assert.Equal(["p", "q"], _host.Types(new TypeQuery { Names = NameFilter.Of("two") }).Select(t => t.Parent));
        Assert.Equal(["made-2"], _host.Types(new TypeQuery { Parents = NameFilter.Of("q") }).Select(t => t.Type));
        Assert.Equal([2, 3], _host.Types(new TypeQuery { Available = true }).Select(t => t.AvailableInstances!.Value));
        // That it has none left does not make it unknown.
        Assert.Empty(_host.Types(new TypeQuery { Names = NameFilter.Of("one"), Available = true }));
        Assert.Empty(_host.Types(new TypeQuery { Types = NameFilter.Of("made-1"), Available = true }));
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_type_that_nobody_offers_is_told_with_the_nearest_ids()
    {
        _host.AddParent("p");
        foreach (string type in new[] { "nvidia-63", "nvidia-64", "nvidia-231", "i915-GVTg_V5_4" })
            _host.AddType("p", type);
        Assert.Equal(["nvidia-63"], _host.Types(new TypeQuery { Types = NameFilter.Of("nvidia-65", "nvidia-63") }).Select(t => t.Type));
        MdevException e = Assert.Single(_host.Reports);
        Assert.Equal(MdevError.TypeNotFound, e.Error);
        Assert.Contains("'nvidia-65'", e.Message);
        Assert.Contains("nvidia-63, nvidia-64, nvidia-231", e.Message);
        Assert.DoesNotContain("i915", e.Message);
    }

    [Fact]
    public void A_name_that_another_one_covers_is_found_all_the_same()
    {
        _host.AddParent("p").AddType("p", "made-1").AddType("p", "made-2");
        var both = new NameFilter([new NamePattern("made*", "made*", name => name.StartsWith("made", StringComparison.Ordinal)), NamePattern.Of("MADE-1")]);
        Assert.Equal(["made-1", "made-2"], _host.Types(new TypeQuery { Types = both }).Select(t => t.Type));
        Assert.Empty(_host.Reports);
    }

    [Fact]
    public void A_type_that_another_parent_offers_is_an_empty_answer_and_one_that_none_offers_is_told()
    {
        _host.AddParent("p").AddType("p", "made-1").AddParent("q").AddType("q", "made-2");
        Assert.Empty(_host.Types(new TypeQuery { Types = NameFilter.Of("made-2"), Parents = NameFilter.Of("p") }));
        Assert.Empty(_host.Reports);
        Assert.Empty(_host.Types(new TypeQuery { Types = NameFilter.Of("made-3"), Parents = NameFilter.Of("p") }));
        Assert.Equal(MdevError.TypeNotFound, Assert.Single(_host.Reports).Error);
        Assert.Contains("parent 'p'", _host.Reports[0].Message);
    }

    [Fact]
    public void A_name_that_no_type_has_is_told()
    {
        _host.AddParent("p").AddType("p", "made-1");
        Assert.Empty(_host.Types(new TypeQuery { Names = NameFilter.Of("GRID") }));
        Assert.Equal(MdevError.TypeNotFound, Assert.Single(_host.Reports).Error);
    }

    [Theory]
    [InlineData("../made-1")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("made-1/../made-1")]
    [InlineData("made-1\0")]
    [InlineData("/etc")]
    public void A_name_that_would_be_a_path_is_just_not_found(string name)
    {
        _host.AddParent("p").AddType("p", "made-1");
        Assert.Empty(_host.Types(new TypeQuery { Types = NameFilter.Of(name) }));
        Assert.Equal(MdevError.TypeNotFound, Assert.Single(_host.Reports).Error);
    }

    [Fact]
    public void A_request_is_resolved_to_the_id_or_by_a_name_that_stands_for_one_id()
    {
        _host.AddParent("p").AddType("p", "made-1", name: "One").AddType("p", "made-2", name: "Two")
            .AddParent("q").AddType("q", "made-2", name: "Two").AddType("q", "made-3", name: "Both").AddType("q", "made-4", name: "Both");
        var resolver = new TypeResolver(_host.Host, _host.Reports.Add);
        Assert.Equal("made-1", resolver.Resolve("made-1", mayBeHumanName: true, new NameFilter(), new NameFilter()));
        Assert.Equal("made-1", resolver.Resolve("MADE-1", mayBeHumanName: true, new NameFilter(), new NameFilter()));
        Assert.Equal("made-1", resolver.Resolve("One", mayBeHumanName: true, new NameFilter(), new NameFilter()));
        Assert.Equal("made-2", resolver.Resolve("two", mayBeHumanName: true, new NameFilter(), new NameFilter()));
        MdevException e = Assert.Throws<MdevException>(() => resolver.Resolve("Both", mayBeHumanName: true, new NameFilter(), new NameFilter()));
        Assert.Equal(MdevError.TypeAmbiguous, e.Error);
        Assert.Contains("made-3, made-4", e.Message);
        Assert.Equal(MdevError.TypeNotFound, Assert.Throws<MdevException>(() => resolver.Resolve("Both", mayBeHumanName: true, NameFilter.Of("p"), new NameFilter())).Error);
        Assert.Equal(MdevError.ParentNotFound, Assert.Throws<MdevException>(() => resolver.Resolve("made-1", mayBeHumanName: true, NameFilter.Of("nosuch"), new NameFilter())).Error);
    }
}
