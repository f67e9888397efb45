using MdevPS.Engines;
using Xunit;

namespace MdevPS.Tests.Engines;

public sealed class CompletionTests : SampleTest
{
    private string Asked(string line, int? cursor = null) => Session.Complete(line, cursor).Single().ToolTip;

    private string[] Offers(string line) => [.. Session.Complete(line).Select(c => c.Text)];

    [Theory]
    [InlineData("Select-Fruit ", "Select-Fruit Fruit <> Select-Fruit ")]
    [InlineData("Select-Fruit a", "Select-Fruit Fruit <a> Select-Fruit Fruit='a'")]
    [InlineData("Select-Fruit -Fruit a", "Select-Fruit Fruit <a> Select-Fruit Fruit='a'")]
    [InlineData("Select-Fruit -Fruit ", "Select-Fruit Fruit <> Select-Fruit ")]
    [InlineData("Select-Fruit x -With a", "Select-Fruit With <a> Select-Fruit Fruit='x' With='a'")]
    [InlineData("Select-Fruit x a", "Select-Fruit With <a> Select-Fruit Fruit='x' With='a'")]
    [InlineData("Select-Fruit -With y ", "Select-Fruit Fruit <> Select-Fruit With='y'")]
    [InlineData("Select-Fruit -Size small -With ", "Select-Fruit With <> Select-Fruit Size='small'")]
    [InlineData("Select-Fruit -Peeled -With ", "Select-Fruit With <> Select-Fruit Peeled=Boolean:True")]
    [InlineData("Invoke-Count 3 | Select-Fruit -With a", "Select-Fruit With <a> Select-Fruit With='a'")]
    [InlineData("Select-Fruit 'a", "Select-Fruit Fruit <'a'> Select-Fruit Fruit='a'")]
    [InlineData("Select-Fruit \"a b", "Select-Fruit Fruit <\"a b\"> Select-Fruit Fruit='a b'")]
    [InlineData("Select-Fruit x,y a", "Select-Fruit With <a> Select-Fruit Fruit=Object['x','y'] With='a'")]
    [InlineData("Select-Fruit x,a", "Select-Fruit Fruit <a> Select-Fruit Fruit=Object['x','a']")]
    [InlineData("Select-Fruit x,", "Select-Fruit Fruit <> Select-Fruit ")]
    public void A_completer_is_told_where_the_cursor_is(string line, string expected) => Assert.Equal(expected, Asked(line));

    [Fact]
    public void An_offer_has_a_text_a_list_entry_and_a_tooltip()
    {
        Completion offer = Session.Complete("Select-Fruit a").Single();

        Assert.Equal(("apple", "an apple"), (offer.Text, offer.ListItem));
    }

    [Fact]
    public void Parameters_are_offered_by_their_beginning()
    {
        Assert.Equal(["-Size"], Offers("Select-Fruit -S"));
        Assert.Equal(["-Peeled"], Offers("Select-Fruit -Pe"));
        Assert.Equal(["-WhatIf"], Offers("Remove-Thing -Wh"));
        Assert.Equal(["-Verbose"], Offers("Select-Fruit -V"));
        Assert.Equal(["-vb"], Offers("Select-Fruit -vb"));
    }

    [Fact]
    public void Parameters_that_cannot_be_given_any_more_are_not_offered()
    {
        Assert.Equal(["-Force", "-WhatIf", "-Confirm", "-Verbose"], Offers("Remove-Thing a -").Take(4));
        Assert.Equal(["-Shared", "-Both", "-Verbose"], Offers("Test-Set -InUse -").Take(3));
        // A hidden parameter hides the common ones with it.
        Assert.Equal(["-Fruit", "-With", "-Size", "-Peeled"], Offers("Select-Fruit -Colour Red -"));
    }

    [Fact]
    public void Names_of_an_enumeration_and_of_a_set_are_offered()
    {
        Assert.Equal(["Blue", "Bluish"], Offers("Select-Fruit -Colour b"));
        Assert.Equal(["Blue", "Bluish", "Green", "Red"], Offers("Select-Fruit -Colour "));
        Assert.Equal(["small", "'very large'"], Offers("Select-Fruit -Size "));
        Assert.Equal(["\"small\""], Offers("Select-Fruit -Size \"s"));
        Assert.Equal(["$true", "$false"], Offers("Select-Fruit -Peeled:"));
    }
}
