using Xunit;

namespace MdevPS.Tests.Engines;

public sealed class WildcardTests : SampleTest
{
    [Theory]
    [InlineData("mtty-1", "mtty-1", true)]
    [InlineData("mtty-1", "MTTY-1", true)]
    [InlineData("mtty-1", "mtty-11", false)]
    [InlineData("mtty*", "mtty-11", true)]
    [InlineData("m*y-?", "mtty-1", true)]
    [InlineData("m?ty", "mty", false)]
    [InlineData("mtty-[12]", "mtty-2", true)]
    [InlineData("mtty-[1-3]", "mtty-3", true)]
    [InlineData("mtty-[1-3]", "mtty-4", false)]
    [InlineData("mtty-[a-c]", "mtty-B", true)]
    [InlineData("p [[]x[]][*]", "p [x]*", true)]
    [InlineData("p `[x`]`*", "p [x]*", true)]
    [InlineData("p `[x`]`*", "p [x]y", false)]
    [InlineData("a`b", "ab", true)]
    [InlineData("a``b", "a`b", true)]
    [InlineData("a`", "a`", true)]
    [InlineData("a.b", "axb", false)]
    [InlineData("", "", true)]
    [InlineData("*", "", true)]
    [InlineData("*", "two\nlines", true)]
    [InlineData("[^a]", "^", true)]
    [InlineData("[^a]", "b", false)]
    [InlineData("[a-]", "-", true)]
    [InlineData("ü*", "Ünïcode", true)]
    public void A_pattern_matches(string pattern, string text, bool expected)
    {
        string line = $"Test-Wildcard '{pattern}'";
        if (pattern.Length > 0)
            Assert.StartsWith(expected.ToString(), (string)Run(line, text).Output.Single()!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "False plain plain")]
    [InlineData("p [x]*?", "True p `[x`]`*`? p [x]*?")]
    [InlineData("p `[x`]", "False p ```[x```] p [x]")]
    [InlineData("a`b", "False a``b a`b")]
    [InlineData("a``b", "False a````b a`b")]
    [InlineData("a`", "False a`` a`")]
    public void Escape_and_Unescape_and_the_question_whether_there_is_one(string pattern, string expected) =>
        Assert.Equal($"{expected}", ((string)Run($"Test-Wildcard '{pattern}'", "-").Output.Single()!).Split(' ', 2)[1]);

    [Theory]
    [InlineData("[a")]
    [InlineData("[z-a]")]
    public void A_broken_pattern_is_an_error(string pattern) => Assert.NotNull(Run($"Test-Wildcard '{pattern}'", "x").Terminated);
}
