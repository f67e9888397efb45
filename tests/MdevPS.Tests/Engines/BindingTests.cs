using MdevPS.Engines;
using MdevPS.Samples;
using Xunit;

namespace MdevPS.Tests.Engines;

public sealed class BindingTests : SampleTest
{
    private static string Outcome(Result result) =>
        string.Join(" ", result.Output.Select(o => o is Seen seen ? $"{seen.Set}: {seen.Values};" : o?.ToString()).Concat(result.ErrorIds.Select(e => "!" + e)));

    [Theory]
    [InlineData("Test-Mandatory a", "a/")]
    [InlineData("Test-Mandatory a,b note", "a+b/note")]
    [InlineData("Test-Mandatory -Note n a", "a/n")]
    [InlineData("Test-Mandatory -No n -Na a", "a/n")]
    [InlineData("Test-Mandatory a ''", "a/")]
    [InlineData("Test-Mandatory", "!MissingMandatoryParameter")]
    [InlineData("Test-Mandatory $null", "!ParameterArgumentValidationErrorNullNotAllowed")]
    [InlineData("Test-Mandatory ''", "!ParameterArgumentValidationErrorEmptyStringNotAllowed")]
    [InlineData("Test-Mandatory a,''", "!ParameterArgumentValidationErrorEmptyStringNotAllowed")]
    [InlineData("Test-Mandatory @()", "!ParameterArgumentValidationErrorEmptyArrayNotAllowed")]
    [InlineData("Test-Mandatory a b c", "!PositionalParameterNotFound")]
    [InlineData("Test-Mandatory a -Nope b", "!NamedParameterNotFound")]
    [InlineData("Test-Mandatory a -N b", "!AmbiguousParameter")]
    [InlineData("Test-Mandatory a -Note", "!MissingArgument")]
    [InlineData("Test-Mandatory a -Note -Name b", "!MissingArgument")]
    [InlineData("Test-Mandatory -Name a -Name b", "!ParameterAlreadyBound")]
    [InlineData("Test-Nothing", "!CommandNotFoundException")]
    [InlineData("test-MANDATORY -name a", "a/")]
    [InlineData("Test-Remaining a b c", "a:b|c")]
    [InlineData("Test-Remaining a", "a:")]
    [InlineData("Test-Remaining a b -x c", "a:b|-x|c")]
    public void Named_and_positional_arguments_find_their_parameters(string line, string expected) => Assert.Equal(expected, Outcome(Run(line)));

    [Theory]
    [InlineData("Test-Set -InUse", "A")]
    [InlineData("Test-Set x -Unused", "B")]
    [InlineData("Test-Set -InUse -Both", "A")]
    [InlineData("Test-Set -Third", "C")]
    [InlineData("Test-Set", "C")]
    [InlineData("Test-Set x", "C")]
    [InlineData("Test-Set -Both", "!MissingMandatoryParameter")]
    [InlineData("Test-Set -InUse -Unused", "!AmbiguousParameterSet")]
    [InlineData("Test-Set -Unused -Both", "!AmbiguousParameterSet")]
    public void What_is_given_decides_the_parameter_set(string line, string expected) => Assert.Equal(expected, Outcome(Run(line)));

    [Theory]
    [InlineData("-Count 64", "valid")]
    [InlineData("-Count 0", "!ParameterArgumentValidationError")]
    [InlineData("-Count 65", "!ParameterArgumentValidationError")]
    [InlineData("-Policy pack", "valid")]
    [InlineData("-Policy loose", "!ParameterArgumentValidationError")]
    [InlineData("-Names a,b", "valid")]
    [InlineData("-Names a,''", "!ParameterArgumentValidationError")]
    [InlineData("-Names @()", "!ParameterArgumentValidationError")]
    [InlineData("-Names $null", "!ParameterArgumentValidationError")]
    [InlineData("-Thing ''", "valid")]
    [InlineData("-Thing $null", "!ParameterArgumentValidationError")]
    [InlineData("-Few a,b", "valid")]
    [InlineData("-Few a,b,c", "!ParameterArgumentValidationError")]
    [InlineData("-Short ab", "valid")]
    [InlineData("-Short a", "!ParameterArgumentValidationError")]
    [InlineData("-Em Mtty", "valid")]
    [InlineData("-Em xm", "!ParameterArgumentValidationError")]
    public void A_value_that_is_not_allowed_is_refused(string arguments, string expected) => Assert.Equal(expected, Outcome(Run($"Test-Validation {arguments}")));

    [Fact]
    public void An_object_binds_by_value_and_lends_its_properties()
    {
        Result result = Run("Submit-Thing", new Thing("lamp", 3, "/sim"));

        Assert.Equal("ByThing: Name=default Thing=lamp Size=3 Root=/sim;", Outcome(result));
    }

    [Fact]
    public void A_default_set_that_an_object_can_complete_by_its_properties_comes_before_one_that_takes_the_object()
    {
        Assert.Equal("ByName: Name=lamp Thing=;", Outcome(Run("Submit-Name", new Thing("lamp", 3))));
        Assert.Equal("!InputObjectNotBound", Outcome(Run("Submit-Name", Session.PropertyBag(("Size", 3)))));
    }

    [Fact]
    public void Each_object_chooses_its_parameter_set()
    {
        Result result = Run("Add-Thing", "a", Session.PropertyBag(("Id", 7)), "b");

        Assert.Equal("Count: a 1 ; Id: @{Id=7} 1 7; Count: b 1 ;", Outcome(result));
        Assert.Equal("Count: a 3 ;", Outcome(Run("Add-Thing -Count 3", "a")));
        Assert.Equal("Id: a 1 5;", Outcome(Run("Add-Thing a -Id 5")));
        Assert.Equal("!AmbiguousParameterSet", Outcome(Run("Add-Thing a -Id 5 -Count 3")));
    }

