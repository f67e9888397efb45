namespace Mdev.Tests;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("GRID T4-2Q", "GRID T4-2Q")]
    [InlineData("ünïcode 機", "ünïcode 機")]
    [InlineData("\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m")]
    [InlineData("bell\a", "bell\\x07")]
    [InlineData("tab\tnul\0", "tab\\x09nul\\x00")]
    [InlineData("\u009b31m", "\\x9b31m")]
    [InlineData("turned \u202e around", "turned \\u202e around")]
    [InlineData("two\nlines", "two lines")]
    [InlineData("two\r\n\r\nlines", "two lines")]
    [InlineData("two\u2028lines", "two\\u2028lines")]
    public void Text_is_one_line_without_control_characters(string text, string printed) => Assert.Equal(printed, Printable.Text(text));

    [Theory]
    [InlineData("12345", 5, "12345")]
    [InlineData("123456", 5, "1234…")]
    [InlineData("\a23456", 5, "\\x07…")]
    public void A_long_text_is_cut_and_says_so(string text, int most, string printed) => Assert.Equal(printed, Printable.Text(text, most));

    [Fact]
    public void A_list_is_its_items_and_null_is_empty()
    {
        Assert.Equal("a, b\\x1b", Printable.Text((object)new[] { "a", "b\u001b" }));
        Assert.Equal("", Printable.Text((object?)null));
    }
}
