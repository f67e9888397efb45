using MdevPS.Engines;
using Xunit;

namespace MdevPS.Tests.Engines;

public sealed class ShouldProcessTests : SampleTest
{
    [Fact]
    public void WhatIf_says_what_and_does_nothing()
    {
        Result result = Run("Remove-Thing a,b -WhatIf");

        Assert.Empty(result.Output);
        Assert.Equal(
            ["What if: Performing the operation \"Remove thing\" on target \"a\".", "What if: Performing the operation \"Remove thing\" on target \"b\"."],
            result.Host);
    }

    [Fact]
    public void WhatIf_false_is_no_WhatIf() => Assert.Equal(["removed a"], Run("Remove-Thing a -WhatIf:$false").Output);

    [Fact]
    public void Medium_impact_does_not_ask_by_itself()
    {
        Result result = Run("Remove-Thing a -Verbose");

        Assert.Equal(["removed a"], result.Output);
        Assert.Empty(result.Questions);
        Assert.Equal(["Performing the operation \"Remove thing\" on target \"a\"."], result.Verbose);
    }

    [Fact]
    public void Confirm_asks_for_each()
    {
        Session.Answers.Enqueue(Answer.Yes);
        Session.Answers.Enqueue(Answer.No);
        Result result = Run("Remove-Thing a,b -Confirm");

        Assert.Equal(["removed a"], result.Output);
        Assert.Equal(
            [
                "Are you sure you want to perform this action?\nPerforming the operation \"Remove thing\" on target \"a\".",
                "Are you sure you want to perform this action?\nPerforming the operation \"Remove thing\" on target \"b\".",
            ],
            result.Questions);
    }

    [Theory]
    [InlineData(Answer.YesToAll, 3)]
    [InlineData(Answer.NoToAll, 0)]
    public void An_answer_to_all_is_asked_for_once(Answer answer, int removed)
    {
        Session.Answers.Enqueue(answer);
        Result result = Run("Remove-Thing -Confirm", "a", "b", "c");

        Assert.Equal(removed, result.Output.Count);
        Assert.Single(result.Questions);
    }

    [Fact]
    public void High_impact_asks_unless_told_not_to()
    {
        Session.Answers.Enqueue(Answer.No);
        Assert.Empty(Run("Clear-Everything").Output);
        Assert.Equal(["cleared"], Run("Clear-Everything -Confirm:$false").Output);
    }

    [Fact]
    public void ShouldContinue_asks_in_any_case()
    {
        Session.Answers.Enqueue(Answer.No);
        Result refused = Run("Remove-Thing a,precious");
        Assert.Equal(["removed a"], refused.Output);
        Assert.Equal(["precious is precious. Go on?"], refused.Questions);

        Assert.Equal(["removed precious"], Run("Remove-Thing precious -Force").Output);

        Session.Answers.Enqueue(Answer.YesToAll);
        Assert.Equal(2, Run("Remove-Thing precious,precious").Output.Count);
    }

    [Fact]
    public void A_cmdlet_that_changes_nothing_has_no_WhatIf() => Assert.Equal(["NamedParameterNotFound"], Run("Invoke-Count -WhatIf").ErrorIds);
}