    [Fact]
    public void A_property_bag_binds_by_property_name()
    {
        Result result = Run("Submit-Thing", Session.PropertyBag(("name", "lamp"), ("Size", "3"), ("Other", 1)));

        Assert.Equal("ByName: Name=lamp Thing= Size=3 Root=;", Outcome(result));
    }

    [Fact]
    public void A_property_binds_by_alias()
    {
        Assert.Equal("ByName: Name=lamp Thing= Size=-1 Root=;", Outcome(Run("Submit-Thing", Session.PropertyBag(("Label", "lamp")))));
    }

    [Fact]
    public void An_object_that_came_from_another_host_binds_by_property_name()
    {
        Result result = Run("Submit-Thing", Session.Deserialized(new Thing("lamp", 3, "/sim")));

        Assert.Equal("ByName: Name=lamp Thing= Size=3 Root=/sim;", Outcome(result));
    }

    [Fact]
    public void What_one_object_brings_the_next_does_not_see()
    {
        Result result = Run("Submit-Thing", Session.PropertyBag(("Name", "a"), ("Size", 1)), Session.PropertyBag(("Name", "b")));

        Assert.Equal("ByName: Name=a Thing= Size=1 Root=; ByName: Name=b Thing= Size=-1 Root=;", Outcome(result));
    }

    [Fact]
    public void What_is_on_the_command_line_no_object_changes()
    {
        Result result = Run("Submit-Thing -Size 9", Session.PropertyBag(("Name", "a"), ("Size", 1)));

        Assert.Equal("ByName: Name=a Thing= Size=9 Root=;", Outcome(result));
    }

    [Fact]
    public void An_object_that_suits_nothing_is_an_error_and_the_others_go_on()
    {
        Result result = Run("Submit-Thing", new Thing("a", 1), Guid.Empty, new Thing("b", 2));

        Assert.Equal("ByThing: Name=default Thing=a Size=1 Root=; ByThing: Name=default Thing=b Size=2 Root=; !InputObjectNotBound", Outcome(result));
        Assert.Equal(Guid.Empty, result.Errors[0].TargetObject);
        Assert.Null(result.Terminated);
    }

    [Fact]
    public void An_object_that_lacks_something_mandatory_is_an_error()
    {
        Result result = Run("Submit-Thing", Session.PropertyBag(("Size", 1)), Session.PropertyBag(("Name", "b")));

        Assert.Equal(["InputObjectMissingMandatory"], result.ErrorIds);
        Assert.Single(result.Output);
    }

    [Fact]
    public void A_property_that_cannot_be_converted_leaves_the_object_unbound()
    {
        Result result = Run("Submit-Thing", Session.PropertyBag(("Name", "a"), ("Size", "many")));

        Assert.Equal("ByName: Name=a Thing= Size=-1 Root=;", Outcome(result));
    }

    [Fact]
    public void Null_in_the_pipeline_is_an_error_of_its_own()
    {
        Result result = Run("Submit-Thing", new Thing("a", 1), null, new Thing("b", 2));

        Assert.Equal(2, result.Output.Count);
        Assert.Equal(["ParameterArgumentValidationErrorNullNotAllowed"], result.ErrorIds);
    }

    [Fact]
    public void Pipeline_and_position_do_not_fight()
    {
        Result result = Run("Submit-Thing lamp", Session.PropertyBag(("Size", 1)));

        Assert.Equal("ByName: Name=lamp Thing= Size=1 Root=;", Outcome(result));
    }

    [Fact]
    public void What_fits_without_conversion_comes_first()
    {
        Assert.Equal("Number Number=7 Text= Length=0", Outcome(Run("Submit-Value", 7)));
        Assert.Equal("Text Number=0 Text=seven Length=5", Outcome(Run("Submit-Value", "seven")));
    }

    [Fact]
    public void Output_of_one_command_is_input_of_the_next()
    {
        Assert.Equal("Number Number=1 Text= Length=0 Number Number=2 Text= Length=0", Outcome(Run("Invoke-Count 2 | Submit-Value")));
    }

    [Fact]
    public void Bound_parameters_are_those_that_were_given()
    {
        Assert.Equal(["Int=Int32:1", "Text='a'"], Run("Test-Conversion -Text a -Int 1").Output);
    }

    [Fact]
    public void Relative_paths_are_below_the_current_location()
    {
        string directory = Directory.CreateTempSubdirectory("engine-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(directory, "sub"));
            Session.SetLocation(directory);
            Assert.Equal([directory], Run("Resolve-Location").Output);
            Assert.Equal([Path.Combine(directory, "sub")], Run("Resolve-Location sub").Output);
            Assert.Equal([Path.Combine(directory, "other")], Run("Resolve-Location ./sub/../other").Output);
            Assert.Equal([Path.GetDirectoryName(directory)], Run("Resolve-Location ..").Output);
            Assert.Equal([Path.Combine(directory, "a [x]*")], Run("Resolve-Location 'a [x]*'").Output);
            Assert.Equal(["/sys/class"], Run("Resolve-Location /sys/class").Output);
            Assert.Equal(["/sys/"], Run("Resolve-Location /sys/").Output);
            Assert.Equal([Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)], Run("Resolve-Location ~").Output);
            Assert.Equal(["DriveNotFound"], Run("Resolve-Location nodrive:/x").ErrorIds);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
